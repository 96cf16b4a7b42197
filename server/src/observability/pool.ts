import type { MikroORM } from '@mikro-orm/core';
import type { Pool, PoolConnection } from 'mysql2';
import { Gauge, type Registry } from 'prom-client';
import { dialectOf } from '../db/orm.ts';
import type { Telemetry } from './telemetry.ts';

interface PoolOwner {
  getNativeClient(): Promise<Pool>;
}

/** Counts the connections of a pool from outside, at its public methods and events: it offers no numbers. */
class PoolCount {
  readonly #open = new Set<unknown>();
  readonly #used = new Set<unknown>();
  #waiting = 0;

  constructor(pool: Pool) {
    const acquire = pool.getConnection.bind(pool);
    const release = pool.releaseConnection.bind(pool);
    pool.getConnection = (callback) => {
      this.#waiting++;
      acquire((error, connection) => {
        this.#waiting--;
        if (!error) this.#take(connection);
        callback(error, connection);
      });
    };
    pool.releaseConnection = (connection) => {
      this.#used.delete(connection);
      release(connection);
    };
  }

  get open(): number {
    return this.#open.size;
  }

  get free(): number {
    return this.#open.size - this.#used.size;
  }

  get waiting(): number {
    return this.#waiting;
  }

  #take(connection: PoolConnection): void {
    this.#used.add(connection);
    if (this.#open.has(connection)) return;
    this.#open.add(connection);
    const forget = (): void => {
      this.#open.delete(connection);
      this.#used.delete(connection);
    };
    connection.once('end', forget).once('error', forget);
  }
}

function show(registry: Registry, name: string, help: string, read: () => number): void {
  const gauge = new Gauge({
    name: `som3d_db_pool_${name}`,
    help,
    registers: [],
    collect() {
      this.set(read());
    },
  });
  registry.registerMetric(gauge);
}

/** Registers gauges of this process's pool of MySQL connections. */
export async function showPool(orm: MikroORM, { instruments: { registry } }: Telemetry): Promise<void> {
  if (dialectOf(orm) !== 'mysql') return;
  const count = new PoolCount(await (orm.em.getConnection() as unknown as PoolOwner).getNativeClient());
  show(registry, 'connections', 'Open connections to MySQL.', () => count.open);
  show(registry, 'free_connections', 'Open connections that nobody uses now.', () => count.free);
  show(registry, 'waiting', 'Statements that wait for a connection.', () => count.waiting);
}
