import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash, randomUUID } from 'node:crypto';
import type { RequiredEntityData } from '@mikro-orm/core';
import { JobFields } from '@som3d/contract';
import type { Request } from 'express';
import { isTransientError, uniqueViolation } from '../../db/errors.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError, invalidField } from '../../base/errors.ts';
import { randomAccess } from '../../gateways/storage/random-access.ts';
import type { StoredObject } from '../../gateways/storage/storage.ts';
import type { Actor } from '../../http/context.ts';
import { schemaError } from '../../http/problem.ts';
import { ImagingError } from '../../imaging/errors.ts';
import { inspectZip } from '../../imaging/zip.ts';
import { uploadKey } from '../../jobs/keys.ts';
import type { JobSignals } from '../../jobs/signals.ts';
import { AuditTrail } from '../audit/audit.ts';
import { findPatientFor, lockPatientFor } from '../patients/patients.policy.ts';
import { requireEntitlement } from '../subscriptions/entitlement.ts';
import { JobConv } from '../../db/entities/som3d.entity.ts';
import { paramsOf } from './som3d.presenter.ts';
import { findJob, findJobByKey, type JobRow } from './som3d.queries.ts';
import { receiveUpload } from './upload.ts';

export interface Submission {
  readonly row: JobRow;
  /** False when the idempotency key names a job that was there already. */
  readonly created: boolean;
}

type Fields = ReadonlyMap<string, string>;

function parseFields(fields: Fields): JobFields {
  const parsed = JobFields.safeParse(Object.fromEntries(fields));
  if (!parsed.success) throw schemaError('body', parsed.error);
  const { umbral_min, umbral_max } = parsed.data;
  if (umbral_min !== undefined && umbral_max !== undefined && umbral_min >= umbral_max) {
    throw invalidField(['body', 'umbral_max'], 'El umbral máximo debe ser mayor que el mínimo');
  }
  return parsed.data;
}

/**
 * Tells a repeated request from another one under the same key without reading its file: the length of the whole
 * request and the fields that stand before the file. A client that repeats a request repeats both.
 */
function fingerprintOf(req: Request, fieldsBeforeFile: Fields): string {
  const hash = createHash('sha256').update(JSON.stringify([...fieldsBeforeFile]));
  return `${req.headers['content-length'] ?? 'chunked'}:${hash.digest('hex')}`;
}

function repeated(row: JobRow, fingerprint: string): Submission {
  if (row.request_fingerprint !== fingerprint) {
    throw new AppError('conflict', 'Esta Idempotency-Key ya se usó para otra subida');
  }
  return { row, created: false };
}

