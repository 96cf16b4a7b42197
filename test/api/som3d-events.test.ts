import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { createClient } from '@som3d/client';
import { JOB_PHASES } from '@som3d/contract';
import { databases, LatestEventStream } from '@som3d/server/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { openEvents, type EventReader } from '../support/events.ts';
import { jobRow, until, upload } from '../support/jobs.ts';
import { startProcess, type ServerProcess } from '../support/process.ts';
import { describeApi, expectProblem, type Session, type TestServer } from '../support/server.ts';

const QUEUED = { status: 'queued', phase: 'queued', percent: 0, error: null };

/** Moves a job as a worker would, in the database alone. */
async function move(server: TestServer, job_id: string, phase: string, percent: number): Promise<void> {
  await databases
    .kysely(server.deps.orm.em.fork())
    .updateTable('JobConv')
    .set({ status: 'RUNNING', phase, percent, updated_at: new Date() })
    .where('job_id', '=', job_id)
    .execute();
}

async function follow(server: TestServer, { token }: Session, jobId: string, lastEventId?: string) {
  return await openEvents({ url: server.url, token }, jobId, lastEventId);
}

/** A second process of the API on the same database. */
async function secondProcess(server: TestServer, env: Record<string, string> = {}): Promise<ServerProcess> {
  const { database } = server.deps.config;
  return await startProcess(
    { dataDir: server.dataDir, env: database.kind === 'mysql' ? { MYSQL_URL: database.url } : {} },
    { SOM3D_EMBEDDED_WORKER: 'false', ...env },
  );
}

