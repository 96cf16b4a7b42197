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
 * The pairs of database and queue that job tests run on: the embedded database with its own queue; MySQL with that
 * queue; MySQL with Redis. The last that this run has its services for has its turn for every change: it is the pair of
 * an installation like this run's. The others are left to `npm run check:all`.
 */
export function jobSetups(): JobSetup[] {
  const [own, ...served] = databaseKinds();
  const [plain, ...redis] = queueKinds();
  const pairs = [
    ...[own, ...served].map((kind) => ({ kind: kind!, queue: plain! })),
    ...redis.map((queue) => ({ kind: served.at(-1) ?? own!, queue })),
  ];
  return pairs.map((pair) => ({ ...pair, tags: pair === pairs.at(-1) ? ['heavy'] : ['heavy', 'long'] }));
}

/** A describe block for each of `jobSetups`, for tests that start processes. */
export function describeSetups(name: string, tests: (setup: JobSetup) => void): void {
  for (const setup of jobSetups()) {
    const { kind, queue, tags } = setup;
    // Conversions take a while on a busy machine.
    describe(`${name} on ${kind}, queued in ${queue},`, { timeout: 180_000, tags: [...tags] }, () => {
      tests(setup);
    });
  }
}

/** A describe block for each of `jobSetups`, with a service of its own in this process. */
export function describeJobs(
  name: string,
  tests: (api: () => TestServer, queue: QueueKind) => void,
  env: Record<string, string> = {},
): void {
  describeSetups(name, ({ kind, queue }) => {
    describeApi('a service', (api) => tests(api, queue), { ...queueEnv(queue), ...env }, [kind]);
  });
}
