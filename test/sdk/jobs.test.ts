import {
  ConflictError,
  createClient,
  downloadResult,
  downloadStl,
  ForbiddenError,
  InvalidRequestError,
  JobCanceledError,
  JobFailedError,
  NetworkError,
  NotFoundError,
  TimeoutError,
  waitForJob,
} from '@som3d/client';
import type { JobProgress } from '@som3d/contract';
import { describe, expect, test } from 'vitest';
import { jobWith, json, problem, rejection, serve, serveRaw, withoutEvents } from './support/server.ts';

const fast = { pollMs: 1 };
function step(status: JobProgress['status'], phase: JobProgress['phase'], percent: number): JobProgress {
  return {
    status,
    phase,
    percent,
    error: null,
  };
}
const queued = step('queued', 'queued', 0);
const running = step('running', 'meshing', 40);
const done = step('done', 'finished', 100);

describe('waiting for a job of a service without event streams', () => {
  test('tells each change once and answers the finished job', async () => {
    const steps = [queued, queued, running, running, done];
    await using server = await serve(
      withoutEvents((request, response, number) =>
        json(response, 200, request.url.endsWith('/progress') ? steps[number - 1] : jobWith({ ...done })),
      ),
    );
    const seen: JobProgress[] = [];
    const client = createClient({ baseUrl: server.url });
    const job = await waitForJob(client, 'job-1', { ...fast, onProgress: (progress) => seen.push(progress) });
    expect(job).toEqual(jobWith({ ...done }));
    expect(seen).toEqual([queued, running, done]);
  });

  test.each([
    ['error', JobFailedError, 'La serie está incompleta'],
    ['canceled', JobCanceledError, 'Job job-1 was canceled'],
  ] as const)('throws when it ended as %s', async (status, kind, message) => {
    const job = jobWith({ status, phase: status, error: 'La serie está incompleta' });
    await using server = await serve(
      withoutEvents((request, response) =>
        json(response, 200, request.url.endsWith('/progress') ? step(status, status, 10) : job),
      ),
    );
    const error = await rejection(waitForJob(createClient({ baseUrl: server.url }), 'job-1', fast));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ message, job });
  });

  test('sits out passing failures', async () => {
    await using server = await serve(
      withoutEvents((request, response, number) => {
        if (!request.url.endsWith('/progress')) json(response, 200, jobWith({ ...done }));
        else if (number % 4 === 1) response.destroy();
        else if (number % 4 === 2) problem(response, 503, 'Luego', { 'retry-after': '60' });
        else json(response, 200, number < 12 ? running : done);
      }),
    );
    const job = await waitForJob(createClient({ baseUrl: server.url }), 'job-1', { ...fast, maxFailures: 3 });
    expect(job.status).toBe('done');
    expect(server.requests.length).toBeGreaterThan(11);
  });

  test('does not sit out for ever, and not what will not pass', async () => {
    await using server = await serve(
      withoutEvents((request, response) => {
        if (request.url.includes('gone')) problem(response, 404, 'No existe');
        else response.destroy();
      }),
    );
    const looks = () => server.requests.filter(({ url }) => url.endsWith('/progress')).length;
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(waitForJob(client, 'gone', fast))).toBeInstanceOf(NotFoundError);
    expect(looks()).toBe(1);
    expect(await rejection(waitForJob(client, 'job-1', { ...fast, maxFailures: 4 }))).toBeInstanceOf(NetworkError);
    expect(looks()).toBe(5);
  });

  test('ends with its time, and when the caller gives up', async () => {
    await using server = await serve(withoutEvents((_request, response) => json(response, 200, running)));
    const client = createClient({ baseUrl: server.url });
    expect(await rejection(waitForJob(client, 'job-1', { ...fast, timeoutMs: 40 }))).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    const error = await rejection(waitForJob(client, 'job-1', { signal: controller.signal, onProgress }));
    expect((error as Error).name).toBe('AbortError');
  });
});