describeApi('the events of a job', (api) => {
  const processes: ServerProcess[] = [];
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.end('SIGKILL')));
  });

  test('are for those who may see the job', async () => {
    const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
    const { job_id: id } = await upload(doctor.client);
    const anonymous = createClient({ baseUrl: api().url, retry: false });
    await expectProblem(anonymous.som3d.events({ params: { id } }), 401);
    await expectProblem(other.client.som3d.events({ params: { id } }), 404);
    await expectProblem(doctor.client.som3d.events({ params: { id: randomUUID() } }), 404);
    await expectProblem(doctor.client.som3d.events({ params: { id: 'a b' } }), 422);
    const seen = await follow(api(), admin, id);
    expect((await seen.next())?.data).toEqual(QUEUED);
    await seen.leave();
  });

  test('begin at once, with headers that nobody on the way may keep or hold back', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const events = await follow(api(), doctor, id);
    expect(Object.fromEntries(events.response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(events.response.headers.has('content-encoding')).toBe(false);
    expect(await events.next()).toEqual({ event: 'progress', id: expect.any(String) as string, data: QUEUED });
    expect(events.text()).toMatch(/^retry: \d+\n\nevent: progress\nid: \S+\ndata: \{.*\}\n\n$/);
    await events.leave();
  });

  test('answer a HEAD request with the headers alone', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const response = await fetch(`${api().url}/som3d/jobs/${id}/events`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${doctor.token}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(await response.text()).toBe('');
  });

  test('tell what another process does to the job, and end when it is cancelled', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const events = await follow(api(), doctor, id);
    expect((await events.next())?.data).toEqual(QUEUED);
    await move(api(), id, 'meshing', 40);
    expect((await events.next())?.data).toEqual({ ...QUEUED, status: 'running', phase: 'meshing', percent: 40 });
    await doctor.client.som3d.cancel({ params: { id } });
    const last = (await events.rest()).at(-1);
    expect(last?.data).toEqual({ status: 'canceled', phase: 'canceled', percent: 40, error: null });

    const late = await follow(api(), doctor, id);
    expect(await late.rest()).toEqual([last]);
    const again = await follow(api(), doctor, id, last?.id);
    expect([again.response.status, await again.response.text()]).toEqual([204, '']);
  });

  test('carry what went wrong', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const events = await follow(api(), doctor, id);
    await events.next();
    const error = 'La serie está incompleta:\nfaltan cortes';
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('JobConv')
      .set({ status: 'ERROR', phase: 'error', error })
      .where('job_id', '=', id)
      .execute();
    const [last, ...none] = await events.rest();
    expect([last?.data, none]).toEqual([{ status: 'error', phase: 'error', percent: 0, error }, []]);
    expect((await follow(api(), doctor, id, last?.id)).response.status).toBe(204);
  });

  test('are resumed in any process, which sends nothing that the client knows', { tags: ['heavy'] }, async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const first = await follow(api(), doctor, id);
    await first.next();
    await move(api(), id, 'segmenting', 30);
    const known = await first.next();
    await first.leave();

    const second = await secondProcess(api());
    processes.push(second);
    const elsewhere = { url: second.url, token: doctor.token };
    const resumed = await openEvents(elsewhere, id, known?.id);
    await move(api(), id, 'meshing', 60);
    expect((await resumed.next())?.data).toMatchObject({ phase: 'meshing', percent: 60 });
    for (const unknown of ['', 'x'.repeat(5000), 'running.meshing', 'done.finished.100', '"><\u00e9']) {
      const anew = await openEvents(elsewhere, id, unknown);
      expect((await anew.next())?.data).toMatchObject({ status: 'running', phase: 'meshing', percent: 60 });
      await anew.leave();
    }
    await doctor.client.som3d.cancel({ params: { id } });
    expect((await resumed.rest()).at(-1)?.data.status).toBe('canceled');
  });

  test('end with the job itself, and when it becomes another doctor’s', async () => {
    const [doctor, other] = [await api().doctor(), await api().doctor()];
    const [gone, given] = [await upload(doctor.client), await upload(doctor.client)];
    const [a, b] = [await follow(api(), doctor, gone.job_id), await follow(api(), doctor, given.job_id)];
    await a.next();
    await b.next();
    const db = databases.kysely(api().deps.orm.em.fork());
    await db.deleteFrom('JobConv').where('job_id', '=', gone.job_id).execute();
    await db
      .updateTable('JobConv')
      .set({ id_usuario: other.user.id_usuario, status: 'RUNNING', phase: 'meshing', percent: 7 })
      .where('job_id', '=', given.job_id)
      .execute();
    expect(await a.next()).toBeNull();
    expect(await b.next()).toBeNull();
    await expectProblem(doctor.client.som3d.events({ params: { id: gone.job_id } }), 404);
  });

  test('are shared by all who follow the job', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const readers = await Promise.all(Array.from({ length: 5 }, () => follow(api(), doctor, id)));
    await Promise.all(readers.map((reader) => reader.next()));
    await readers[0]?.leave();
    await move(api(), id, 'reading', 5);
    const seen = await Promise.all(readers.slice(1).map((reader) => reader.next()));
    expect(new Set(seen.map((event) => event?.id)).size).toBe(1);
    await doctor.client.som3d.cancel({ params: { id } });
    await Promise.all(readers.slice(1).map((reader) => reader.rest()));
  });

  test('do not hold up a process that is told to end', { tags: ['heavy'] }, async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    // Draining that waited for the stream would outlast the test.
    const second = await secondProcess(api(), { SOM3D_SHUTDOWN_SECONDS: '600' });
    processes.push(second);
    const events = await openEvents({ url: second.url, token: doctor.token }, id);
    expect((await events.next())?.data).toEqual(QUEUED);
    // What a browser opens in advance, and a client after a stream that it has left.
    const unused = connect(Number(new URL(second.url).port), '127.0.0.1');
    await once(unused, 'connect');
    const ended = second.end('SIGTERM');
    expect(await events.next()).toBeNull();
    expect(await ended).toBe(0);
    unused.destroy();
  });

  test('end with the token that opened them', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    const events = await follow(api(), doctor, id);
    await events.next();
    api().advance(61 * 60_000);
    expect(await events.next()).toBeNull();
    await expectProblem(doctor.client.som3d.events({ params: { id } }), 401);
  });
});

describeApi(
  'a job that runs',
  (api) => {
    test('is told from the queue to its end, never going back', async () => {
      const doctor = await api().doctor();
      const { job_id: id } = await upload(doctor.client, { form: 'large' });
      const events = await follow(api(), doctor, id);
      const seen = (await events.rest()).map(({ data }) => data);
      expect(seen.at(-1)).toEqual({ status: 'done', phase: 'finished', percent: 100, error: null });
      expect(seen.length).toBeGreaterThan(2);
      const steps = seen.map(({ phase, percent }) => [JOB_PHASES.indexOf(phase), percent] as const);
      const forwards = steps.every(([phase, percent], at) => {
        const [before, lower] = steps[at - 1] ?? [0, 0];
        return phase >= before && percent >= lower;
      });
      expect([forwards, seen]).toEqual([true, seen]);
      expect((await jobRow(api().deps.orm, id))?.status).toBe('DONE');
    }, 60_000);
  },
  { SOM3D_EMBEDDED_WORKER: 'true' },
);

