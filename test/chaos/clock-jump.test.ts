// @module-tag heavy
// @module-tag long
import { describe, expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import type { Conditions } from './machine/conditions.ts';
import { canRun, startScenario } from './scenario.ts';

const HOUR_MS = 3_600_000;
const RIGHT: Conditions = {};
/** Time enough for a worker that would take the job to do so: it looks every second. */
const LOOKS_MS = 2500;

describe.runIf(canRun())('workers whose clocks are an hour apart', () => {
  const expectJobsKept = async (ofBusy: Conditions, ofIdle: Conditions): Promise<void> => {
    await using scenario = await startScenario({ workers: 2 });
    const [busy, idle] = scenario.workers;
    if (!busy || !idle) throw new Error('two workers');
    idle.program.signal('SIGSTOP');
    await busy.set(ofBusy);
    await idle.set(ofIdle);
    const { job_id } = await scenario.upload('large');
    await scenario.computing(busy);

    idle.program.signal('SIGCONT');
    const since = Date.now();
    await until(
      async () => Date.now() - since > LOOKS_MS || (await scenario.row(job_id))?.status === 'DONE',
      'a while',
    );
    await busy.set(RIGHT);
    await scenario.wait(job_id);
    expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 1 });
    // Nobody has to wait for an hour to come: the next job is begun at once by either.
    const next = await scenario.upload('small');
    await scenario.wait(next.job_id);
  };

  test('do not take jobs from each other: the idle one ahead', { timeout: 120_000 }, () =>
    expectJobsKept(RIGHT, { clockMs: HOUR_MS }),
  );
  // The same from the other side.
  test('do not take jobs from each other: the busy one behind', { timeout: 120_000, tags: ['long'] }, () =>
    expectJobsKept({ clockMs: -HOUR_MS }, RIGHT),
  );
});
