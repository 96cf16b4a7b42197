import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, InvalidRequestError, NetworkError, TimeoutError, uploadJob } from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { parseForm } from './support/multipart.ts';
import { runScript } from './support/process.ts';
import { jobWith, json, problem, rejection, serve, serveRaw } from './support/server.ts';

const retry = { baseDelayMs: 1 };
const MiB = 1024 * 1024;

describe('an upload', () => {
  test('sends fields and file as a form, with its length and a key of its own', async () => {
    await using server = await serve((_request, response) => json(response, 201, jobWith()));
    const client = createClient({ baseUrl: server.url, token: 't' });
    const bytes = randomBytes(200_000);
    const upload = {
      file: new Blob([bytes]),
      filename: 'año "1"\r\nX: y.zip',
      fields: {
        nombre_proceso: 'Cadera ñ "2"',
        teeth: true,
        cranio: false,
        id_paciente: 12,
        enable_muscles: undefined,
        extra_tasks: ['a', 'b'],
      },
    };
    expect(await uploadJob(client, upload)).toEqual(jobWith());
    await uploadJob(client, upload);
    const [first, second] = server.requests;
    expect(first?.headers).toMatchObject({ 'content-length': `${first?.body.length}`, authorization: 'Bearer t' });
    expect(first?.headers['transfer-encoding']).toBeUndefined();
    expect(first?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(second?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
    const form = await parseForm(first?.headers['content-type'], first?.body ?? Buffer.alloc(0));
    const file = form.get('file') as File;
    form.delete('file');
    expect(Object.fromEntries(form)).toEqual({
      nombre_proceso: 'Cadera ñ "2"',
      teeth: 'true',
      cranio: 'false',
      id_paciente: '12',
      extra_tasks: 'a,b',
    });
    expect(file.type).toBe('application/zip');
    expect(file.name).toBe('año "1"\r\nX: y.zip');
    expect(String(first?.body)).toContain('filename="año %221%22%0D%0AX: y.zip"');
    expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
  });

  test('tells how much has been handed over, up to the whole', async () => {
    await using server = await serve((_request, response) => json(response, 201, jobWith()));
    const seen: [number, number][] = [];
    const file = new File([randomBytes(MiB)], 'knee.zip');
    const onProgress = (loaded: number, total: number) => void seen.push([loaded, total]);
    await uploadJob(createClient({ baseUrl: server.url }), { file, onProgress });
    const sent = server.requests[0]?.body.length;
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.every(([loaded, total], at) => total === sent && loaded > (seen[at - 1]?.[0] ?? 0))).toBe(true);
    expect(seen.at(-1)).toEqual([sent, sent]);
    expect(String(server.requests[0]?.body)).toContain('filename="knee.zip"');
  });

  test('counts what the network has taken, not what has been read: it waits for a server that does not read', async () => {
    const held = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
    await using server = await serveRaw((request, response) => held.resolve([request.pause(), response]));
    let loaded = 0;
    let chunk = 0;
    const size = 256 * MiB;
    const file = {
      size,
      stream: () =>
        new ReadableStream<Uint8Array>({
          pull(controller) {
            if (chunk++ < 256) controller.enqueue(new Uint8Array(MiB));
            else controller.close();
          },
        }),
    };
    const uploading = uploadJob(createClient({ baseUrl: server.url }), { file, onProgress: (n) => (loaded = n) });
    const [request, response] = await held.promise;
    let before = -1;
    await expect
      .poll(() => {
        const still = loaded === before;
        before = loaded;
        return still;
      })
      .toBe(true);
    expect(loaded).toBeLessThan(size / 4);
    request.resume().once('end', () => json(response, 201, jobWith()));
    await uploading;
    expect(loaded).toBeGreaterThan(size);
  });

  test('is sent again after a failure, with the same key and from the start', async () => {
    await using server = await serve((_request, response, number) => {
      if (number === 1) response.destroy();
      else if (number === 2) problem(response, 503, 'Luego');
      else json(response, 200, jobWith());
    });
    const client = createClient({ baseUrl: server.url, retry });
    await uploadJob(client, { file: new Blob(['PK12']), idempotencyKey: 'mine' });
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['mine', 'mine', 'mine']);
    expect(server.requests.every(({ body }) => body.includes('PK12'))).toBe(true);
  });

  test('is sent again with a renewed token', async () => {
    await using server = await serve((request, response) =>
      request.headers.authorization === 'Bearer new'
        ? json(response, 201, jobWith())
        : problem(response, 401, 'Sesión vencida'),
    );
    const client = createClient({ baseUrl: server.url, token: 'old', refresh: async () => 'new' });
    await uploadJob(client, { file: new Blob(['PK12']) });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.body.includes('PK12')).toBe(true);
  });

  test('is not sent again when its stream can be read once only', async () => {
    await using server = await serve((_request, response) => void response.destroy());
    const client = createClient({ baseUrl: server.url, retry });
    const file = { size: 4, stream: () => new Blob(['PK12']).stream(), replayable: false };
    expect(await rejection(uploadJob(client, { file }))).toBeInstanceOf(NetworkError);
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    ['shorter', 5],
    ['longer', 3],
  ])('fails, and is not repeated, when the file turns out %s', async (_name, size) => {
    let connections = 0;
    await using server = await serveRaw((request) => {
      connections += 1;
      request.on('error', () => undefined).resume();
    });
    const client = createClient({ baseUrl: server.url, retry });
    const file = { size, stream: () => new Blob(['PK12']).stream() };
    expect(await rejection(uploadJob(client, { file }))).toBeInstanceOf(InvalidRequestError);
    expect(connections).toBeLessThanOrEqual(1);
  });

  test('throws the very error of a file that can not be read', async () => {
    await using server = await serveRaw((request) => void request.on('error', () => undefined).resume());
    const failure = new Error('EIO');
    const file = {
      size: 10,
      stream: () => new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(failure) }),
    };
    const client = createClient({ baseUrl: server.url, retry });
    expect(await rejection(uploadJob(client, { file }))).toBe(failure);
  });

  test.each(['close', 'keep-alive'])(
    'hears a refusal that comes before its end, and stops (%s)',
    async (connection) => {
      const stopped = Promise.withResolvers<boolean>();
      await using server = await serveRaw((request, response) => {
        request.once('data', () => problem(response, 413, 'Demasiado grande', { connection }));
        request.on('error', () => undefined).socket.once('close', () => stopped.resolve(request.complete));
      });
      const file = new Blob([new Uint8Array(20 * MiB)]);
      const error = await rejection(uploadJob(createClient({ baseUrl: server.url }), { file }));
      expect(error).toMatchObject({ status: 413, detail: 'Demasiado grande' });
      expect(await stopped.promise).toBe(false);
    },
  );

  test('ends when nothing moves any more, and when the caller gives up', async () => {
    await using server = await serveRaw((request) => void request.pause());
    const client = createClient({ baseUrl: server.url });
    const file = new Blob([new Uint8Array(64 * MiB)]);
    expect(await rejection(uploadJob(client, { file, timeoutMs: 100 }))).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const error = await rejection(uploadJob(client, { file, onProgress, signal: controller.signal }));
    expect((error as Error).name).toBe('AbortError');
  });
});