describeApi(
  'the bounds of event streams',
  (api) => {
    const openMany = async (session: Session, id: string, many: number): Promise<EventReader[]> => {
      const readers: EventReader[] = [];
      for (let count = 0; count < many; count++) {
        const reader = await follow(api(), session, id);
        await reader.next();
        readers.push(reader);
      }
      return readers;
    };

    test('are told, and those who leave make room', async () => {
      const [one, two, three] = [await api().doctor(), await api().doctor(), await api().doctor()];
      const jobs = await Promise.all([one, two, three].map(({ client }) => upload(client)));
      const [a, b, c] = jobs.map(({ job_id }) => job_id) as [string, string, string];
      const mine = await openMany(one, a, 2);
      const events = (session: Session, id: string) => session.client.som3d.events({ params: { id } });
      const tooMany = await expectProblem(events(one, a), 429, /en vivo/);
      expect(tooMany.retryAfter).toBeGreaterThan(0);
      const others = await openMany(two, b, 1);
      const full = await expectProblem(events(three, c), 503, /en vivo/);
      expect(full.retryAfter).toBeGreaterThan(0);
      // Only this answer of level error: the bound of all streams.
      expect(api().errors.splice(0)).toHaveLength(1);
      expect((await three.client.som3d.progress({ params: { id: c } })).status).toBe(200);

      await mine[0]?.leave();
      const again = await until(async () => {
        const reader = await follow(api(), three, c);
        return reader.response.ok ? reader : null;
      }, 'there is room again');
      api().errors.splice(0);
      await Promise.all([...mine.slice(1), ...others, again].map((reader) => reader.leave()));
    });

    test('count no stream whose client has gone before it began', async () => {
      const doctor = await api().doctor();
      const { job_id: id } = await upload(doctor.client);
      for (let count = 0; count < 10; count++) {
        const going = request(`${api().url}/som3d/jobs/${id}/events`, {
          headers: { authorization: `Bearer ${doctor.token}` },
        });
        going.on('error', () => undefined);
        await new Promise<void>((resolve) => going.end(resolve));
        going.destroy();
      }
      const reader = await until(async () => {
        const opened = await follow(api(), doctor, id);
        return opened.response.ok ? opened : null;
      }, 'all who went away are forgotten');
      expect((await reader.next())?.data).toEqual(QUEUED);
      await reader.leave();
      api().errors.splice(0);
    });
  },
  // Streams that are open at the end of the file end in order.
  { SOM3D_EVENT_STREAMS: '3', SOM3D_EVENT_STREAMS_PER_USER: '2', SOM3D_SHUTDOWN_SECONDS: '5' },
);

describe('a stream of events', () => {
  const event = (percent: number) => ({ event: 'progress', id: String(percent), data: { percent } });
  const textOf = (chunk: unknown): string => (chunk as Buffer).toString();

  test('keeps the latest event alone for a reader that takes its time', async () => {
    const stream = new LatestEventStream({ retryMs: 1, beatMs: 60_000 });
    const taken: string[] = [];
    let takeNext = (): void => undefined;
    const slow = new Writable({
      highWaterMark: 1,
      write: (chunk, _encoding, done) => {
        taken.push(textOf(chunk));
        takeNext = done;
      },
    });
    stream.pipe(slow);
    await until(() => taken.length === 1, 'the reader has begun');
    for (let percent = 0; percent < 10_000; percent++) stream.send(event(percent));
    expect(stream.readableLength + slow.writableLength).toBeLessThan(200);
    await until(() => {
      takeNext();
      return taken.at(-1)?.includes('id: 9999\n');
    }, 'the latest has come');
    expect(taken.length).toBeLessThan(5);
    stream.destroy();
  });

  test('gives a sign of life while nothing happens', async () => {
    const stream = new LatestEventStream({ retryMs: 1, beatMs: 1 });
    let text = '';
    for await (const chunk of stream) {
      text += textOf(chunk);
      if (text.endsWith(':\n\n:\n\n')) break;
    }
    expect(text).toBe('retry: 1\n\n:\n\n:\n\n');
  });

  test('hands over what waits before it ends', async () => {
    const stream = new LatestEventStream({ retryMs: 1, beatMs: 60_000 });
    stream.send(event(99));
    stream.send(event(100));
    stream.finish();
    const chunks = await stream.toArray();
    expect(chunks.map(textOf).join('')).toBe('retry: 1\n\nevent: progress\nid: 100\ndata: {"percent":100}\n\n');
  });
});
