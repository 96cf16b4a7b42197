import type { MikroORM } from '@mikro-orm/core';
import { Gauge } from 'prom-client';
import { dialectOf } from '../db/orm.ts';
import type { Telemetry } from './telemetry.ts';

/** What mysql2 keeps in a pool; it offers no other way to count. */
interface Counted {
  readonly _allConnections?: { readonly length: number };
  readonly _freeConnections?: { readonly length: number };
  readonly _connectionQueue?: { readonly length: number };
}

interface PoolOwner {
  getNativeClient(): Promise<Counted>;
}

/** Shows the pool of MySQL connections of this process. */
export const showPool = async (orm: MikroORM, { instruments: { registry } }: Telemetry): Promise<void> => {
  if (dialectOf(orm) !== 'mysql') return;
  const pool = await (orm.em.getConnection() as unknown as PoolOwner).getNativeClient();
  const show = (name: string, help: string, length: () => number | undefined): void => {
    const gauge = new Gauge({
      name: `som3d_db_pool_${name}`,
      help,
      registers: [],
      collect() {
        this.set(length() ?? 0);
      },
    });
    registry.registerMetric(gauge);
  };
  show('connections', 'Open connections to MySQL.', () => pool._allConnections?.length);
  show('free_connections', 'Open connections that nobody uses now.', () => pool._freeConnections?.length);
  show('waiting', 'Statements that wait for a connection.', () => pool._connectionQueue?.length);
};
