import {
  EntityCaseNamingStrategy,
  type EntityMetadata,
  type EventSubscriber,
  type MikroORM,
  type Platform,
} from '@mikro-orm/core';
import { MikroORM as SqlOrm, SqliteDriver, SqlitePlatform } from '@mikro-orm/sql';
import { CompiledQuery, type DatabaseConnection } from 'kysely';
import { CASELESS } from './columns.ts';
import { observeConnection, type StatementObserver } from './statement-observer.ts';
import { entities } from './entities/index.ts';
import { rememberKeys } from './errors.ts';
import { SqliteDialect } from './sqlite-dialect.ts';

export { type Database, kysely, toInstant } from './kysely.ts';

export type OrmOptions =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'mysql'; readonly url: string; readonly poolMax: number };

/**
 * Opens the database and connects. Every instant is UTC, on both dialects.
 *
 * `Database` in `kysely.ts` explains how to read and write with Kysely. SQLite has one connection, so every other fork
 * waits for an open transaction: use the `em` that you get, and await only the database.
 *
 * @param observe sees every statement
 * @param subscribers act on what is written and committed
 * @throws when the database cannot be opened or reached
 */
export async function openOrm(
  options: OrmOptions,
  observe?: StatementObserver,
  subscribers: readonly EventSubscriber[] = [],
): Promise<MikroORM> {
  const common = { ...COMMON, subscribers: [...subscribers] };
  const orm =
    options.kind === 'sqlite'
      ? await initSqlite(common, options.file, observe)
      : await initMySql(common, options, observe);
  rememberKeys(orm);
  try {
    await orm.connect();
  } catch (error) {
    await orm.close(true);
    throw error;
  }
  return orm;
}

/** The dialect of an open database. */
export function dialectOf(orm: MikroORM): OrmOptions['kind'] {
  return orm.em.getPlatform() instanceof SqlitePlatform ? 'sqlite' : 'mysql';
}

/** The list of applied migrations. It is no entity, and the schema comparison ignores it. */
export const MIGRATION_TABLE = 'som3d_migration';

const COMMON = {
  entities: [...entities],
  namingStrategy: EntityCaseNamingStrategy,
  // a request works on its own fork; the shared one is for forking only
  allowGlobalContext: false,
  schemaGenerator: { skipTables: [MIGRATION_TABLE] },
};

type Common = typeof COMMON & { readonly subscribers: EventSubscriber[] };

async function initMySql(
  common: Common,
  { url, poolMax }: { url: string; poolMax: number },
  observe?: StatementObserver,
): Promise<MikroORM> {
  const { MikroORM: MySqlOrm, MySqlDriver } = await import('@mikro-orm/mysql');
  return MySqlOrm.init({
    ...common,
    driver: MySqlDriver,
    clientUrl: url.replace(/^mariadb:/, 'mysql:'),
    timezone: 'Z',
    charset: 'utf8mb4',
    collate: CASELESS,
    pool: { min: 0, max: poolMax },
    // instants are Date and decimals are number in every row, not only in entities; documents are the text that was stored,
    // also in a column of type json, which the predecessor's tables have on some servers
    driverOptions: { dateStrings: ['DATE'], decimalNumbers: true, jsonStrings: true, charset: CASELESS },
    onCreateConnection: async (connection: unknown) => {
      await prepareMySqlSession(connection);
      if (observe) observeConnection(connection as DatabaseConnection, observe);
    },
  });
}

/**
 * UTC for `timestamp` columns and their defaults. Strict mode, so that MySQL cuts no value to fit. Fractions of a second
 * are cut off, as MariaDB does, so that no stored instant is in the future. Reads see committed changes of others.
 */
async function prepareMySqlSession(connection: unknown): Promise<void> {
  const session = connection as DatabaseConnection;
  const run = (text: string) => session.executeQuery<{ version: string }>(CompiledQuery.raw(text));
  const { rows } = await run('select version() as version');
  const truncate = rows[0]?.version.includes('MariaDB') ? '' : ',TIME_TRUNCATE_FRACTIONAL';
  await run(
    `set session time_zone = '+00:00', sql_mode = '${STRICT_MODE}${truncate}', innodb_lock_wait_timeout = 15, ` +
      'group_concat_max_len = 65536',
  );
  await run('set session transaction isolation level read committed');
}

const STRICT_MODE =
  'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

async function initSqlite(common: Common, file: string, observe?: StatementObserver): Promise<MikroORM> {
  return SqlOrm.init({
    ...common,
    driver: SqliteDriver,
    dbName: file,
    driverOptions: new SqliteDialect(file, observe),
    discovery: { onMetadata: adaptToSqlite },
  });
}

/** The entities are written for MySQL; this hook adapts them to SQLite. */
function adaptToSqlite(meta: EntityMetadata, _platform: Platform): void {
  for (const property of meta.props) {
    // the parser of SQLite's table definitions expects nothing after `virtual`
    if (property.generated) delete property.nullable;
    // SQLite has no `on update` and no names of foreign keys, and only an `integer` key increments
    delete property.extra;
    delete property.foreignKeyName;
    if (property.autoincrement) property.columnTypes = ['integer'];
    if (property.defaultRaw?.startsWith('current_timestamp')) property.defaultRaw = NOW_IN_MS;
    if (property.columnTypes?.[0] === 'timestamp') property.columnTypes = ['datetime'];
    if (property.columnTypes?.[0] === 'mediumtext') property.columnTypes = ['text'];
    if (property.collation === CASELESS) property.collation = 'nocase';
    else delete property.collation;
  }
}

const NOW_IN_MS = "(cast(unixepoch('subsec') * 1000 as integer))";
