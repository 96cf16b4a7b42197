import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { exactString, preciseInstant, preciseInstantOfInsert } from '../columns.ts';

/** A duty for one process at a time, such as the reconciler. A process holds it until `expires_at`. */
export const ServiceLock = defineEntity({
  name: 'ServiceLock',
  tableName: 'service_lock',
  properties: {
    name: exactString(64).primary(),
    owner: p.string().length(128).nullable(),
    token: exactString(64).nullable(),
    acquired_at: preciseInstant().nullable(),
    expires_at: preciseInstant().nullable(),
    last_run_at: preciseInstant().nullable(),
  },
});
export type ServiceLock = InferEntity<typeof ServiceLock>;

/** Hits of one caller on one limit within a window. The database counts them, because several processes serve one API. */
export const RateLimit = defineEntity({
  name: 'RateLimit',
  tableName: 'rate_limit',
  indexes: [{ name: 'idx_ratelimit_expires', properties: ['expires_at'] }],
  properties: {
    bucket: exactString(190).primary(),
    hits: p.integer().default(0),
    window_started_at: preciseInstantOfInsert(),
    expires_at: preciseInstant(),
  },
});
export type RateLimit = InferEntity<typeof RateLimit>;

/**
 * Which installation this database is, in one row (`id` 1). The storage carries the same id: where the two differ, they
 * do not belong together. Without `confirmed_at` the id has not been written to the storage yet.
 */
export const Installation = defineEntity({
  name: 'Installation',
  tableName: 'installation',
  properties: {
    id: p.integer().unsigned(false).primary().autoincrement(false),
    installation_id: exactString(64),
    created_at: preciseInstant(),
    confirmed_at: preciseInstant().nullable(),
  },
});
export type Installation = InferEntity<typeof Installation>;

/** When a user's last job was begun: within one priority, users take turns. */
export const JobTurn = defineEntity({
  name: 'JobTurn',
  tableName: 'job_turn',
  properties: {
    id_usuario: p.integer().unsigned(false).primary().autoincrement(false),
    served_at: preciseInstant(),
  },
});
export type JobTurn = InferEntity<typeof JobTurn>;
