// @module-tag heavy
// @module-tag long
// api/som3d-s3.test.ts and storage/s3-outage.test.ts take the storage away, in less time.
import { describe, expect, test } from 'vitest';
import { createBucket, hasS3 } from '../support/bucket.ts';
import { until } from '../support/jobs.ts';
import { canRun, startScenario } from './scenario.ts';

/** More than a job has attempts. */
const TRIES = 4;

describe.runIf(canRun() && hasS3())('a storage that is away', () => {
  test('costs no job, however often it is looked for', { timeout: 120_000 }, async () => {
    await using bucket = await createBucket();
    await using scenario = await startScenario({ s3: bucket.env['S3_ENDPOINT'], env: bucket.env });
    const [worker] = scenario.workers;
    worker?.ways.s3?.cut();
    const { job_id } = await scenario.upload('small');
    await until(
      async () => (await scenario.lines(job_id)).filter((line) => /vuelve a la cola/.test(line)).length >= TRIES,
      'it was looked for again and again',
      60_000,
    );
    worker?.ways.s3?.mend();
    await scenario.wait(job_id);
    expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 1 });
    expect((await bucket.keys()).every((key) => key.startsWith(`here/results/${job_id}/`))).toBe(true);
    expect(await bucket.openUploads()).toEqual([]);
  });
});
