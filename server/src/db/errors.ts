import type { MikroORM } from '@mikro-orm/core';

/** The name of a primary key in `uniqueViolation`, on both dialects. */
export const PRIMARY_KEY = 'PRIMARY';

/**
 * The unique key that a write broke, by its name in the database (`uq_usuario_correo`), or `PRIMARY`; undefined when
 * the error is something else.
 */
export function uniqueViolation(error: unknown): string | undefined {
  for (const { errno, message } of causes(error)) {
    // the last of such words: the value before them may contain the same
    if (errno === MYSQL_DUPLICATE) return /.*for key '(?:[^']*\.)?([^'.]+)'/s.exec(message)?.[1];
    const columns = /UNIQUE constraint failed: (.+)$/m.exec(message)?.[1];
    if (columns) return keysByColumns.get(columns) ?? columns;
  }
  return undefined;
}

/** Whether the database refused to wait any longer for somebody else: the same transaction may succeed when repeated. */
export function isLockError(error: unknown): boolean {
  return causes(error).some(
    ({ errno, errcode }) => MYSQL_LOCK.has(errno as number) || SQLITE_LOCK.has(Number(errcode) & 0xff),
  );
}

/** Whether the database can not be reached or is about to go. */
export function isUnavailableError(error: unknown): boolean {
  return causes(error).some(({ code, errno }) => UNREACHABLE.has(code as string) || MYSQL_GONE.has(errno as number));
}

/**
 * Whether a row names one that has gone, which somebody removed since the request began: asked again, the service
 * answers what is so by then. MySQL only: on SQLite one writer follows the other.
 */
export function isOrphanError(error: unknown): boolean {
  return causes(error).some(({ errno }) => errno === MYSQL_NO_PARENT);
}

/** Whether the cause is passing: a lock, or a database that can not be reached now. */
export function isTransientError(error: unknown): boolean {
  return isLockError(error) || isUnavailableError(error);
}

/** SQLite names the columns of a broken key, not the key: this learns which key that is. Called by `openOrm`. */
export function rememberKeys(orm: MikroORM): void {
  for (const meta of orm.getMetadata().getAll().values()) {
    const qualified = (properties: string | readonly string[]): string =>
      [properties]
        .flat()
        .map((name) => `${meta.tableName}.${meta.properties[name as never]?.fieldNames[0] ?? name}`)
        .join(', ');
    keysByColumns.set(qualified(meta.primaryKeys), PRIMARY_KEY);
    for (const { name, properties } of meta.uniques) {
      if (name && properties) keysByColumns.set(qualified(properties), name);
    }
    for (const { name, unique } of meta.props) {
      if (typeof unique === 'string') keysByColumns.set(qualified([name]), unique);
    }
  }
}

const keysByColumns = new Map<string, string>();

const MYSQL_DUPLICATE = 1062;
const MYSQL_NO_PARENT = 1452;
/** Row changed since it was read (MariaDB), lock wait timeout, deadlock, and a lock that was asked for without waiting. */
const MYSQL_LOCK = new Set([1020, 1205, 1213, 3572]);
/** Too many connections, server shutdown, server gone, connection lost. */
const MYSQL_GONE = new Set([1040, 1053, 1203, 2006, 2013, 4031]);
/** SQLITE_BUSY and SQLITE_LOCKED. */
const SQLITE_LOCK = new Set([5, 6]);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
]);

interface Cause {
  readonly message: string;
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly errcode?: unknown;
}

/** An error with what it wraps: the ORM wraps the driver's error, a service may wrap the ORM's. */
function causes(error: unknown): Cause[] {
  const chain: Cause[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 8;) {
    chain.push(at);
    at = 'previous' in at && at.previous instanceof Error ? at.previous : at.cause;
  }
  return chain;
}
