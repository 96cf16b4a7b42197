import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { freePort, onPath } from './services.ts';
import { call } from './stranger.ts';

const OPERATIONS = path.join(import.meta.dirname, '../../docs/operations.md');

/** nginx with the configuration that the documents show; `await using` ends it. */
export interface Nginx extends AsyncDisposable {
  readonly url: string;
}

/** The nginx of this machine, undefined when there is none. */
export async function findNginx(): Promise<string | undefined> {
  return await onPath('nginx');
}

/** The documented site, with addresses of loopback and without TLS. @throws Error when the documents show it otherwise */
async function documentedSite(port: number, upstreams: readonly number[]): Promise<string> {
  const [, site] = /```nginx\n(.*?)```/s.exec(await readFile(OPERATIONS, 'utf8')) ?? [];
  if (!site) throw new Error('docs/operations.md shows no nginx');
  const addresses = ['10.0.0.11:8000', '10.0.0.12:8000'];
  const there = ['listen 443 ssl;', ...addresses].filter((part) => !site.includes(part));
  if (there.length > 0) throw new Error(`docs/operations.md shows an nginx without ${there.join(', ')}`);
  return addresses
    .reduce((text, address, i) => text.replaceAll(address, `127.0.0.1:${upstreams[i] ?? 1}`), site)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^\s*ssl_.*$/gm, '');
}

/** Starts nginx before two processes of the service. @throws Error with nginx's own words when it does not serve */
export async function startNginx(program: string, upstreams: readonly [number, number]): Promise<Nginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-nginx-'));
  const port = await freePort();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = path.join(folder, 'nginx.conf');
  await writeFile(
    file,
    [
      ...(process.getuid?.() === 0 ? [`user ${userInfo().username};`] : []),
      'daemon off;',
      'worker_processes 1;',
      `pid ${folder}/pid;`,
      'error_log stderr warn;',
      'events { worker_connections 512; }',
      `http { access_log off; ${temporary.join(' ')}`,
      await documentedSite(port, upstreams),
      '}',
    ].join('\n'),
  );
  const nginx = spawn(program, ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  nginx.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  // also when the run fails or is broken off
  const end = (): void => void nginx.kill('SIGTERM');
  process.prependOnceListener('exit', end);
  const exited = once(nginx, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await expect
    .poll(async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx ended:\n${said}`);
      return (await call(`${url}/health/live`)).status;
    })
    .toBe(200);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      process.off('exit', end);
      end();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
