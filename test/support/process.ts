import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TestDatabase } from './database.ts';

const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');

/** The service as a process of its own, to be killed. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Sends a signal and waits for the end. @returns the exit code, `null` when the signal ended it */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Starts `som3d-server serve` on a free port, with the given database and its folder. */
export const startProcess = async (
  database: Pick<TestDatabase, 'dataDir' | 'env'>,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: database.dataDir,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      SOM3D_DATA_DIR: database.dataDir,
      SOM3D_DEMO: 'false',
      JWT_SECRET: 'a secret of the tests alone',
      ...database.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let output = '';
  const listening = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000);
        const url = /SOM3D serves at (\S+)/.exec(output)?.[1];
        if (url) resolve(url);
      });
    }
    void exited.then(() => reject(new Error(`the service ended:\n${output}`)));
  });
  return {
    url: await listening,
    pid: child.pid ?? 0,
    end: async (signal) => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
};
