import { describe, expect, test } from 'vitest';
import { canRun, startScenario } from './scenario.ts';

const HOUR_MS = 3_600_000;

describe.runIf(canRun())('a worker whose clock is wrong', () => {
  test.for([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ] as const)('an hour %s takes no job from another, nor loses its own', async ([, clockMs]) => {
    await using scenario = await startScenario({ workers: 2 });
    const [wrong] = scenario.workers;
    await wrong?.set({ clockMs });
    const jobs = [await scenario.upload('large'), await scenario.upload('large')];
    for (const { job_id } of jobs) {
      await scenario.wait(job_id);
      expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 1 });
    }
  });
});
