import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { databases, jobMachinery } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { jobLines, jobRow, storedFiles, trashedFiles, upload } from '../support/jobs.ts';
import { describeApi } from '../support/server.ts';

describeApi('the sweeper', (api) => {
  const sweep = () => jobMachinery.createJobServices(api().deps).sweeper.sweep();
  const put = async (key: string, { old }: { old: boolean }): Promise<string> => {
    await api().deps.storage.put(key, Readable.from(['content']));
    const file = path.join(api().dataDir, 'files', key);
    const hourAgo = new Date(Date.now() - 3_600_000);
    if (old) await utimes(file, hourAgo, hourAgo);
    return `files/${key}`;
  };
  const set = async (id: string, values: object) => {
    await databases
      .kysely(api().deps.orm.em.fork())
      .updateTable('JobConv')
      .set(values)
      .where('job_id', '=', id)
      .execute();
  };

  test('removes what no job names, once it is old enough', async () => {
    const { client } = await api().doctor();
    const { job_id: id } = await upload(client);
    await put(`uploads/${id}.zip`, { old: true });
    const token = (await jobMachinery.createJobServices(api().deps).queue.claim('worker'))?.token;
    const kept = [
      `files/uploads/${id}.zip`,
      // An attempt is under way: its lease names what it stores.
      await put(`results/${id}/${token}/hueso.stl`, { old: true }),
      await put('uploads/young.zip', { old: false }),
    ];
    await put('uploads/unknown.zip', { old: true });
    await put('results/unknown/token/hueso.stl', { old: true });
    await put(`results/${id}/earlier/hueso.stl`, { old: true });
    await Promise.all([sweep(), sweep()]);
    expect(await storedFiles(api().dataDir)).toEqual(kept.toSorted((a, b) => a.localeCompare(b)));

    await set(id, { status: 'DONE', result_key: `results/${id}/${token}/som3d.zip` });
    await sweep();
    // The job has ended: what it was made from goes, its result stays.
    expect(await storedFiles(api().dataDir)).toEqual([kept[1], kept[2]]);

    await set(id, { status: 'CANCELED' });
    await sweep();
    expect(await storedFiles(api().dataDir)).toEqual([kept[2]]);
    // Nothing is gone yet.
    expect(await trashedFiles(api().dataDir)).toEqual(
      [
        `results/${id}/${token}/hueso.stl`,
        `results/${id}/earlier/hueso.stl`,
        'results/unknown/token/hueso.stl',
        `uploads/${id}.zip`,
        'uploads/unknown.zip',
      ].toSorted((a, b) => a.localeCompare(b)),
    );
    api().advance(7 * 86_400_000 + 1000);
    await sweep();
    expect(await trashedFiles(api().dataDir)).toEqual([]);
    expect(await storedFiles(api().dataDir)).toEqual([kept[2]]);
  });

  test('ends a job that went silent in its last attempt, and only then', async () => {
    const { client } = await api().doctor();
    const queue = jobMachinery.createJobServices(api().deps).queue;
    const { job_id: id } = await upload(client);
    const silence = api().deps.config.SOM3D_LEASE_SECONDS * 1000 + 1;
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect((await queue.claim('worker'))?.job_id).toBe(id);
      if (attempt === 3) await sweep();
      expect(await jobRow(api().deps.orm, id)).toMatchObject({ status: 'RUNNING', attempts: attempt });
      api().advance(silence);
      if (attempt < 3) await sweep();
    }
    expect(await queue.claim('worker')).toBeNull();
    await Promise.all([sweep(), sweep()]);
    const row = await jobRow(api().deps.orm, id);
    expect(row).toMatchObject({ status: 'ERROR', error_code: 'WORKER_LOST', lease_token: null });
    expect(row?.error).toMatch(/se interrumpió 3 veces/);
    expect(await jobLines(api().deps.orm, id)).toEqual([row?.error]);
  });
});
