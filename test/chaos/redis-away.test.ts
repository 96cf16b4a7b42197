// @module-tag heavy
// @module-tag long
// jobs/redis.test.ts and jobs/workers.test.ts take Redis away, in less time.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, inject, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { canRun, startScenario } from './scenario.ts';

const redisUrl = inject('redisUrl');

describe.runIf(canRun() && redisUrl)('a worker that is cut off from Redis', () => {
  test(
    'ends its job, takes the next from the database, and is told of the third by Redis again',
    { timeout: 120_000 },
    async () => {
      const prefix = `chaos-${randomBytes(6).toString('hex')}`;
      await using scenario = await startScenario({ redis: redisUrl ?? '', env: { REDIS_PREFIX: prefix } });
      const [worker] = scenario.workers;
      if (!worker) throw new Error('no worker');

      const first = await scenario.upload('large');
      await scenario.computing(worker);
      worker.ways.redis?.cut();
      const second = await scenario.upload('small');
      for (const { job_id } of [first, second]) {
        await scenario.wait(job_id);
        expect(await scenario.row(job_id)).toMatchObject({ status: 'DONE', attempts: 1 });
      }
      worker.ways.redis?.mend();
      const third = await scenario.upload('small');
      await scenario.wait(third.job_id);
      expect(await scenario.row(third.job_id)).toMatchObject({ status: 'DONE', attempts: 1 });

      // Whoever had computed the job: its message goes too.
      await using redis = Object.assign(new Redis(redisUrl ?? ''), {
        [Symbol.asyncDispose]: async function quit(this: Redis) {
          await this.quit();
        },
      });
      const ids = [first, second, third].map(({ job_id }) => job_id);
      await until(
        async () => (await redis.keys(`${prefix}:*`)).every((key) => !ids.some((id) => key.includes(id))),
        'no message is left',
      );
    },
  );
});
