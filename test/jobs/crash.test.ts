import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createClient, waitForJob, type Client } from '@som3d/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import {
  FORM_TYPE,
  formBytes,
  imagingChildren,
  jobRow,
  openUpload,
  sampleZip,
  storedFiles,
  until,
  upload,
} from '../support/jobs.ts';
import { startProcess, type ServerProcess } from '../support/process.ts';
import { describeSetups, queueEnv } from '../support/queues.ts';

const account = { correo: 'medico@som3d.local', password: 'correct horse battery' };

describeSetups('the service as a process', ({ kind, queue }) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let queueing: Record<string, string>;
  const processes: ServerProcess[] = [];
  beforeEach(async () => {
    queueing = queueEnv(queue);
    database = await createDatabase(kind);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((server) => server.end('SIGKILL')));
    await database.drop();
  });

  const start = async (env: Record<string, string> = {}): Promise<ServerProcess> => {
    const server = await startProcess(database, { SOM3D_LEASE_SECONDS: '3', ...queueing, ...env });
    processes.push(server);
    return server;
  };
  const signUp = async ({ url }: ServerProcess): Promise<{ client: Client; token: string }> => {
    const anonymous = createClient({ baseUrl: url, retry: false });
    await anonymous.auth.register({ body: { ...account, nombre: 'Ana', apellido: 'Paz' } });
    return await signIn({ url });
  };
  const signIn = async ({ url }: { url: string }): Promise<{ client: Client; token: string }> => {
    const { body } = await createClient({ baseUrl: url, retry: false }).auth.login({ body: account });
    const token = body.access_token;
    return { token, client: createClient({ baseUrl: url, token, retry: false }) };
  };
  const files = () => storedFiles(database.dataDir);

  test('keeps nothing of an upload during which it is killed', async () => {
    const server = await start();
    const { token } = await signUp(server);
    const form = formBytes([{ name: 'file', filename: 'a.zip', content: await sampleZip() }]);
    const { request } = openUpload(server.url, {
      authorization: `Bearer ${token}`,
      'content-type': FORM_TYPE,
      'content-length': String(form.length),
    });
    request.write(form.subarray(0, form.length - 1000));
    // A check of the storage writes a draft too, and removes it.
    const drafts = async () => {
      const names = (await files()).filter((file) => file.startsWith('tmp/'));
      return await Promise.all(
        names.map(async (name) => await stat(path.join(database.dataDir, name)).catch(() => null)),
      );
    };
    await until(async () => (await drafts()).some((draft) => draft && draft.size > 1000), 'it is written');
    await server.end('SIGKILL');
    expect(await files()).not.toEqual([]);

    const { client } = await signIn(await start());
    await until(async () => (await files()).length === 0, 'nothing is left');
    expect((await client.som3d.list({ query: {} })).body.jobs).toEqual([]);
  });

  test('finishes a job during which it is killed, once', async () => {
    const server = await start();
    const { client } = await signUp(server);
    const { job_id: id } = await upload(client, { form: 'large' });
    const child = await until(() => imagingChildren(server.pid)[0], 'an imaging process runs');
    await until(async () => ((await jobRow(database.orm, id))?.percent ?? 0) > 0, 'it is under way');
    const reached = (await jobRow(database.orm, id))?.percent ?? 0;
    await server.end('SIGKILL');
    // The child hears that its parent is gone.
    await until(() => !isAlive(child), 'the imaging process has ended');
    expect(await jobRow(database.orm, id)).toMatchObject({ status: 'RUNNING', attempts: 1 });

    const { client: again } = await signIn(await start());
    expect((await again.som3d.progress({ params: { id } })).body.percent).toBeGreaterThanOrEqual(reached);
    const job = await waitForJob(again, id);
    expect(job.metrics).toMatchObject({ meshes: [{ watertight: true }] });
    expect(await jobRow(database.orm, id)).toMatchObject({ attempts: 2 });
    const left = await until(async () => {
      const stored = await files();
      return stored.every((file) => file.startsWith(`files/results/${id}/`)) ? stored : null;
    }, 'nothing but the result is left');
    // STL, GLB, GLB for the web, picture, 3MF, manifest and the ZIP of them.
    expect(left).toHaveLength(7);
  });

  test('hands its job back when it is asked to end, and takes it up again', { tags: ['long'] }, async () => {
    const server = await start();
    const { client } = await signUp(server);
    const { job_id: id } = await upload(client, { form: 'large' });
    await until(() => imagingChildren(server.pid)[0], 'an imaging process runs');
    expect(await server.end('SIGTERM')).toBe(0);
    expect(await jobRow(database.orm, id)).toMatchObject({ status: 'QUEUED', attempts: 0, lease_token: null });

    const { client: again } = await signIn(await start());
    await waitForJob(again, id);
    expect(await jobRow(database.orm, id)).toMatchObject({ attempts: 1 });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
