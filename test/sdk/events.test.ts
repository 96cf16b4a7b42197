import type { ServerResponse } from 'node:http';
import {
  ApiError,
  createClient,
  jobEvents,
  NetworkError,
  NoEventStreamError,
  NotFoundError,
  TimeoutError,
  UnauthorizedError,
  waitForJob,
  type Client,
  type JobEvent,
} from '@som3d/client';
import type { JobProgress } from '@som3d/contract';
import { describe, expect, test } from 'vitest';
import { jobWith, json, problem, rejection, serve, type Handler } from './support/server.ts';

function at(percent: number, status: JobProgress['status'] = 'running'): JobProgress {
  return {
    status,
    phase: status === 'running' ? 'meshing' : 'finished',
    percent,
    error: null,
  };
}
const done = at(100, 'done');
const fast = { retryMs: 1 };

function begin(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' });
}
function write(response: ServerResponse, progress: JobProgress): void {
  response.write(`event: progress\nid: p${progress.percent}\ndata: ${JSON.stringify(progress)}\n\n`);
}
function tell(response: ServerResponse, ...all: JobProgress[]): void {
  begin(response);
  for (const progress of all) write(response, progress);
}

async function listenTo(client: Client, options: Parameters<typeof jobEvents>[2] = {}): Promise<JobEvent[]> {
  const seen: JobEvent[] = [];
  for await (const event of jobEvents(client, 'job-1', { ...fast, ...options })) seen.push(event);
  return seen;
}

describe('the events of a job', () => {
  test('come one by one, typed, until the job has ended', async () => {
    await using server = await serve((_request, response) => tell(response, at(1), at(2), done, at(3)));
    const seen = await listenTo(createClient({ baseUrl: server.url, token: 't' }));
    expect(seen).toEqual([
      { id: 'p1', progress: at(1) },
      { id: 'p2', progress: at(2) },
      { id: 'p100', progress: done },
    ]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      url: '/som3d/jobs/job-1/events',
      headers: { accept: 'text/event-stream', authorization: 'Bearer t' },
    });
    expect(server.requests[0]?.headers).not.toHaveProperty('last-event-id');
  });

  test('are understood however they are cut into pieces, with what a stream may hold beside', async () => {
    const text =
      `\uFEFF: hello\r\n\r\nretry: 1\r\nretry: x\r\n\r\nevent: progress\rid: a\rdata: ${JSON.stringify(at(1))}\r\r` +
      `event: other\ndata: no\n\nid: b\nevent: progress\ndata: {"status":"error","phase":"error",\n` +
      `data: "percent":1,"error":"Corazón ♥"}\n\nevent: progress\ndata: cut off`;
    const bytes = Buffer.from(text);
    await using server = await serve(async (_request, response) => {
      begin(response);
      for (const byte of bytes) {
        await new Promise<void>((resolve, reject) =>
          response.write(Buffer.of(byte), (error) => (error ? reject(error) : resolve())),
        );
      }
      response.end();
    });
    const seen = await listenTo(createClient({ baseUrl: server.url }));
    expect(seen).toEqual([
      { id: 'a', progress: at(1) },
      { id: 'b', progress: { status: 'error', phase: 'error', percent: 1, error: 'Corazón ♥' } },
    ]);
  });

  test('go on where they were when the connection is cut, ends early or the service is away', async () => {
    await using server = await serve((_request, response, number) => {
      if (number === 1) {
        begin(response);
        response.write(`event: progress\nid: p1\ndata: ${JSON.stringify(at(1))}\n\n`, () => response.destroy());
      } else if (number === 2) response.destroy();
      else if (number === 3) problem(response, 503, 'Se reinicia');
      else if (number === 4) begin(response).end(': nothing new\n\n');
      else tell(response, at(2), done);
    });
    const seen = await listenTo(createClient({ baseUrl: server.url }), { lastEventId: 'p0' });
    expect(seen.map(({ id }) => id)).toEqual(['p1', 'p2', 'p100']);
    expect(server.requests.map(({ headers }) => headers['last-event-id'])).toEqual(['p0', 'p1', 'p1', 'p1', 'p1']);
  });

  test('end without one for who has seen the end', async () => {
    await using server = await serve((_request, response) => void response.writeHead(204).end());
    expect(await listenTo(createClient({ baseUrl: server.url }), { lastEventId: 'p100' })).toEqual([]);
  });

  test('are heard with a new token when the old one has run out in the middle', async () => {
    let valid = 'old';
    await using server = await serve((request, response, number) => {
      if (request.headers.authorization !== `Bearer ${valid}`) return problem(response, 401, 'Sesión vencida');
      if (number > 1) return tell(response, done);
      valid = 'new';
      tell(response, at(1));
      response.end();
    });
    const refresh = async () => 'new';
    const seen = await listenTo(createClient({ baseUrl: server.url, token: 'old', refresh }));
    expect(seen.map(({ id }) => id)).toEqual(['p1', 'p100']);
    const tokens = server.requests.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);

    valid = 'none';
    const refused = createClient({ baseUrl: server.url, token: 'old', refresh: async () => undefined });
    expect(await rejection(listenTo(refused))).toBeInstanceOf(UnauthorizedError);
  });

  test('are given up after so many failures in a row, and at once for what will not pass', async () => {
    await using server = await serve((request, response) => {
      if (request.url.includes('gone')) problem(response, 404, 'No existe');
      else response.destroy();
    });
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(listenTo(client, { maxFailures: 4 }))).toBeInstanceOf(NetworkError);
    expect(server.requests).toHaveLength(4);
    const gone = jobEvents(client, 'gone', fast);
    expect(await rejection(gone.next())).toBeInstanceOf(NotFoundError);
    expect(server.requests).toHaveLength(5);
  });

  test.each([
    ['another answer', (response) => json(response, 200, done)],
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hola')],
    ['nothing that is progress', (response) => tell(response, { ...at(1), percent: 1000 })],
    ['an event without an end', (response) => begin(response).write(`data: ${'x'.repeat(100_000)}`)],
    ['silence', (response) => begin(response).flushHeaders()],
    ['silence without headers', () => undefined],
    ['an end without a word, each time', (response) => begin(response).end()],
  ] satisfies [string, (response: ServerResponse) => unknown][])(
    'are refused when they are %s',
    async (_name, answer) => {
      await using server = await serve((_request, response) => {
        answer(response);
      });
      const error = await rejection(
        listenTo(createClient({ baseUrl: server.url }), { firstByteMs: 300, maxFailures: 3 }),
      );
      expect((error as Error).name).toMatch(/^(NoEventStreamError|UnexpectedResponseError)$/);
    },
  );

  test('end when the caller gives up or has heard enough, and the connection with them', async () => {
    const closed: Promise<unknown>[] = [];
    await using server = await serve((_request, response) => {
      closed.push(new Promise((resolve) => response.once('close', resolve)));
      tell(response, at(1));
    });
    const client = createClient({ baseUrl: server.url });
    const controller = new AbortController();
    const reason = new Error('enough');
    const endless = async () => {
      for await (const { id } of jobEvents(client, 'job-1', { signal: controller.signal })) {
        if (id === 'p1') controller.abort(reason);
      }
    };
    expect(await rejection(endless())).toBe(reason);
    for await (const event of jobEvents(client, 'job-1')) {
      expect(event.id).toBe('p1');
      break;
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(2);
  });
});

