import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  bigIdentity,
  exactString,
  identity,
  instant,
  preciseInstant,
  preciseInstantOfInsert,
  stampOfInsert,
  stampOfUpdate,
} from '../columns.ts';
import { Usuario } from './auth.entity.ts';
import { Paciente } from './patients.entity.ts';

export const JOB_STATES = ['QUEUED', 'RUNNING', 'DONE', 'ERROR', 'CANCELED'] as const;

/**
 * A job: the conversion of a CT scan into 3D models. This row is the truth about it; a queue only means "check it".
 * A worker owns a job while `lease_token` is its own, until `lease_expires_at`. `percent` is 0..100, sizes are bytes.
 */
export const JobConv = defineEntity({
  name: 'JobConv',
  tableName: 'JobConv',
  uniques: [{ name: 'uq_jobconv_idempotency', properties: ['id_usuario', 'idempotency_key'] }],
  indexes: [
    { name: 'idx_jobconv_claim', properties: ['status', 'priority', 'created_at'] },
    { name: 'idx_jobconv_lease', properties: ['status', 'lease_expires_at'] },
    { name: 'idx_jobconv_usuario_created', properties: ['id_usuario', 'created_at'] },
    { name: 'idx_jobconv_created', properties: ['created_at'] },
  ],
  properties: {
    job_id: p.string().length(64).primary(),
    id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .index('idx_jobconv_id_usuario')
        .foreignKeyName('fk_jobconv_usuario')
        .deleteRule('no action'),
    status: p.enum(JOB_STATES).default('QUEUED'),
    enable_ortopedia: p.boolean().default(true),
    enable_appendicular: p.boolean().default(false),
    enable_muscles: p.boolean().default(false),
    enable_skull: p.boolean().default(false),
    enable_teeth: p.boolean().default(false),
    enable_hip_implant: p.boolean().default(false),
    extra_tasks_json: p.text().nullable(),
    queue_name: p.string().length(80).nullable(),
    started_at: instant().nullable(),
    finished_at: instant().nullable(),
    updated_at: stampOfUpdate(),
    created_at: preciseInstantOfInsert(),
    nombre_proceso: p.string().length(80).nullable(),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .nullable()
        .index('idx_jobconv_id_paciente')
        .foreignKeyName('fk_jobconv_paciente')
        .deleteRule('set null'),
    params_json: p.text().nullable(),
    metrics_json: p.text().columnType('mediumtext').nullable(),
    phase: p.string().length(20).default('queued'),
    percent: p.integer().default(0),
    error: p.text().nullable(),
    error_code: p.string().length(60).nullable(),
    attempts: p.integer().default(0),
    priority: p.integer().default(0),
    lease_owner: p.string().length(128).nullable(),
    lease_token: exactString(64).nullable(),
    lease_expires_at: preciseInstant().nullable(),
    cancel_requested_at: preciseInstant().nullable(),
    idempotency_key: exactString(128).nullable(),
    request_fingerprint: exactString(128).nullable(),
    input_key: p.string().length(512).nullable(),
    input_size: p.bigint('number').nullable(),
    result_key: p.string().length(512).nullable(),
    result_size: p.bigint('number').nullable(),
    result_etag: p.string().length(190).nullable(),
    /** A queued job is eligible from this instant on; null: at once. */
    run_after: preciseInstant().nullable(),
    /** Everything that the job's results take in the storage, bytes; null in rows of former versions. */
    stored_bytes: p.bigint('number').nullable(),
    /** W3C trace context of the request that made the job. */
    trace_parent: p.string().length(55).nullable(),
    /** Of the first model that the attempt under way has stored, bytes; null: there is none. */
    preview_size: p.bigint('number').nullable(),
  },
});
export type JobConv = InferEntity<typeof JobConv>;

/** A job's result registered for a patient: one row for each pair. `stl_size` in bytes. */
export const JobSTL = defineEntity({
  name: 'JobSTL',
  tableName: 'JobSTL',
  uniques: [{ name: 'uq_jobstl_job_paciente', properties: ['job_id', 'id_paciente'] }],
  properties: {
    id_jobstl: identity(),
    job_id: () =>
      p.manyToOne(JobConv).mapToPk().index('idx_jobstl_job_id').foreignKeyName('fk_jobstl_job').deleteRule('no action'),
    id_paciente: () =>
      p
        .manyToOne(Paciente)
        .mapToPk()
        .nullable()
        .index('idx_jobstl_id_paciente')
        .foreignKeyName('fk_jobstl_paciente')
        .deleteRule('no action'),
    stl_size: p.bigint('number').nullable(),
    num_stl_archivos: p.integer().nullable(),
    notas: p.text().nullable(),
    created_at: stampOfInsert(),
    updated_at: stampOfUpdate(),
  },
});
export type JobSTL = InferEntity<typeof JobSTL>;

/** One line of a job's log, Spanish, for the doctor; in the order of `id`. */
export const JobLog = defineEntity({
  name: 'JobLog',
  tableName: 'job_log',
  indexes: [{ name: 'idx_joblog_job', properties: ['job_id', 'id'] }],
  properties: {
    id: bigIdentity(),
    job_id: () => p.manyToOne(JobConv).mapToPk().index(false).foreignKeyName('fk_joblog_job').deleteRule('cascade'),
    created_at: preciseInstantOfInsert(),
    line: p.string().length(1000),
  },
});
export type JobLog = InferEntity<typeof JobLog>;

/** A worker and its capabilities. An old `heartbeat_at` means that it is silent. */
export const WorkerNode = defineEntity({
  name: 'WorkerNode',
  tableName: 'worker_node',
  indexes: [{ name: 'idx_workernode_heartbeat', properties: ['heartbeat_at'] }],
  properties: {
    worker_id: exactString(128).primary(),
    host: p.string().length(190),
    pid: p.integer(),
    version: p.string().length(40).nullable(),
    capabilities_json: p.text().nullable(),
    started_at: preciseInstantOfInsert(),
    heartbeat_at: preciseInstantOfInsert(),
  },
});
export type WorkerNode = InferEntity<typeof WorkerNode>;

/**
 * Stored files to remove after the commit of this row's transaction. `storage_key` is one object, or every object below
 * it when `is_prefix`.
 */
export const StorageDeletion = defineEntity({
  name: 'StorageDeletion',
  tableName: 'storage_deletion',
  indexes: [{ name: 'idx_storagedeletion_due', properties: ['next_attempt_at'] }],
  properties: {
    id: bigIdentity(),
    storage_key: p.string().length(512),
    is_prefix: p.boolean().default(false),
    attempts: p.integer().default(0),
    next_attempt_at: preciseInstantOfInsert(),
    last_error: p.string().length(500).nullable(),
    created_at: preciseInstantOfInsert(),
  },
});
export type StorageDeletion = InferEntity<typeof StorageDeletion>;
