import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An earlier commit, built in a folder of its own, which goes with the result. */
export async function buildCommit(commit: string): Promise<{ folder: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-commit-'));
  const run = (command: string): void => void execFileSync('sh', ['-c', command], { cwd: folder, stdio: 'pipe' });
  execFileSync('sh', ['-c', `git archive ${commit} | tar -x -C ${folder}`]);
  run('npm run --silent bootstrap && npm run --silent build');
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
