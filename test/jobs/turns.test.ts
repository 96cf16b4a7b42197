import { jobMachinery } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { jobRow, until, upload } from '../support/jobs.ts';
import { describeJobs } from '../support/queues.ts';

describeJobs('turns of users', (api) => {
  /** Jobs of three users, uploaded in this order: many of the first one, then one of each other. */
  const uploadAll = async (names: readonly string[]) => {
    const [a, b, c] = [await api().doctor(), await api().doctor(), await api().doctor()];
    const clients = { a: a.client, b: b.client, c: c.client };
    const named = new Map<string, string>();
    for (const name of names) {
      const { job_id } = await upload(clients[name[0] as 'a' | 'b' | 'c']);
      named.set(job_id, name);
      api().advance(1000);
    }
    return { named, admin: await api().admin() };
  };

  test('are taken within one priority, however many jobs one of them has', async () => {
    const { named, admin } = await uploadAll(['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'b2', 'a5']);
    const idOf = (name: string): string => [...named].find(([, known]) => known === name)?.[0] ?? '';
    await admin.client.som3d.prioritize({ params: { id: idOf('a5') }, body: { prioridad: 5 } });
    const { queue } = jobMachinery.createJobServices(api().deps);
    const order: (string | undefined)[] = [];
    for (let index = 0; index < named.size; index++) {
      order.push(named.get((await queue.claim('test'))?.job_id ?? ''));
      api().advance(1000);
    }
    expect(order).toEqual(['a5', 'b1', 'c1', 'a1', 'b2', 'a2', 'a3', 'a4']);
    await Promise.all([...named.keys()].map((id) => queue.cancel(id)));
  });

  test('are taken by a worker, whichever message comes first', async () => {
    const { named } = await uploadAll(['a1', 'a2', 'a3', 'b1']);
    const { deps } = api();
    const config = { ...deps.config, SOM3D_EMBEDDED_WORKER: true, SOM3D_WORKER_CONCURRENCY: 1 };
    const jobs = jobMachinery.createJobs({ ...deps, config });
    const begun: string[] = [];
    // Each is cancelled as soon as it begins: only the order counts.
    jobs.signals.on('progress', (id, { status }) => {
      const name = named.get(id) ?? id;
      if (status !== 'running' || begun.includes(name)) return;
      begun.push(name);
      void jobs.queue.cancel(id).then(() => jobs.signals.emit('canceled', id));
    });
    await jobs.start();
    try {
      const rows = async () => await Promise.all([...named.keys()].map((id) => jobRow(deps.orm, id)));
      await until(async () => (await rows()).every((row) => row?.status === 'CANCELED'), 'all had their turn');
      expect(begun).toEqual(['a1', 'b1', 'a2', 'a3']);
    } finally {
      await jobs[Symbol.asyncDispose]();
    }
  });
});