/** Turns an upload into a queued job: the form, the file, the row. */
export function createSubmissions(deps: Deps, signals: JobSignals) {
  const { orm, storage, clock, config, telemetry } = deps;

  const checkPatient = async (actor: Actor, { id_paciente }: JobFields): Promise<void> => {
    if (id_paciente !== undefined) await findPatientFor(orm.em.fork(), actor, id_paciente);
  };

  /** What the ZIP's directory alone tells to be wrong: the job ends before it begins. */
  const faultOf = async (input: StoredObject): Promise<ImagingError | null> => {
    try {
      await inspectZip(randomAccess(storage, input));
      return null;
    } catch (error) {
      if (error instanceof ImagingError && !error.retryable) return error;
      throw error;
    }
  };

  const insert = async (
    actor: Actor,
    jobId: string,
    values: Omit<RequiredEntityData<JobConv>, 'job_id'>,
    id_paciente: number | undefined,
  ): Promise<JobRow> => {
    await inTransaction(orm.em, async (em) => {
      // The upload took its time: the patient may be gone by now.
      if (id_paciente !== undefined) await lockPatientFor(em, actor, id_paciente);
      em.create(JobConv, { job_id: jobId, ...values });
      const after = { job_id: jobId, id_paciente: values.id_paciente, nombre_proceso: values.nombre_proceso };
      new AuditTrail(em, actor.id_usuario, clock()).created('TRABAJO', 0, after, { meta: { job_id: jobId } });
    });
    const row = await findJob(orm, jobId);
    if (!row) throw new AppError('conflict', 'El trabajo se eliminó mientras se creaba');
    return row;
  };

  const rowOf = async (actor: Actor, input: StoredObject, fields: JobFields) => {
    const now = clock();
    const fault = await faultOf(input);
    const params = paramsOf(fields);
    return {
      id_usuario: actor.id_usuario,
      id_paciente: params.id_paciente,
      nombre_proceso: params.nombre_proceso,
      enable_ortopedia: params.enable_ortopedia,
      enable_appendicular: params.enable_appendicular,
      enable_muscles: params.enable_muscles,
      enable_skull: params.cranio,
      enable_teeth: params.teeth,
      enable_hip_implant: params.enable_hip_implant,
      extra_tasks_json: JSON.stringify(params.extra_tasks),
      params_json: JSON.stringify(params),
      created_at: now,
      updated_at: now,
      trace_parent: telemetry.tracing.current()?.traceparent ?? null,
      input_key: input.key,
      input_size: input.size,
      ...(fault
        ? { status: 'ERROR' as const, phase: 'error', error: fault.message, error_code: fault.code, finished_at: now }
        : { status: 'QUEUED' as const, phase: 'queued' }),
    };
  };

  const existing = async (actor: Actor, key: string | undefined): Promise<JobRow | undefined> =>
    key === undefined ? undefined : await findJobByKey(orm, actor.id_usuario, key);

  /**
   * Reads the upload and queues its job.
   *
   * @param key idempotency key: a second request under it, also at the same time, gives the first one's job
   * @throws AppError 402 where a subscription is needed and missing, 409 when the key was used for another upload; see `receiveUpload` for those of the form
   */
  const submit = async (req: Request, actor: Actor, key: string | undefined): Promise<Submission> => {
    const first = await existing(actor, key);
    if (!first) await requireEntitlement(deps, actor);
    const jobId = randomUUID();
    const log = req.log.child({ job_id: jobId });
    // The form's parts come by events of the connection, which know nothing of this request.
    const inRequest = AsyncLocalStorage.snapshot();
    let fingerprint = '';
    const upload = await receiveUpload(req, {
      maxBytes: config.maxUploadBytes,
      admit: async (before) => {
        fingerprint = fingerprintOf(req, before);
        // Known faults are told before a gigabyte has gone over the line.
        const fields = parseFields(before);
        if (!first) await checkPatient(actor, fields);
        return !first;
      },
      store: async (source, signal) => {
        const started = performance.now();
        const object = await inRequest(() => storage.put(uploadKey(jobId), source, signal));
        log.info({ bytes: object.size, ms: Math.round(performance.now() - started) }, 'upload received');
        return object;
      },
      discard: ({ key: stored }) => storage.remove(stored),
    });
    if (first) return repeated(first, fingerprint);
    const { stored } = upload;
    if (!stored) throw new Error('an upload without a file was accepted');
    try {
      const fields = parseFields(upload.fields);
      const values = await rowOf(actor, stored, fields);
      const named = key === undefined ? {} : { idempotency_key: key, request_fingerprint: fingerprint };
      const row = await insert(actor, jobId, { ...values, ...named }, fields.id_paciente);
      log.info(
        { status: row.status, code: ('error_code' in values && values.error_code) || null, user: actor.id_usuario },
        'job submitted',
      );
      if (row.status === 'QUEUED') signals.emit('queued', row.job_id);
      else if (!config.SOM3D_KEEP_INPUT) await storage.remove(stored.key);
      return { row, created: true };
    } catch (error) {
      // With the database away the row may have been stored all the same: the sweeper finds out.
      if (isTransientError(error)) log.warn({ err: error }, 'upload not removed; the sweeper checks it');
      else await storage.remove(stored.key);
      const winner = uniqueViolation(error) === 'uq_jobconv_idempotency' ? await existing(actor, key) : undefined;
      if (winner) return repeated(winner, fingerprint);
      throw error;
    }
  };

  return { submit };
}
