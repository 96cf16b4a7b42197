import { mkdtemp, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { MikroORM } from '@mikro-orm/core';
import { databases } from '@som3d/server/testing';
import { createConnection } from 'mysql2/promise';
import { inject } from 'vitest';

export type DatabaseKind = databases.OrmOptions['kind'];

/** The kinds of database that this run has: `describe.each(databaseKinds())('… on %s', (kind) => …)`. */
export function databaseKinds(): DatabaseKind[] {
  return inject('mysqlUrl') ? ['sqlite', 'mysql'] : ['sqlite'];
}

/** Whether the MySQL of this run is a MariaDB. */
export function isMariaDb(): boolean {
  return inject('mysqlVersion')?.includes('MariaDB') ?? false;
}

/** A database of one test file's own; `await using`, or call `drop` at the end. */
export interface TestDatabase extends AsyncDisposable {
  readonly kind: DatabaseKind;
  /** For `openOrm`, and for the server's configuration: any number of processes may open it. */
  readonly options: databases.OrmOptions;
  /** The variables that make a server use it, beside `SOM3D_DATA_DIR`. */
  readonly env: Readonly<Record<string, string>>;
  /** SQLite's file `som3d.sqlite` is in this folder. */
  readonly dataDir: string;
  /** Opens it once more; closed by `drop`. */
  open(): Promise<MikroORM>;
  drop(): Promise<void>;
}

/**
 * A new database without a table.
 *
 * @param folder for SQLite's file; without it a temporary one is made, which goes with the database
 */
export async function createEmptyDatabase(kind: DatabaseKind, folder?: string): Promise<TestDatabase> {
  const dataDir = folder ?? (await mkdtemp(path.join(tmpdir(), 'som3d-test-')));
  const name = `som3d_test_${randomUUID().replaceAll('-', '')}`;
  const options: databases.OrmOptions =
    kind === 'sqlite'
      ? { kind, file: path.join(dataDir, 'som3d.sqlite') }
      : { kind, url: new URL(name, serverUrl()).href, poolMax: 10 };
  if (kind === 'mysql') await onServer(`create database ${name} character set utf8mb4 collate utf8mb4_general_ci`);

  const opened: MikroORM[] = [];
  const drop = async (): Promise<void> => {
    await Promise.all(opened.map((orm) => orm.close(true)));
    if (kind === 'mysql') await onServer(`drop database if exists ${name}`);
    if (!folder) await rm(dataDir, { recursive: true, force: true });
  };
  const open = async (): Promise<MikroORM> => {
    const orm = await databases.openOrm(options);
    opened.push(orm);
    return orm;
  };
  const env: Record<string, string> = options.kind === 'mysql' ? { MYSQL_URL: options.url } : {};
  return { kind, options, env, dataDir, open, drop, [Symbol.asyncDispose]: drop };
}

/**
 * A new database with the present schema and no rows. The migrations take 10 ms on SQLite and 0.3 s on MySQL, which is no
 * more than copying a template would.
 *
 * @param folder as for `createEmptyDatabase`
 */
export async function createDatabase(
  kind: DatabaseKind,
  folder?: string,
): Promise<TestDatabase & { readonly orm: MikroORM }> {
  const database = await createEmptyDatabase(kind, folder);
  const orm = await database.open();
  await databases.migrate(orm, SILENT);
  return { ...database, orm };
}

export const SILENT: databases.MigrationLog = { info: () => {} };

/** Runs statements on the MySQL server itself, outside any database. */
async function onServer(statement: string): Promise<void> {
  const connection = await createConnection(serverUrl());
  try {
    await connection.query(statement);
  } finally {
    await connection.end();
  }
}

function serverUrl(): string {
  const url = inject('mysqlUrl');
  if (!url) throw new Error('this run has no MySQL');
  return url;
}
