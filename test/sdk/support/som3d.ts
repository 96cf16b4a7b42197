import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, type Ended, type RunOptions } from './process.ts';

const LAUNCHER = fileURLToPath(new URL('../../../client-sdk/bin/som3d', import.meta.url));

/** The command with a home of its own. */
export interface Home extends AsyncDisposable {
  readonly directory: string;
  /** Where the session is kept. */
  readonly credentials: string;
  som3d(args: readonly string[], options?: RunOptions): Promise<Ended>;
}

export async function makeHome(): Promise<Home> {
  const directory = await mkdtemp(join(tmpdir(), 'som3d-cli-'));
  return {
    directory,
    credentials: join(directory, 'config', 'som3d', 'credentials.json'),
    som3d: (args, options = {}) =>
      run(process.execPath, [LAUNCHER, ...args], {
        ...options,
        // The language of whoever runs the tests is not that of the tests.
        env: { XDG_CONFIG_HOME: join(directory, 'config'), LC_ALL: 'C.UTF-8', ...options.env },
      }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
