// @module-tag heavy
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const PACKAGES = { contract: 'contract', client: 'client-sdk' } as const;

let project = '';
function modules() {
  return join(project, 'node_modules');
}

/** Packs a package as it would be published and unpacks it where an installation would put it. */
async function install(name: keyof typeof PACKAGES): Promise<void> {
  const source = join(ROOT, PACKAGES[name]);
  const args = ['pack', '--offline', '--ignore-scripts', '--silent', '--pack-destination', project, source];
  await run('npm', args, { cwd: project });
  const tarball = (await readdir(project)).find((file) => file.startsWith(`som3d-${name}-`)) ?? '';
  const target = join(modules(), '@som3d', name);
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', join(project, tarball), '-C', target, '--strip-components', '1']);
  const { dependencies } = JSON.parse(await readFile(join(target, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) {
    if (dependency.startsWith('@som3d/')) continue;
    await link(dependency, join(source, 'node_modules', dependency));
  }
}

async function link(name: string, source: string): Promise<void> {
  const target = join(modules(), name);
  await mkdir(dirname(target), { recursive: true });
  await symlink(await realpath(source), target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Compiles files of the project. @returns what the compiler has to say: nothing, when all is well */
async function compile(options: object, files: readonly string[]): Promise<string> {
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2024', ...options };
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  return run(compiler, ['-p', project]).then(
    () => '',
    (error: { stdout?: string; message: string }) => error.stdout || error.message,
  );
}

const node = { module: 'nodenext', lib: ['es2024'], types: ['node'] };
const browser = { module: 'esnext', moduleResolution: 'bundler', lib: ['es2024', 'dom', 'dom.iterable'], types: [] };

beforeAll(async () => {
  // Outside the workspace, so that nothing is found in it by chance.
  project = await realpath(await mkdtemp(join(tmpdir(), 'som3d-consumer-')));
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  await install('contract');
  await install('client');
  await link('@types/node', join(ROOT, 'client-sdk/node_modules/@types/node'));
  await cp(join(import.meta.dirname, 'consumer.ts'), join(project, 'consumer.ts'));
});
afterAll(() => rm(project, { recursive: true }));

describe('the packed client compiles in an empty project', () => {
  test('of Node, without the types of a browser', async () => {
    expect(await compile(node, ['consumer.ts'])).toBe('');
  });

  test('of a browser, without the types of Node', async () => {
    expect(await compile(browser, ['consumer.ts'])).toBe('');
  });

  test('with the strictest options', async () => {
    const options = { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true };
    expect(await compile({ ...browser, ...options }, ['consumer.ts'])).toBe('');
  });

  test('that is laid out flat, with zod 4 alone', async () => {
    const core = join(modules(), '@ts-rest/core');
    const linked = await realpath(core);
    await rm(core);
    await cp(linked, core, { recursive: true });
    try {
      // The release candidate's own declarations name zod 3.
      expect(await compile({ ...node, skipLibCheck: true }, ['consumer.ts'])).toBe('');
    } finally {
      await rm(core, { recursive: true });
      await symlink(linked, core);
    }
  });

  test('and a mistake does not', async () => {
    await writeFile(
      join(project, 'mistake.ts'),
      "import { createClient } from '@som3d/client';\nawait createClient({ baseUrl: '' }).patients.get({ params: { id: 'x' } });\n",
    );
    expect(await compile(node, ['mistake.ts'])).toContain("Type 'string' is not assignable to type 'number'");
  });

  test('and so does every example of the README', async () => {
    const readme = await readFile(join(ROOT, 'client-sdk/README.md'), 'utf8');
    const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(examples).toHaveLength(5);
    const files = examples.map((_code, at) => `readme-${at}.ts`);
    for (const [at, code] of examples.entries()) await writeFile(join(project, `readme-${at}.ts`), code);
    expect(await compile(node, files)).toBe('');
  });
});

function evaluate(code: string) {
  return run(process.execPath, ['--input-type=module', '--eval', code], { cwd: project }).then(({ stdout }) => stdout);
}

describe('the packed client runs', () => {
  test('with every function it exports', async () => {
    const names = "console.log(Object.keys(await import('@som3d/client')).join())";
    const exported = (await evaluate(names)).trim().split(',');
    for (const name of ['createClient', 'uploadJob', 'waitForJob', 'downloadResult', 'paginate', 'ApiError']) {
      expect(exported).toContain(name);
    }
    expect(await evaluate("console.log(typeof (await import('@som3d/client/sample')).writeSampleZip)")).toBe(
      'function\n',
    );
  });

  test('with its command', async () => {
    const { stdout } = await run(process.execPath, [join(modules(), '@som3d/client/bin/som3d'), '--help']);
    expect(stdout).toContain('Usage: som3d');
  });

  test('without anything of Node in what a browser loads', async () => {
    const seen = new Set<string>();
    const outside = new Set<string>();
    const walk = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = await readFile(file, 'utf8');
      for (const [, name = ''] of code.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
        if (name.startsWith('.')) await walk(join(dirname(file), name));
        else outside.add(name);
      }
    };
    await walk(join(modules(), '@som3d/client/dist/index.js'));
    expect([...outside].toSorted()).toEqual(['@som3d/contract', '@ts-rest/core', 'eventsource-parser']);
    expect(seen.size).toBeGreaterThan(10);
  });
});