describe('waiting for a job', () => {
  /** A service whose event streams are answered by `stream`; a look finds the job done. */
  const service =
    (stream: Handler): Handler =>
    (request, response, number) => {
      if (request.url.endsWith('/events')) return stream(request, response, number);
      json(response, 200, request.url.endsWith('/progress') ? done : jobWith({ ...done }));
    };
  const wait = async (url: string, options: Parameters<typeof waitForJob>[2] = {}) => {
    const seen: JobProgress[] = [];
    const client = createClient({ baseUrl: url });
    const job = await waitForJob(client, 'job-1', {
      pollMs: 1,
      onProgress: (progress) => seen.push(progress),
      ...options,
    });
    return { job, seen };
  };
  const looksOf = (requests: readonly { readonly url: string }[]): number =>
    requests.filter(({ url }) => url.endsWith('/progress')).length;

  test('listens and does not ask', async () => {
    await using server = await serve(service((_request, response) => tell(response, at(1), at(1), at(2), done)));
    const { job, seen } = await wait(server.url);
    expect([job, seen]).toEqual([jobWith({ ...done }), [at(1), at(2), done]]);
    expect(looksOf(server.requests)).toBe(0);
  });

  test.each<[string, Handler]>([
    ['404', (_request, response) => problem(response, 404, 'La dirección no existe')],
    ['405', (_request, response) => problem(response, 405, 'No admitido')],
    ['406', (_request, response) => problem(response, 406, 'No aceptable')],
    ['501', (_request, response) => problem(response, 501, 'No hay')],
    ['429', (_request, response) => problem(response, 429, 'Demasiados', { 'retry-after': '15' })],
    ['503', (_request, response) => problem(response, 503, 'Lleno', { 'retry-after': '15' })],
    ['another answer', (_request, response) => json(response, 200, done)],
    ['a proxy that holds it back', (_request, response) => begin(response).flushHeaders()],
    ['a proxy that cuts it', (_request, response) => void response.destroy()],
  ])('asks again and again where the stream is answered by %s', async (_name, stream) => {
    await using server = await serve(service(stream));
    const { job, seen } = await wait(server.url, { firstByteMs: 300 });
    expect([job.status, seen]).toEqual(['done', [done]]);
    expect(looksOf(server.requests)).toBe(1);
  });

  test('ends with its time while it listens, and when the caller gives up', async () => {
    await using server = await serve(service((_request, response) => tell(response, at(1))));
    expect(await rejection(wait(server.url, { timeoutMs: 100 }))).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const error = await rejection(
      wait(server.url, { signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect((error as Error).name).toBe('AbortError');
    expect(looksOf(server.requests)).toBe(0);
  });

  test('asks no further when the session is over', async () => {
    await using server = await serve((_request, response) => problem(response, 401, 'Sesión vencida'));
    expect(await rejection(wait(server.url))).toBeInstanceOf(UnauthorizedError);
    expect(server.requests).toHaveLength(1);
  });

  test('says that there is no such job', async () => {
    await using server = await serve((_request, response) => problem(response, 404, 'El trabajo no existe'));
    const error = await rejection(wait(server.url));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).not.toBeInstanceOf(NoEventStreamError);
  });
});
