import { p } from '@mikro-orm/core';

/**
 * Column builders that every entity shares.
 *
 * They keep the names of the predecessor's columns and its two types: `timestamp` on the older tables, `datetime` on the
 * newer ones. Both hold whole seconds. Our own columns that order events hold milliseconds.
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

/** `datetime`, whole seconds. MySQL cuts a fraction off and never rounds it up. */
export function instant() {
  return p.datetime();
}

/** The part of an instant that an `instant` column holds. So an answer shows the value that a later read returns. */
export function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

/** `datetime(3)`: milliseconds. */
export function preciseInstant() {
  return p.datetime().length(3);
}

/** `datetime`. The database sets it when an insert names no value. */
export function instantOfInsert() {
  return p.datetime().defaultRaw('current_timestamp');
}

/** `datetime(3)`. The database sets it when an insert names no value. */
export function preciseInstantOfInsert() {
  return p.datetime().length(3).defaultRaw('current_timestamp(3)');
}

/** `datetime` that changes with every update: by MySQL itself, and by the unit of work on both dialects. */
export function instantOfUpdate() {
  return p
    .datetime()
    .defaultRaw('current_timestamp')
    .onUpdate(() => wholeSeconds(new Date()))
    .extra('on update current_timestamp');
}

/** `timestamp`. The database sets it when an insert names no value. */
export function stampOfInsert() {
  return p.datetime().columnType('timestamp').defaultRaw('current_timestamp');
}

/** `timestamp` that changes with every update: by MySQL itself, and by the unit of work on both dialects. */
export function stampOfUpdate() {
  return p
    .datetime()
    .columnType('timestamp')
    .defaultRaw('current_timestamp')
    .onUpdate(() => wholeSeconds(new Date()))
    .extra('on update current_timestamp');
}

/** Text that both dialects compare byte by byte (MySQL's default collation ignores case): digests, tokens, foreign keys of others. */
export function exactString(length: number) {
  return p.string().length(length).collation('utf8mb4_bin');
}

/**
 * Text that both dialects compare without case. MySQL's table collation does so already; for SQLite the dialect hook
 * turns this mark into `collate nocase`.
 */
export function caselessString(length: number) {
  return p.string().length(length).collation(CASELESS);
}

/** The table collation of the predecessor's database, and of every table of ours. */
export const CASELESS = 'utf8mb4_general_ci';
