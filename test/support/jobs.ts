import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { uploadJob, type Client, type UploadOptions } from '@som3d/client';
import { writeSampleZip } from '@som3d/client/sample';
import type { Job } from '@som3d/contract';
import { databases } from '@som3d/server/testing';
import type { MikroORM } from '@mikro-orm/core';
import { evenHeights, scanBody } from './phantom/slices.ts';
import { dicomFiles, writeZip } from './phantom/zip.ts';

/** Asks until the answer is neither false nor undefined nor null, and gives it; fails at the deadline. */
export async function until<T>(ask: () => T | Promise<T>, what: string, deadlineMs = 50_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== false && answer !== undefined && answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`in ${deadlineMs} ms it did not come to this: ${what}`);
    await pause(20);
  }
}

const samples = new Map<string, Promise<Buffer<ArrayBuffer>>>();

/** A lattice of bone: quick to make, long to mesh. */
async function writeLattice(file: string): Promise<void> {
  const scan = { columns: 128, rows: 128, spacing: { x: 0.6, y: 0.6 }, heights: evenHeights(64, 1) };
  const slices = scanBody(scan, ([x, y, z]) => 500 * (Math.cos(x / 3) + Math.cos(y / 3) + Math.cos(z / 3)));
  await writeZip(file, dicomFiles(slices));
}

async function makeSample(form: 'small' | 'large'): Promise<Buffer<ArrayBuffer>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-sample-'));
  try {
    const file = path.join(folder, 'sample.zip');
    await (form === 'small' ? writeSampleZip(file, { size: 64, slices: 32 }) : writeLattice(file));
    return Buffer.from(await readFile(file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A ZIP of a CT series made in code. The small one converts in a moment, the large one in some seconds. */
export function sampleZip(form: 'small' | 'large' = 'small'): Promise<Buffer<ArrayBuffer>> {
  const known = samples.get(form) ?? makeSample(form);
  samples.set(form, known);
  return known;
}

/** Uploads a sample through the SDK. */
export async function upload(
  client: Client,
  { form, ...options }: Partial<UploadOptions> & { form?: 'small' | 'large' } = {},
): Promise<Job> {
  return await uploadJob(client, { file: new Blob([await sampleZip(form)]), filename: 'scan.zip', ...options });
}

/** A new patient of a doctor's. */
export async function patientOf(client: Client): Promise<number> {
  const doc_numero = randomBytes(6).toString('hex').toUpperCase();
  const { body } = await client.patients.create({
    body: { nombres: 'Luz', apellidos: 'Rey', doc_tipo: 'CC', doc_numero },
  });
  return body.id_paciente;
}

/** Keys that the objects in the trash had, sorted. */
export async function trashedFiles(dataDir: string): Promise<string[]> {
  const files = (await everyFile(dataDir)).filter((file) => file.startsWith('files/trash/'));
  return files.map((file) => file.split('/').slice(3).join('/')).toSorted((a, b) => a.localeCompare(b));
}

/**
 * Every file that the service keeps below its data folder, but the database, the mark of its installation and the trash:
 * `files/uploads/….zip`, `tmp/…`, `work/…`.
 */
export async function storedFiles(dataDir: string): Promise<string[]> {
  return (await everyFile(dataDir)).filter((file) => !/^files\/(installation|trash)\//.test(file));
}

async function everyFile(dataDir: string): Promise<string[]> {
  const lists = await Promise.all(
    ['files', 'tmp', 'work'].map(async (folder) => {
      const found = await readdir(path.join(dataDir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
      return found.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    }),
  );
  return lists
    .flat()
    .map((file) => path.relative(dataDir, file))
    .filter((file) => !file.startsWith('files/audit/'))
    .toSorted((a, b) => a.localeCompare(b));
}

/** Where a job stands in the database. */
export async function jobRow(orm: MikroORM, jobId: string) {
  return await databases
    .kysely(orm.em.fork())
    .selectFrom('JobConv')
    .selectAll()
    .where('job_id', '=', jobId)
    .executeTakeFirst();
}

/** The log of a job, from the database. */
export async function jobLines(orm: MikroORM, jobId: string): Promise<string[]> {
  const rows = await databases
    .kysely(orm.em.fork())
    .selectFrom('job_log')
    .select('line')
    .where('job_id', '=', jobId)
    .orderBy('id')
    .execute();
  return rows.map(({ line }) => line);
}

/** Imaging processes that `parent` has started and that are alive. */
export function imagingChildren(parent = process.pid): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (
          Number(ppid) === parent &&
          state !== 'Z' &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('imaging/child')
        );
      } catch {
        return false;
      }
    });
}

/** One part of a hand-made form. */
export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly content: string | Uint8Array;
}

const BOUNDARY = 'x-som3d-test-boundary';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** The bytes of a form, exactly as told; `cut` leaves out its end. */
export function formBytes(parts: readonly Part[], { cut = false } = {}): Buffer<ArrayBuffer> {
  const chunks = parts.flatMap(({ name, filename, content }) => [
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...chunks, ...(cut ? [] : [Buffer.from(`--${BOUNDARY}--\r\n`)])]);
}

/** A request to the upload route that the test writes by hand. */
export function openUpload(url: string, headers: Record<string, string>) {
  const request = httpRequest(new URL('/som3d/jobs', url), { method: 'POST', headers });
  const answer = new Promise<{ status: number; body: Record<string, unknown>; response: IncomingMessage }>(
    (resolve, reject) => {
      request.once('error', reject);
      request.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
            response,
          }),
        );
      });
    },
  );
  answer.catch(() => undefined);
  return { request, answer };
}

/** Sends a form and gives its answer. */
export async function sendForm(
  { url, token }: { url: string; token: string },
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${url}/som3d/jobs`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${token}`, 'content-type': FORM_TYPE, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
