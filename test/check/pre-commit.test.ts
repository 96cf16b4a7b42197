import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const AS_SOMEBODY = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com'];

describe('The pre-commit hook', () => {
  let clone: string;
  const git = (...args: string[]): string => execFileSync('git', [...AS_SOMEBODY, ...args], { cwd: clone }).toString();
  const commit = () =>
    spawnSync('git', [...AS_SOMEBODY, 'commit', '-m', 'test: a change'], { cwd: clone, encoding: 'utf8' });
  const inClone = (file: string): string => path.join(clone, file);

  beforeEach(async () => {
    clone = await mkdtemp(path.join(tmpdir(), 'som3d-hook-'));
    git('init', '--quiet');
    for (const name of ['.githooks', '.oxfmtrc.json', 'package.json']) {
      await cp(path.join(ROOT, name), inClone(name), { recursive: true });
    }
    await writeFile(inClone('.oxlintrc.json'), '{ "rules": { "no-debugger": "error" } }\n');
    await symlink(path.join(ROOT, 'node_modules'), inClone('node_modules'));
    git('add', '.githooks', '.oxfmtrc.json', '.oxlintrc.json', 'package.json');
    git('commit', '--quiet', '-m', 'test: start');
    const { scripts } = JSON.parse(await readFile(inClone('package.json'), 'utf8')) as { scripts: { hooks: string } };
    execFileSync('sh', ['-c', scripts.hooks], { cwd: clone });
  });
  afterEach(async () => await rm(clone, { recursive: true, force: true }));

  test('formats what is staged, in the commit and in the folder', async () => {
    await writeFile(inClone('a.ts'), 'export const a = {b:"c"}\n');
    git('add', 'a.ts');
    expect(commit().status).toBe(0);
    expect(git('show', 'HEAD:a.ts')).toBe("export const a = { b: 'c' };\n");
    expect(await readFile(inClone('a.ts'), 'utf8')).toBe("export const a = { b: 'c' };\n");
  });

  test('leaves changes that are not staged alone', async () => {
    await writeFile(inClone('a.ts'), 'export const a=1\n');
    git('add', 'a.ts');
    await writeFile(inClone('a.ts'), 'export const a=1\nexport const b=2\n');
    expect(commit().status).toBe(0);
    expect(git('show', 'HEAD:a.ts')).toBe('export const a = 1;\n');
    expect(await readFile(inClone('a.ts'), 'utf8')).toBe('export const a=1\nexport const b=2\n');
  });

  test('refuses a commit that the linter refuses', async () => {
    await writeFile(inClone('a.ts'), 'export function a() {\n  debugger;\n}\n');
    git('add', 'a.ts');
    const { status, stdout, stderr } = commit();
    expect(status).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain('no-debugger');
    expect(git('log', '--format=%s')).toBe('test: start\n');
  });
});
