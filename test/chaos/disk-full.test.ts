// @module-tag heavy
// @module-tag long
// storage/files.test.ts fills a disk, and jobs/runner.test.ts puts a job back into the queue, in less time.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { expectProblem } from '../support/server.ts';
import { mountDisk, setDiskFull, unmountDisk } from './machine/disk.ts';
import { canRun, startScenario } from './scenario.ts';

/** A file system of its own, where the run may mount one. */
async function smallDisk() {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-disk-'));
  const mounted = await mountDisk(folder);
  return {
    folder: mounted,
    [Symbol.asyncDispose]: async () => {
      if (mounted) await unmountDisk(mounted);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.runIf(canRun())('a full disk', () => {
  test(
    'refuses uploads with 503 and keeps nothing of them; jobs go on once there is room',
    { timeout: 120_000 },
    async ({ skip }) => {
      await using disk = await smallDisk();
      if (!disk.folder) skip('a small disk needs the right to mount one');
      const folder = disk.folder ?? '';
      await using scenario = await startScenario({ dataDir: path.join(folder, 'data') });
      const [worker] = scenario.workers;
      if (!worker) throw new Error('no worker');

      const { job_id } = await scenario.upload('large');
      await scenario.computing(worker);
      await setDiskFull(folder, true);
      const problem = await expectProblem(scenario.upload('small'), 503, /^No hay espacio para guardar el archivo/);
      expect(problem.retryAfter).toBeGreaterThan(0);
      // The computation finds no room for its result either: it waits for another try.
      await until(async () => (await scenario.row(job_id))?.status === 'QUEUED', 'the job is in the queue again');
      expect(await scenario.row(job_id)).toMatchObject({ attempts: 1, lease_token: null, error: null });
      expect(await scenario.files()).toEqual([`files/uploads/${job_id}.zip`]);

      await setDiskFull(folder, false);
      await scenario.wait(job_id);
      expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 2 });
      await until(
        async () => (await scenario.files()).every((file) => file.startsWith(`files/results/${job_id}/`)),
        'nothing but the result is left',
      );
    },
  );
});
