import type { EntityManager } from '@mikro-orm/core';
import type { InferKyselyTable, SqlEntityManager } from '@mikro-orm/sql';
import type { ColumnType, Kysely } from 'kysely';
import type { entities } from './entities/index.ts';

/**
 * Reading and writing with Kysely on both dialects.
 *
 * | column | select and compare | insert and update |
 * | --- | --- | --- |
 * | `datetime`, `timestamp` | `Date` (UTC) | `Date` |
 * | `date` | `YYYY-MM-DD` | `YYYY-MM-DD` |
 * | `tinyint(1)` | 0 or 1 | boolean, or 0 or 1 |
 * | `decimal`, `bigint`, `count(*)` | `number` | `number` |
 *
 * SQLite keeps an instant as milliseconds since 1970 and knows the type of a plain column only. A computed value
 * (`max(created_at)`, `coalesce(…)`) is a number there and a `Date` from MySQL; `toInstant` takes both.
 * Never compare a column with the database's own clock (`now()`). Bind the present instant, which is the same on both.
 */
export type Database = {
  [E in (typeof entities)[number] as TableName<E>]: {
    [C in keyof Table<E>]: Column<Table<E>[C]>;
  };
};

/** A Kysely on the connection and in the transaction of this entity manager, typed by the entities. */
export function kysely(em: EntityManager): Kysely<Database> {
  return (em as SqlEntityManager).getKysely<Database>();
}

/** A computed instant of SQL as a `Date`: see `Database`. */
export function toInstant(value: null | undefined): null;
export function toInstant(value: Date | number | string): Date;
export function toInstant(value: Date | number | string | null | undefined): Date | null;
export function toInstant(value: Date | number | string | null | undefined): Date | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value;
  if (typeof value === 'number') return new Date(value);
  // MySQL's text form has no zone; it is UTC like every stored instant
  const text = value.replace(' ', 'T');
  const instant = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(instant.getTime())) throw new TypeError('not an instant');
  return instant;
}

type TableName<E extends { tableName?: string }> = NonNullable<E['tableName']>;
type Table<E extends (typeof entities)[number]> = InferKyselyTable<E, { columnNamingStrategy: 'property' }>;

type Column<T> =
  T extends ColumnType<infer S, infer I, infer U>
    ? [S] extends [boolean]
      ? ColumnType<number, boolean | number | undefined, boolean | number>
      : ColumnType<S, I, U>
    : T extends boolean
      ? ColumnType<number, T | number, T | number>
      : T;
