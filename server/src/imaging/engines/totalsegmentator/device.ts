import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ASK_MS = 10_000;

/** The executable file of a command: a path as it is, a name looked up on a PATH. Null where there is none. */
export async function findCommand(command: string, searchPath: string | undefined): Promise<string | null> {
  const isPath = command.includes('/') || command.includes(path.sep);
  const folders = (searchPath ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = isPath ? [path.resolve(command)] : folders.map((folder) => path.join(folder, command));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return null;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** The names of the graphics processors that NVIDIA's driver reports; empty where there is none. */
export async function findGpus(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const command = await findCommand('nvidia-smi', environment['PATH']);
  if (command === null) return [];
  try {
    const { stdout } = await execute(command, ['-L'], { env: { ...environment }, timeout: ASK_MS });
    // GPU 0: NVIDIA L4 (UUID: GPU-…)
    return stdout.split('\n').flatMap((line) => /^GPU \d+: (.+?)(?: \(UUID.*)?$/.exec(line.trim())?.[1] ?? []);
  } catch {
    // A driver that does not answer is none.
    return [];
  }
}
