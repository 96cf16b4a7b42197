import { createClient, jobEvents, signIn, waitForJob } from '@som3d/client';
import type { JobProgress } from '@som3d/contract';
import { databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { openEvents } from '../support/events.ts';
import { until, upload } from '../support/jobs.ts';
import { describeApi, PASSWORD, type TestServer } from '../support/server.ts';

async function move(server: TestServer, job_id: string, values: Partial<{ percent: number; status: 'RUNNING' }>) {
  return await databases
    .kysely(server.deps.orm.em.fork())
    .updateTable('JobConv')
    .set({ phase: 'meshing', ...values })
    .where('job_id', '=', job_id)
    .execute();
}

describeApi('waiting for a job through the SDK', (api) => {
  test('goes on by itself when the connection is cut and when the token runs out', async () => {
    const doctor = await api().doctor();
    const { job_id: id } = await upload(doctor.client);
    await using proxy = await startCuttingProxy(api().url);
    const { client } = await signIn({ baseUrl: proxy.url }, { correo: doctor.user.correo, password: PASSWORD });
    const seen: string[] = [];
    const doing: Promise<unknown>[] = [];
    /** What happens once the job has been seen at a point. */
    const next: Record<string, () => Promise<unknown>> = {
      'queued 0': () => move(api(), id, { status: 'RUNNING', percent: 10 }),
      'running 10': () => {
        proxy.cut();
        return move(api(), id, { percent: 20 });
      },
      'running 20': () => {
        api().advance(61 * 60_000);
        return move(api(), id, { percent: 30 });
      },
      'running 30': () => client.som3d.cancel({ params: { id } }),
    };
    const onProgress = ({ status, percent }: JobProgress): void => {
      const point = `${status} ${percent}`;
      seen.push(point);
      const act = next[point];
      if (act) doing.push(act());
    };
    await expect(waitForJob(client, id, { onProgress, pollMs: 50 })).rejects.toThrow('was canceled');
    await Promise.all(doing);
    expect(seen).toEqual(['queued 0', 'running 10', 'running 20', 'running 30', 'canceled 30']);
    expect(proxy.connections()).toBeGreaterThan(1);
  });
});

describeApi(
  'giving up',
  (api) => {
    test('leaves no stream open at the service', async () => {
      const doctor = await api().doctor();
      const { job_id: id } = await upload(doctor.client);
      const client = createClient({ baseUrl: api().url, token: doctor.token });
      const giveUp = new AbortController();
      const waiting = waitForJob(client, id, { signal: giveUp.signal, onProgress: () => giveUp.abort() });
      await expect(waiting).rejects.toThrow(/abort/i);
      for await (const { progress } of jobEvents(client, id)) {
        expect(progress.status).toBe('queued');
        break;
      }
      // The aborted wait and the loop that was left had the two streams that a user may have here.
      await until(async () => {
        const streams = [await openEvents({ url: api().url, token: doctor.token }, id)];
        streams.push(await openEvents({ url: api().url, token: doctor.token }, id));
        await Promise.all(streams.map((stream) => stream.leave()));
        return streams.every(({ response }) => response.ok);
      }, 'both streams are free again');
    });
  },
  { SOM3D_EVENT_STREAMS_PER_USER: '2' },
);
