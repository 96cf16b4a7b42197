import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
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

/** The pairs of database and queue that job tests run on: Redis stands beside one database, MySQL where there is one. */
export function jobSetups(): { readonly kind: DatabaseKind; readonly queue: QueueKind }[] {
  return [
    ...databaseKinds().map((kind) => ({ kind, queue: 'database' as const })),
    ...(inject('redisUrl') ? [{ kind: databaseKinds().at(-1) ?? 'sqlite', queue: 'redis' as const }] : []),
  ];
}

/** `describeApi` for each of `jobSetups`. */
export function describeJobs(
  name: string,
  tests: (api: () => TestServer, queue: QueueKind) => void,
  env: Record<string, string> = {},
): void {
  for (const { kind, queue } of jobSetups()) {
    describeApi(`${name}, queued in ${queue},`, (api) => tests(api, queue), { ...queueEnv(queue), ...env }, [kind]);
  }
}
