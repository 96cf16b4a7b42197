import { randomBytes } from 'node:crypto';
import { describe, inject } from 'vitest';
import { databaseKinds, type DatabaseKind } from './database.ts';
import { describeApi, type TestServer } from './server.ts';

/** Where a worker's jobs come from in this run: `describe.each(queueKinds())`. */
export type QueueKind = 'database' | 'redis';
export function queueKinds(): QueueKind[] {
  return inject('redisUrl') ? ['database', 'redis'] : ['database'];
}

/** The variables that make a service use this queue, apart from all others on the same Redis. */
export function queueEnv(kind: QueueKind): Record<string, string> {
  const url = inject('redisUrl');
  if (kind === 'database' || !url) return {};
  return { REDIS_URL: url, REDIS_PREFIX: `test-${randomBytes(6).toString('hex')}` };
}

/** What job tests run on. */
export interface JobSetup {
  readonly kind: DatabaseKind;
  readonly queue: QueueKind;
  readonly tags: readonly ('heavy' | 'long')[];
}

/**
 * The pairs of database and queue that job tests run on. Each database and each queue has its turn for every change: with
 * MySQL and Redis, the jobs of MySQL wait in Redis. All other pairs are left to `npm run check:all`.
 */
export function jobSetups(): JobSetup[] {
  const [first, second] = databaseKinds();
  const own = { kind: first ?? 'sqlite', queue: 'database', tags: ['heavy'] } as const;
  if (!inject('redisUrl')) return second ? [own, { ...own, kind: second }] : [own];
  const redis = { ...own, kind: second ?? own.kind, queue: 'redis' } as const;
  return second ? [own, redis, { kind: second, queue: 'database', tags: ['heavy', 'long'] }] : [own, redis];
}

/** A describe block for each of `jobSetups`. */
export function describeSetups(name: string, tests: (setup: JobSetup) => void): void {
  for (const setup of jobSetups()) {
    const { kind, queue, tags } = setup;
    // Conversions take a while on a busy machine.
    describe(`${name} on ${kind}, queued in ${queue},`, { timeout: 180_000, tags: [...tags] }, () => {
      tests(setup);
    });
  }
}

/** `describeSetups` with a service on each. */
export function describeJobs(
  name: string,
  tests: (api: () => TestServer, queue: QueueKind) => void,
  env: Record<string, string> = {},
): void {
  describeSetups(name, ({ kind, queue }) => {
    describeApi('a service', (api) => tests(api, queue), { ...queueEnv(queue), ...env }, [kind]);
  });
}
