import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient, resumableUpload } from '@som3d/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { createDatabase } from '../support/database.ts';
import { FORM_TYPE, formBytes, openUpload, sampleZip, until, upload } from '../support/jobs.ts';
import { startProcess, type ServerProcess } from '../support/process.ts';
import { describeKinds } from '../support/server.ts';
import { call, post } from '../support/stranger.ts';

const account = { correo: 'medico@som3d.local', password: 'correct horse battery' };

/** Several processes that serve one API on one machine. */
describeKinds('a group of processes', { heavy: true }, (kind) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  const processes: ServerProcess[] = [];
  beforeEach(async () => {
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((server) => server.end('SIGTERM')));
    await database.drop();
  });

  const start = async (env: Record<string, string> = {}): Promise<ServerProcess> => {
    const server = await startProcess(database, env, ['--workers', '2']);
    processes.push(server);
    return server;
  };
  const logged = ({ lines }: ServerProcess, msg: string) => lines.filter((line) => line.msg === msg);
  const pidsOf = (server: ServerProcess, msg: string): number[] => [
    ...new Set(logged(server, msg).map(({ pid }) => pid)),
  ];
  const signUp = async ({ url }: ServerProcess) => {
    await post(`${url}/auth/register`, { ...account, nombre: 'Ana', apellido: 'Paz' });
    const { body } = await post(`${url}/auth/login`, account);
    const { access_token: token } = JSON.parse(body) as { access_token: string };
    return { token, client: createClient({ baseUrl: url, token, retry: false }) };
  };
  /** An upload of which the last bytes are still to come. */
  const openSlowUpload = async (url: string, token: string) => {
    const form = formBytes([{ name: 'file', filename: 'a.zip', content: await sampleZip() }]);
    const { request, answer } = openUpload(url, {
      authorization: `Bearer ${token}`,
      'content-type': FORM_TYPE,
      'content-length': String(form.length),
    });
    request.write(form.subarray(0, form.length - 1000));
    return { answer, finish: () => request.end(form.subarray(form.length - 1000)), request };
  };

  test('shares one port, replaces a process that is killed, and serves on', async () => {
    const server = await start();
    await until(async () => {
      expect((await call(`${server.url}/health`)).status).toBe(200);
      return pidsOf(server, 'request').length === 2;
    }, 'both processes answer');
    expect(pidsOf(server, 'request')).not.toContain(server.pid);
    const [victim = 0] = pidsOf(server, 'serving');

    process.kill(victim, 'SIGKILL');
    await until(() => logged(server, 'serving').length === 3, 'another one serves');
    expect(logged(server, 'API process ended; a new one starts')).toMatchObject([
      { pid: server.pid, ended: victim, signal: 'SIGKILL' },
    ]);
    const [, , replacement] = logged(server, 'serving').map(({ pid }) => pid);
    await until(async () => {
      expect((await call(`${server.url}/health`)).status).toBe(200);
      return pidsOf(server, 'request').includes(replacement ?? 0);
    }, 'the new one answers');
    const answers = await Promise.all(Array.from({ length: 60 }, () => call(`${server.url}/plans`)));
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
  });

  test('counts failed logins in all processes together', async () => {
    const server = await start();
    await signUp(server);
    const wrong = { ...account, password: 'not the password' };
    const statuses: number[] = [];
    for (let i = 0; i < 9; i++) statuses.push((await post(`${server.url}/auth/login`, wrong)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429]);
    const refusing = new Set<number>();
    await until(async () => {
      expect((await post(`${server.url}/auth/login`, wrong)).status).toBe(429);
      for (const { pid, status } of logged(server, 'request')) if (status === 429) refusing.add(pid);
      return refusing.size === 2;
    }, 'both processes refuse');
  });

  test('runs jobs in one process alone, whichever took the upload', async () => {
    const server = await start({ SOM3D_WORKER_CONCURRENCY: '1' });
    const { client } = await signUp(server);
    const jobs = await Promise.all([1, 2].map(() => upload(client)));
    for (const { job_id: id } of jobs) {
      await until(async () => (await client.som3d.get({ params: { id } })).body.status === 'done', 'the job is done');
    }
    expect(pidsOf(server, 'job started')).toHaveLength(1);
    expect(logged(server, 'job started')).toHaveLength(2);
  });

  test('lets a running upload end before it does, and says first that it is not ready', async () => {
    const server = await start({ SOM3D_DRAIN_DELAY_SECONDS: '1', SOM3D_EMBEDDED_WORKER: 'false' });
    const { token } = await signUp(server);
    const { answer, finish } = await openSlowUpload(server.url, token);
    const ended = server.end('SIGTERM');
    const leaving = await until(async () => {
      const health = await call(`${server.url}/health`);
      return health.status === 503 ? health : undefined;
    }, 'it says that it is not ready');
    expect(JSON.parse(leaving.body)).toMatchObject({ status: 'draining', services: { database: { status: 'ok' } } });
    expect(leaving.headers.connection).toBe('close');
    await until(
      async () =>
        await call(`${server.url}/health/live`).then(
          () => false,
          () => true,
        ),
      'nothing new is accepted',
    );
    finish();
    expect((await answer).status).toBe(201);
    expect(await ended).toBe(0);
  });

  test('ends at once at a second signal', async () => {
    const server = await start({ SOM3D_SHUTDOWN_SECONDS: '600' });
    const { token } = await signUp(server);
    const { request, answer } = await openSlowUpload(server.url, token);
    answer.catch(() => undefined);
    const ended = server.end('SIGTERM');
    await until(
      async () =>
        await call(`${server.url}/health/live`).then(
          () => false,
          () => true,
        ),
      'it is draining',
    );
    expect(await server.end('SIGTERM')).toBe(130);
    expect(await ended).toBe(130);
    request.destroy();
  });

  test('leaves nobody behind when the first process is killed', async () => {
    const server = await start();
    const pids = await until(() => {
      const serving = pidsOf(server, 'serving');
      return serving.length === 2 ? serving : null;
    }, 'both processes serve');
    await server.end('SIGKILL');
    const isAlive = (pid: number): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  });

  test('says plainly that the port is taken', async () => {
    const server = await start();
    const again = startProcess(database, { PORT: new URL(server.url).port }, ['--workers', '2']);
    await expect(again).rejects.toThrow(/PORT: \d+ is taken/);
  });

  test('serves one upload of 300 MB in turn, through a line that is cut', { tags: ['long'] }, async () => {
    const server = await start({ SOM3D_EMBEDDED_WORKER: 'false' });
    await using proxy = await startCuttingProxy(server.url);
    const { token } = await signUp(server);
    const client = createClient({ baseUrl: proxy.url, token });
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(300_000_000), await sampleZip()]);
    let next = 20_000_000;
    const job = await resumableUpload(client, {
      file: new Blob([zip]),
      baseDelayMs: 20,
      onProgress: (loaded) => {
        if (loaded < next) return;
        next += 40_000_000;
        proxy.cut();
      },
    }).job;
    const stored = await readFile(path.join(database.dataDir, 'files/uploads', `${job.job_id}.zip`));
    expect(stored.equals(zip)).toBe(true);
    const writers = logged(server, 'request')
      .filter(({ method }) => method === 'PATCH')
      .map(({ pid }) => pid);
    expect(new Set(writers).size).toBe(2);
  });
});
