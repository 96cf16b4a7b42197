import { createClient } from '@som3d/client';
import { databases, jobMachinery } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { describeApi, expectProblem } from '../support/server.ts';

/** What there is without a worker. */
const NONE = {
  gpu: false,
  gpu_detected: false,
  gpu_ready: false,
  backend: 'cpu',
  nvidia_smi: { available: false, devices: [], error: expect.any(String) as string },
  engines: [],
  workers: [],
};

describeApi('the workers', (api) => {
  test('tell administrators what they convert with, for as long as they live', async () => {
    const [doctor, admin] = [await api().doctor(), await api().admin()];
    const anonymous = createClient({ baseUrl: api().url, retry: false });
    for (const check of ['gpuCheck', 'som3dGpuCheck'] as const) {
      await expectProblem(anonymous.workers[check](), 401);
      await expectProblem(doctor.client.workers[check](), 403);
      expect((await admin.client.workers[check]()).body).toEqual(NONE);
    }
    const look = async () => (await admin.client.workers.gpuCheck()).body;
    const { deps } = api();
    const config = {
      ...deps.config,
      SOM3D_EMBEDDED_WORKER: true,
      SOM3D_WORKER_CONCURRENCY: 3,
      SOM3D_WORKER_MEMORY_MB: 512,
      SEGMENTATION_ENGINE: 'threshold' as const,
      TOTALSEG_LICENSE: 'a licence that nobody may see',
    };
    const jobs = jobMachinery.createJobs({ ...deps, config });
    await jobs.start();
    const registered = await until(async () => {
      const found = await look();
      return found.workers.length > 0 ? found : null;
    }, 'it is registered');
    expect(registered).toMatchObject({
      engines: ['threshold'],
      workers: [
        {
          pid: process.pid,
          version: expect.any(String) as string,
          concurrency: 3,
          memory_mb: 512,
          engine: { configured: 'threshold', name: 'threshold', license: true },
        },
      ],
    });
    expect(JSON.stringify(registered)).not.toContain('nobody may see');
    expect((await admin.client.workers.som3dGpuCheck()).body).toEqual(registered);
    await jobs[Symbol.asyncDispose]();
    expect((await look()).workers).toEqual([]);
  });

  test('are forgotten when they fall silent', async () => {
    const admin = await api().admin();
    const db = () => databases.kysely(api().deps.orm.em.fork());
    const now = api().deps.clock();
    const engines = {
      configured: 'auto',
      engine: 'totalsegmentator',
      available: true,
      device: 'gpu',
      gpus: ['A100'],
      licence: false,
    };
    const capabilities_json = JSON.stringify({ concurrency: 1, threads: 1, memoryMb: 1, engines });
    const row = { host: 'h', pid: 1, version: '1', started_at: now, heartbeat_at: now, capabilities_json };
    await db()
      .insertInto('worker_node')
      .values({ worker_id: 'h:1:x', ...row })
      .execute();
    const look = async () => (await admin.client.workers.gpuCheck()).body;
    expect(await look()).toMatchObject({
      gpu: true,
      gpu_detected: true,
      gpu_ready: true,
      backend: 'gpu',
      nvidia_smi: { available: true, devices: ['A100'], error: null },
      engines: ['totalsegmentator'],
      workers: [{ gpus: ['A100'] }],
    });
    api().advance(61_000);
    expect(await look()).toEqual(NONE);
    await jobMachinery.createJobServices(api().deps).sweeper.sweep();
    expect(await db().selectFrom('worker_node').select('worker_id').execute()).toEqual([]);
  });
});
