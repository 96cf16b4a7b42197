// @module-tag heavy
// @module-tag long
import { describe, expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { LEASE_SECONDS } from './machine/service.ts';
import { canRun, startScenario } from './scenario.ts';

describe.runIf(canRun())('a slow storage', () => {
  test('costs no lease while results are written for longer than one lasts', { timeout: 120_000 }, async () => {
    await using scenario = await startScenario({ workers: 2 });
    // A result is six files: each is written and synced.
    for (const worker of scenario.workers) await worker.set({ writeMs: (LEASE_SECONDS * 1000) / 8 });
    const { job_id } = await scenario.upload('small');
    const packing = await until(async () => {
      const row = await scenario.row(job_id);
      return row?.phase === 'packing' ? row : null;
    }, 'the result is being stored');
    const job = await scenario.wait(job_id);
    expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 1 });
    const stored = Date.parse(job.finished_at ?? '') - (packing.lease_expires_at?.getTime() ?? 0);
    expect(stored, 'it was stored for longer than a lease').toBeGreaterThan(0);
  });
});
