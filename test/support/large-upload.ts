import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createClient } from '@som3d/client';
import { FORM_TYPE, formBytes, openUpload } from './jobs.ts';

const MIB = 1024 ** 2;

/** Resident memory of a process in bytes: now, and at its highest. */
export async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const figure = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  return { now: figure('VmRSS'), peak: figure('VmHWM') };
}

/** A new doctor's token. */
export async function tokenOf(url: string): Promise<string> {
  const client = createClient({ baseUrl: url });
  const account = { correo: 'grande@som3d.local', password: 'correct horse battery' };
  await client.auth.register({ body: { ...account, nombre: 'Ana', apellido: 'Paz' } });
  return (await client.auth.login({ body: account })).body.access_token;
}

/**
 * Uploads a file of `bytes` that begins like a ZIP and is made while it is sent.
 *
 * @returns the answer, and the time it took in ms
 */
export async function uploadLarge(url: string, token: string, bytes: number) {
  const form = formBytes([{ name: 'file', filename: 'large.zip', content: Buffer.from('504b0304', 'hex') }]);
  const split = form.lastIndexOf('\r\n--');
  const [head, tail] = [form.subarray(0, split), form.subarray(split)];
  const started = performance.now();
  const { request, answer } = openUpload(url, {
    authorization: `Bearer ${token}`,
    'content-type': FORM_TYPE,
    'content-length': String(form.length + bytes - 4),
  });
  const chunk = Buffer.alloc(MIB);
  request.write(head);
  for (let left = bytes - 4; left > 0; left -= MIB) {
    if (!request.write(left < MIB ? chunk.subarray(0, left) : chunk)) await once(request, 'drain');
  }
  request.end(tail);
  return { ...(await answer), ms: performance.now() - started };
}