describe('a large upload', { tags: ['heavy'] }, () => {
  test.each(['blob', 'stream'])(
    'from a file as a %s takes no memory to speak of',
    async (kind) => {
      const directory = await mkdtemp(join(tmpdir(), 'som3d-upload-'));
      const path = join(directory, 'big.zip');
      const size = 300 * MiB;
      const handle = await open(path, 'w');
      await handle.truncate(size);
      await handle.close();
      let received = 0;
      await using server = await serveRaw((request, response) => {
        request.on('data', (chunk: Buffer) => (received += chunk.length));
        request.on('end', () => json(response, 201, jobWith()));
      });
      try {
        const { code, stdout, stderr } = await runScript('upload-large.ts', [server.url, path, kind]);
        expect([code, stderr]).toEqual([0, '']);
        const report = JSON.parse(stdout) as { jobId: string; grown: number; calls: number; last: [number, number] };
        expect(report.jobId).toBe('job-1');
        expect(received).toBeGreaterThan(size);
        expect(report.last).toEqual([received, received]);
        expect(report.calls).toBeGreaterThan(1000);
        expect(report.grown).toBeLessThan(120 * MiB);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
    60_000,
  );
});

test('goes out as FormData where streams can not be sent', async () => {
  await using server = await serve((_request, response) => json(response, 201, jobWith()));
  const { code, stdout, stderr } = await runScript('upload-browser.ts', [server.url]);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({
    jobId: 'job-1',
    seen: [
      [0, 6],
      [6, 6],
    ],
  });
  const [request] = server.requests;
  const form = await parseForm(request?.headers['content-type'], request?.body ?? Buffer.alloc(0));
  expect((form.get('file') as File).name).toBe('scan.zip');
  expect(await (form.get('file') as File).text()).toBe('PK\u0003\u0004ab');
  expect(form.get('nombre_proceso')).toBe('Rodilla');
});
