import type { MikroORM } from '@mikro-orm/core';
import { Gauge } from 'prom-client';
import { dialectOf } from '../db/orm.ts';
import type { Telemetry } from './telemetry.ts';

/** The lists of a mysql2 pool; it offers no other way to count connections. */
const LISTS = {
  connections: { list: '_allConnections', help: 'Open connections to MySQL.' },
  free_connections: { list: '_freeConnections', help: 'Open connections that are idle.' },
  waiting: { list: '_connectionQueue', help: 'Statements that wait for a connection.' },
} as const;
type Counted = Readonly<Record<string, { readonly length: number } | undefined>>;

interface PoolOwner {
  getNativeClient(): Promise<Counted>;
}

/** Registers gauges of this process's pool of MySQL connections. */
export async function showPool(orm: MikroORM, { instruments: { registry } }: Telemetry): Promise<void> {
  if (dialectOf(orm) !== 'mysql') return;
  const pool = await (orm.em.getConnection() as unknown as PoolOwner).getNativeClient();
  for (const [name, { list, help }] of Object.entries(LISTS)) {
    const gauge = new Gauge({
      name: `som3d_db_pool_${name}`,
      help,
      registers: [],
      collect() {
        this.set(pool[list]?.length ?? 0);
      },
    });
    registry.registerMetric(gauge);
  }
}
