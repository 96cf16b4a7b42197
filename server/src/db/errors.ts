import type { MikroORM } from '@mikro-orm/core';

/** The name of a primary key in `uniqueViolation`, on both dialects. */
export const PRIMARY_KEY = 'PRIMARY';

/**
 * The unique key that a write broke, by its name in the database (`uq_usuario_correo`), or `PRIMARY`; undefined for any
 * other error.
 */
export function uniqueViolation(error: unknown): string | undefined {
  for (const { errno, message } of causes(error)) {
    // the last match: the value before it can contain the same words
    if (errno === MYSQL_DUPLICATE) return /.*for key '(?:[^']*\.)?([^'.]+)'/s.exec(message)?.[1];
    const columns = /UNIQUE constraint failed: (.+)$/m.exec(message)?.[1];
    if (columns) return keysByColumns.get(columns) ?? columns;
  }
  return undefined;
}

/** Whether the database refused to wait longer for another transaction. The same transaction can succeed when repeated. */
export function isLockError(error: unknown): boolean {
  return causes(error).some(
    ({ errno, errcode }) => MYSQL_LOCK.has(errno as number) || SQLITE_LOCK.has(Number(errcode) & 0xff),
  );
}

/** Whether the database is unreachable or shutting down. */
export function isUnavailableError(error: unknown): boolean {
  return causes(error).some(({ code, errno }) => UNREACHABLE.has(code as string) || MYSQL_GONE.has(errno as number));
}

/**
 * Whether a row names a parent that another request removed meanwhile. The repeated request gets the answer for the new
 * state. MySQL only: on SQLite one writer follows the other.
 */
export function isOrphanError(error: unknown): boolean {
  return causes(error).some(({ errno }) => errno === MYSQL_NO_PARENT);
}

/** Whether the database cannot write: its disk is full, read-only or failing. It works again when that has been mended. */
export function isDiskError(error: unknown): boolean {
  return causes(error).some(
    ({ errno, errcode }) => MYSQL_DISK.has(errno as number) || SQLITE_DISK.has(Number(errcode) & 0xff),
  );
}

/** Whether the cause is passing: a lock, a database that cannot be reached now, or one that cannot write now. */
export function isTransientError(error: unknown): boolean {
  return isLockError(error) || isUnavailableError(error) || isDiskError(error);
}

/** SQLite names the columns of a broken key, not the key. This function records the keys by their columns, for `openOrm`. */
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
/** Row changed since its read (MariaDB), lock wait timeout, deadlock, and a lock request without waiting. */
const MYSQL_LOCK = new Set([1020, 1205, 1213, 3572]);
/** Too many connections, server shutdown, server not available, connection lost. */
const MYSQL_GONE = new Set([1040, 1053, 1203, 2006, 2013, 4031]);
/** Disk full, error of a write, table full, server started read-only, read-only mode. */
const MYSQL_DISK = new Set([1021, 1026, 1114, 1290, 1836]);
/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN. */
const SQLITE_DISK = new Set([8, 10, 13, 14]);
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

/** An error and its causes: the ORM wraps the driver's error, a service can wrap the ORM's. */
function causes(error: unknown): Cause[] {
  const chain: Cause[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 8;) {
    chain.push(at);
    at = 'previous' in at && at.previous instanceof Error ? at.previous : at.cause;
  }
  return chain;
}
