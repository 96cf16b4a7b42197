import { p } from '@mikro-orm/core';

/**
 * Column builders that every entity shares.
 *
 * The names of the predecessor's columns are kept, so are its two habits: `timestamp` on the older tables, `datetime` on
 * the newer ones. Both hold whole seconds. Columns of our own that order events hold milliseconds.
 * All of them are UTC and are a `Date` in an entity and in a Kysely row (see `orm.ts`).
 */

/** `int auto_increment`, signed like the predecessor's. */
export function identity() {
  return p.integer().unsigned(false).primary().autoincrement();
}

/** `bigint auto_increment`, a `number` in JavaScript: exact up to 2^53. */
export function bigIdentity() {
  return p.bigint('number').unsigned(false).primary().autoincrement();
}

/** `datetime`, whole seconds (a fraction is cut off on MySQL, never rounded up). */
export function instant() {
  return p.datetime();
}

/** What an `instant` column will hold of an instant, so that what was stored is answered as it will be read. */
export function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

/** `datetime(3)`: milliseconds. */
export function preciseInstant() {
  return p.datetime().length(3);
}

/** `datetime`, set by the database when a row is inserted without it. */
export function instantOfInsert() {
  return p.datetime().defaultRaw('current_timestamp');
}

/** `datetime(3)`, set by the database when a row is inserted without it. */
export function preciseInstantOfInsert() {
  return p.datetime().length(3).defaultRaw('current_timestamp(3)');
}

/** `datetime` that moves with every update: by MySQL itself, and by the unit of work on both dialects. */
export function instantOfUpdate() {
  return p
    .datetime()
    .defaultRaw('current_timestamp')
    .onUpdate(() => wholeSeconds(new Date()))
    .extra('on update current_timestamp');
}

/** `timestamp`, set by the database when a row is inserted without it. */
export function stampOfInsert() {
  return p.datetime().columnType('timestamp').defaultRaw('current_timestamp');
}

/** `timestamp` that moves with every update: by MySQL itself, and by the unit of work on both dialects. */
export function stampOfUpdate() {
  return p
    .datetime()
    .columnType('timestamp')
    .defaultRaw('current_timestamp')
    .onUpdate(() => wholeSeconds(new Date()))
    .extra('on update current_timestamp');
}

/** Text compared byte by byte on both dialects (MySQL's default collation ignores case): digests, tokens, keys that others chose. */
export function exactString(length: number) {
  return p.string().length(length).collation('utf8mb4_bin');
}

/**
 * Text that is the same whatever its case on both dialects. MySQL's table collation does that already; SQLite is told
 * so by the dialect hook, which turns this mark into `collate nocase`.
 */
export function caselessString(length: number) {
  return p.string().length(length).collation(CASELESS);
}

/** The table collation of the predecessor's database, and of every table of ours. */
export const CASELESS = 'utf8mb4_general_ci';