describe('a result', () => {
  const zip = { 'content-type': 'application/zip', 'content-disposition': `attachment; filename*=UTF-8''a%C3%B1o.zip` };

  test('is not read until it is taken, in the way the caller likes', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(200, { ...zip, 'content-length': '6' }).end('PK\u0003\u0004ab');
    });
    const client = createClient({ baseUrl: server.url, token: 't' });
    const body = await downloadResult(client, 'job-1');
    expect([body.size, body.type, body.filename]).toEqual([6, 'application/zip', 'año.zip']);
    expect(await new Response(body.stream()).text()).toBe('PK\u0003\u0004ab');
    expect((await (await downloadResult(client, 'job-1')).bytes()).length).toBe(6);
    expect((await (await downloadResult(client, 'job-1')).blob()).type).toBe('application/zip');
    const answer = await client.som3d.resultBytes({ params: { id: 'job-1' } });
    expect((await answer.body.arrayBuffer()).byteLength).toBe(6);
    expect(await rejection(answer.body.arrayBuffer())).toBeInstanceOf(TypeError);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer t');
  });

  test('can be taken in parts', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(206, { ...zip, 'content-range': 'bytes 2-3/6' }).end('\u0003\u0004');
    });
    const body = await downloadResult(createClient({ baseUrl: server.url }), 'job-1', { range: 'bytes=2-3' });
    expect(await body.text()).toBe('\u0003\u0004');
    expect(server.requests[0]?.headers.range).toBe('bytes=2-3');
  });

  test('may take longer than the timeout as long as it moves, and its reader may take its time', async () => {
    let more: (() => void) | undefined;
    await using server = await serveRaw((_request, response) => {
      response.writeHead(200, zip);
      response.write('a');
      more = () => void response.end('b');
    });
    const body = await downloadResult(createClient({ baseUrl: server.url, timeoutMs: 500 }), 'job-1');
    const reader = body.stream().getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a');
    const since = performance.now();
    await expect.poll(() => performance.now() - since).toBeGreaterThan(700);
    more?.();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('b');
    expect((await reader.read()).done).toBe(true);
  });

  test('fails while it is read when it stands still or breaks off', async () => {
    await using server = await serveRaw((request, response) => {
      response.writeHead(200, { ...zip, 'content-length': '100' });
      response.write('a', () => {
        if (request.url?.includes('broken')) response.destroy();
      });
    });
    const client = createClient({ baseUrl: server.url, timeoutMs: 500 });
    const stalled = await downloadResult(client, 'job-1');
    expect(await rejection(stalled.bytes())).toBeInstanceOf(TimeoutError);
    const broken = await downloadResult(client, 'broken');
    expect(await rejection(broken.bytes())).toBeInstanceOf(NetworkError);
  });

  test('can be given back unread', async () => {
    const closed = Promise.withResolvers<string>();
    await using server = await serveRaw((_request, response) => {
      response.writeHead(200, { ...zip, 'content-length': '100' }).write('a');
      response.once('close', () => closed.resolve('closed'));
    });
    await (await downloadResult(createClient({ baseUrl: server.url }), 'job-1')).cancel();
    expect(await closed.promise).toBe('closed');
  });

  test('is refused as an error until the job is done', async () => {
    await using server = await serve((_request, response) => problem(response, 409, 'El trabajo aún no terminó'));
    const error = await rejection(downloadResult(createClient({ baseUrl: server.url }), 'job-1'));
    expect(error).toBeInstanceOf(ConflictError);
  });
});

describe('a model', () => {
  test('is fetched by its signed address, to which no token goes, wherever it leads', async () => {
    const stl = { 'content-type': 'model/stl' };
    await using store = await serve((_request, response) => void response.writeHead(200, stl).end('solid'));
    await using server = await serve((_request, response) => void response.writeHead(200, stl).end('solid'));
    const client = createClient({ baseUrl: `${server.url}/api`, token: 'secret' });
    for (const url of ['/som3d/files/abc', `${server.url}/api/som3d/files/abc`, `${store.url}/bucket/a?sig=1`]) {
      expect(await (await downloadStl(client, { url })).text()).toBe('solid');
    }
    const seen = [...server.requests, ...store.requests];
    expect(seen.map(({ url }) => url)).toEqual(['/api/som3d/files/abc', '/api/som3d/files/abc', '/bucket/a?sig=1']);
    expect(seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  test.each(['file:///etc/passwd', 'data:,x', '//evil.example/x', 'x.stl'])('is not fetched from %s', async (url) => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:9', token: 'secret' });
    expect(await rejection(downloadStl(client, url))).toBeInstanceOf(InvalidRequestError);
  });

  test('says when its address has expired', async () => {
    await using server = await serve((_request, response) => problem(response, 403, 'El enlace venció'));
    const error = await rejection(downloadStl(createClient({ baseUrl: server.url }), '/som3d/files/abc'));
    expect(error).toBeInstanceOf(ForbiddenError);
    expect(error).toMatchObject({ route: 'som3d.file', detail: 'El enlace venció' });
  });
});
