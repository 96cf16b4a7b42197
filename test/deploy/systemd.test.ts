import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { onPath } from '../support/services.ts';
import { ROOT } from './compose-file.ts';

const run = promisify(execFile);
const UNITS = path.join(ROOT, 'docs/systemd');
const analyze = await onPath('systemd-analyze');
if (!analyze) console.log('systemd units: skipped, this machine has no systemd-analyze');

/** The units as they would be installed, with this folder and this user in place of theirs. */
async function installed(folder: string): Promise<string[]> {
  const names = await readdir(UNITS);
  const files = names.map(async (name) => {
    const unit = await readFile(path.join(UNITS, name), 'utf8');
    const file = path.join(folder, name);
    const { username } = userInfo();
    await writeFile(file, unit.replaceAll('/opt/som3d', ROOT).replaceAll(/^(User|Group)=.*$/gm, `$1=${username}`));
    return file;
  });
  return await Promise.all(files);
}

test.runIf(analyze)('systemd finds no fault in the units, and calls them well protected', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-units-'));
  try {
    const files = await installed(folder);
    expect(files).toHaveLength(2);
    const { stderr } = await run(analyze ?? '', ['verify', '--man=no', ...files]);
    expect(stderr.split('\n').filter((line) => line.includes('som3d-'))).toEqual([]);
    for (const file of files) {
      // 0 is the best of ten; 10 is a unit without any protection.
      await run(analyze ?? '', ['security', '--offline=true', '--threshold=30', file]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
