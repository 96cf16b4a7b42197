// @module-tag heavy
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeSampleZip } from '@som3d/client/sample';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const run = promisify(execFile);
let api: TestServer;
let folder = '';

beforeAll(async () => {
  api = await startTestServer('sqlite', { SOM3D_EMBEDDED_WORKER: 'true' });
  folder = await mkdtemp(path.join(tmpdir(), 'som3d-guide-'));
});
afterAll(async () => {
  await api.stop();
  await rm(folder, { recursive: true });
});

test('every command of docs/api.md works as it is written, one after the other', async () => {
  const text = await readFile(path.join(import.meta.dirname, '../../docs/api.md'), 'utf8');
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, code = '']) => code);
  const account = /'(\{"correo".*?\})'/.exec(text)?.[1] ?? '';
  const credentials = JSON.parse(account) as { correo: string; password: string };
  await api.client.auth.register({ body: { nombre: 'Ana', apellido: 'Ruiz', ...credentials } });
  await writeSampleZip(path.join(folder, 'phantom.zip'), { size: 64, slices: 32 });

  // The answer of each block stands apart, and a failure of one is the failure of all.
  const script = ['set -euo pipefail', ...blocks.map((block) => `${block}\necho; echo ====`)].join('\n');
  const { stdout } = await run('bash', ['-c', script.replace('http://127.0.0.1:8000', api.url)], { cwd: folder });
  const [me = '', list = '', upload = '', resumed = '', events = '', results = ''] = stdout.split('====\n');
  expect(JSON.parse(me)).toMatchObject({ correo: credentials.correo });
  expect(list).toMatch(/^x-total-count: 0\r?$/im);
  expect(upload.trim()).toBe('');
  expect(resumed).toContain('"nombre_proceso":"Rodilla"');
  expect(events).toMatch(/^data: .*"status":"done"/m);
  expect(results).toContain('"count":1');
  expect(results).toContain('"expires_in":');
  expect((await stat(path.join(folder, 'part'))).size).toBe(1024);
}, 120_000);
