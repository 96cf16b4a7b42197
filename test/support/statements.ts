import { StatementSync } from 'node:sqlite';
import { databases } from '@som3d/server/testing';
import { sql } from 'kysely';
import { vi } from 'vitest';
import type { TestServer } from './server.ts';

/** Statements that MySQL has run on this connection, this one included. */
async function questions({ deps }: TestServer): Promise<number> {
  const { rows } = await sql<{ Value: string }>`show session status like 'Questions'`.execute(
    databases.kysely(deps.orm.em.fork()),
  );
  return Number(rows[0]?.Value);
}

async function countOnMySql(api: TestServer, work: () => Promise<unknown>): Promise<number> {
  const before = await questions(api);
  await work();
  return (await questions(api)) - before - 1;
}

async function countOnSqlite(work: () => Promise<unknown>): Promise<number> {
  const spies = (['all', 'run', 'iterate'] as const).map((name) => vi.spyOn(StatementSync.prototype, name));
  try {
    await work();
    return spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/**
 * How many statements the database runs for `work`: the fewest of several runs, since the service has duties of its own
 * besides. On MySQL the service must be started with `SOM3D_DB_POOL: '1'`, so that there is one connection to ask.
 */
export async function countStatements(api: TestServer, work: () => Promise<unknown>): Promise<number> {
  const counts: number[] = [];
  for (let run = 0; run < 4; run++) {
    counts.push(await (api.kind === 'mysql' ? countOnMySql(api, work) : countOnSqlite(work)));
  }
  return Math.min(...counts);
}
