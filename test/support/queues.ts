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
 * The pairs of database and queue that job tests run on. The embedded database with its own queue and, with MySQL and
 * Redis, that pair have their turn for every change. The others are left to `npm run check:all`.
 */
export function jobSetups(): JobSetup[] {
  const own = { kind: 'sqlite', queue: 'database', tags: ['heavy'] } as const;
  const kind = databaseKinds().at(-1) ?? own.kind;
  const queue = queueKinds().at(-1) ?? own.queue;
  if (kind === own.kind && queue === own.queue) return [own];
  const served = { kind, queue, tags: ['heavy'] } as const;
  const between = { kind, queue: 'database', tags: ['heavy', 'long'] } as const;
  return kind !== own.kind && queue !== own.queue ? [own, between, served] : [own, served];
}

/**
 * A describe block for each of `jobSetups`, for tests that start processes: only the last of them, which is the one of a
 * clinic's installation where the run has its services, has its turn for every change.
 */
export function describeSetups(name: string, tests: (setup: JobSetup) => void): void {
  const setups = jobSetups();
  const inTurn = setups.at(-1);
  describeEach(
    name,
    setups.map((setup) => (setup === inTurn ? setup : { ...setup, tags: ['heavy', 'long'] })),
    tests,
  );
}

function describeEach(name: string, setups: readonly JobSetup[], tests: (setup: JobSetup) => void): void {
  for (const setup of setups) {
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
  describeEach(name, jobSetups(), ({ kind, queue }) => {
    describeApi('a service', (api) => tests(api, queue), { ...queueEnv(queue), ...env }, [kind]);
  });
}
