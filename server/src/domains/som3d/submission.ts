import { createHash, randomUUID } from 'node:crypto';
import { finished, pipeline } from 'node:stream/promises';
import type { EntityManager, RequiredEntityData } from '@mikro-orm/core';
import { JobFields, type JobFromUpload } from '@som3d/contract';
import type { Logger } from 'pino';
import { isTransientError, uniqueViolation } from '../../db/errors.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError, invalidField } from '../../base/errors.ts';
import { randomAccess } from '../../gateways/storage/random-access.ts';
import type { StoredObject } from '../../gateways/storage/storage.ts';
import type { Actor } from '../../http/context.ts';
import { schemaError } from '../../http/problem.ts';
import { type Fields, UploadedFile, type UploadForm } from '../../http/upload-form.ts';
import { ImagingError } from '../../imaging/errors.ts';
import { inspectZip } from '../../imaging/zip.ts';
import { uploadKey } from '../../jobs/keys.ts';
import type { JobServices } from '../../jobs/services.ts';
import type { JobSignals } from '../../jobs/signals.ts';
import { AuditTrail } from '../audit/audit.ts';
import { findPatientFor, lockPatientFor } from '../patients/patients.policy.ts';
import { requireEntitlement } from '../subscriptions/entitlement.ts';
import { contentOf, readParts } from '../uploads/parts.ts';
import { dropUpload, Uploads } from '../uploads/uploads.service.ts';
import { type Added, holdAccount, requireRoomForJob, whyNoUploads } from '../usage/quotas.ts';
import { JobConv } from '../../db/entities/som3d.entity.ts';
import { paramsOf } from './som3d.presenter.ts';
import { findJob, findJobByKey, type JobRow } from './som3d.queries.ts';

export interface Submission {
  readonly row: JobRow;
  /** False when the idempotency key names a job that was there already. */
  readonly created: boolean;
}

/** Who uploads, and how the request is to be known. */
export interface Uploader {
  readonly actor: Actor;
  /** Idempotency key: a second request under it, also at the same time, gives the first one's job. */
  readonly key: string | undefined;
  readonly log: Logger;
}

/** A file on its way to become the input of a job. */
interface Delivery {
  readonly file: UploadedFile;
  /** The options, and what two requests under one key have in common. The file must be read first. */
  ended(): Promise<{ readonly fields: JobFields; readonly fingerprint: string }>;
  /** Runs in the transaction that adds the job, with the account held. */
  readonly taken?: (em: EntityManager) => Promise<void>;
}

type JobValues = Omit<RequiredEntityData<JobConv>, 'job_id'> & { readonly input_size: number };

function parseFields(fields: Fields): JobFields {
  const parsed = JobFields.safeParse(Object.fromEntries(fields));
  if (!parsed.success) throw schemaError('body', parsed.error);
  requireThresholdsInOrder(parsed.data);
  return parsed.data;
}

function requireThresholdsInOrder({ umbral_min, umbral_max }: JobFields): void {
  if (umbral_min === undefined || umbral_max === undefined || umbral_min < umbral_max) return;
  throw invalidField(['body', 'umbral_max'], 'El umbral máximo debe ser mayor que el mínimo');
}

/** What two uploads under one key have in common: the fields as they were sent, in their order, and the file. */
function fingerprintOf({ fieldsBefore, file }: UploadForm, fieldsAfter: Fields): string {
  return digestOf([[...fieldsBefore], [...fieldsAfter], file.digest()]);
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function repeated(row: JobRow, fingerprint: string): Submission {
  if (row.request_fingerprint !== fingerprint) {
    throw new AppError('conflict', 'Esta clave o esta subida ya dio un trabajo, con otros datos');
  }
  return { row, created: false };
}

/** Turns an upload into a queued job: the form, the file, the row. */
export class Submissions {
  readonly #deps: Deps;
  readonly #signals: JobSignals;
  readonly #uploads: Uploads;
  /** Uploads that each user has under way in this process. */
  readonly #underWay = new Map<number, number>();

  constructor(deps: Deps, { signals, deletions }: Pick<JobServices, 'signals' | 'deletions'>) {
    this.#deps = deps;
    this.#signals = signals;
    this.#uploads = new Uploads(deps, deletions);
  }

  /**
   * Stores the file of a form and queues its job. Whatever goes wrong, nothing stays stored.
   *
   * @throws AppError 402 where a subscription is needed and missing, 403 for an account that may not upload yet, 409 when
   * the key was used for another upload, 422 for fields that do not fit, 429 and 507 at the account's quotas; what the
   * form itself throws
   */
  async submit(form: UploadForm, uploader: Uploader): Promise<Submission> {
    const { actor, key } = uploader;
    // Known faults are answered before a gigabyte has gone over the line.
    const before = parseFields(form.fieldsBefore);
    const first = await this.#findFirst(actor, key);
    if (first) return await this.#repeat(form, first);
    const ended = async () => {
      const after = await form.fieldsAfter();
      const fields = after.size === 0 ? before : parseFields(new Map([...form.fieldsBefore, ...after]));
      return { fields, fingerprint: fingerprintOf(form, after) };
    };
    return await this.#admitted(actor, before, 0, () => this.#receive({ file: form.file, ended }, uploader));
  }

  /**
   * Queues the job of a finished resumable upload, under the same rules. The upload itself is the idempotency key: it
   * gives one job.
   *
   * @throws AppError what `submit` throws, 404, 410, 423 while another request uses the upload, 409 while bytes are missing
   */
  async submitUpload({ upload_id, ...fields }: JobFromUpload, uploader: Omit<Uploader, 'key'>): Promise<Submission> {
    const { actor, log } = uploader;
    requireThresholdsInOrder(fields);
    const key = `upload:${upload_id}`;
    const fingerprint = digestOf([upload_id, fields]);
    const first = await this.#findFirst(actor, key);
    if (first) return repeated(first, fingerprint);
    const upload = await this.#uploads.get(actor, upload_id);
    if (upload.received < upload.size) {
      // Whoever asks before the bytes have arrived learns of every other fault first.
      return await this.#admitted(actor, fields, upload.size, async () => {
        throw new AppError('conflict', `A la subida le faltan ${upload.size - upload.received} bytes: continúela`);
      });
    }
    const { storage, config, clock } = this.#deps;
    const ended = Promise.resolve({ fields, fingerprint });
    const submission = await this.#uploads.holding(upload, (hold) =>
      this.#admitted(actor, fields, upload.size, async () => {
        const content = contentOf(storage, upload_id, readParts(hold.row.parts_json));
        const file = new UploadedFile(config.maxUploadBytes);
        const moved = pipeline(content, file, { signal: hold.lost }).catch(() => undefined);
        const taken = async (em: EntityManager) => {
          const dropped = await dropUpload(em, upload_id, { id_usuario: actor.id_usuario, at: clock() });
          if (!dropped) throw new AppError('not_found', 'La subida no existe');
        };
        try {
          return await this.#receive({ file, ended: () => ended, taken }, { actor, key, log });
        } finally {
          file.destroy();
          await moved;
        }
      }),
    );
    await this.#uploads.removeDropped();
    return submission;
  }

  /** Lets an upload in and counts it as under way. @param reserved bytes that the account has reserved for it */
  async #admitted<T>(actor: Actor, fields: JobFields, reserved: number, work: () => Promise<T>): Promise<T> {
    const others = this.#enter(actor);
    try {
      await this.#admit(actor, fields, { jobs: others, bytes: -reserved });
      return await work();
    } finally {
      this.#leave(actor);
    }
  }

  /** Stores the file and adds its row, or takes the file back. */
  async #receive(delivery: Delivery, { actor, key, log }: Uploader): Promise<Submission> {
    const jobId = randomUUID();
    const stored = await this.#store(jobId, delivery, log);
    let fingerprint: string | undefined;
    try {
      const end = await delivery.ended();
      const { fields } = end;
      fingerprint = end.fingerprint;
      const fault = await this.#faultOf(stored);
      const values = { ...this.#valuesOf(actor, stored, fields), ...this.#stateOf(fault) };
      const named = key === undefined ? {} : { idempotency_key: key, request_fingerprint: fingerprint };
      const row = await this.#insert(actor, jobId, { ...values, ...named }, delivery.taken);
      log.info({ job_id: jobId, status: row.status, code: fault?.code, user: actor.id_usuario }, 'job submitted');
      if (!fault) this.#signals.emit('queued', row.job_id);
      else if (!this.#deps.config.SOM3D_KEEP_INPUT) await this.#deps.storage.remove(stored.key);
      return { row, created: true };
    } catch (error) {
      // With the database away the row may have been stored all the same: the sweeper finds out.
      if (isTransientError(error)) log.warn({ err: error, job_id: jobId }, 'upload not removed; the sweeper checks it');
      else await this.#deps.storage.remove(stored.key);
      if (fingerprint === undefined || uniqueViolation(error) !== 'uq_jobconv_idempotency') throw error;
      const winner = await this.#findFirst(actor, key);
      if (!winner) throw error;
      return repeated(winner, fingerprint);
    }
  }

  async #findFirst(actor: Actor, key: string | undefined): Promise<JobRow | undefined> {
    return key === undefined ? undefined : await findJobByKey(this.#deps.orm, actor.id_usuario, key);
  }

  /** Reads the file to its end, since only its digest can show that it is the first one's. */
  async #repeat(form: UploadForm, first: JobRow): Promise<Submission> {
    form.file.resume();
    await form.file.readBy(finished(form.file, { writable: false }));
    return repeated(first, fingerprintOf(form, await form.fieldsAfter()));
  }

  /** Refuses at once what would be refused after the upload. */
  async #admit(actor: Actor, { id_paciente }: JobFields, added: Added): Promise<void> {
    const { orm, config } = this.#deps;
    await requireEntitlement(this.#deps, actor);
    const em = orm.em.fork();
    const lacking = await whyNoUploads(em, config, actor);
    if (lacking !== null) throw new AppError('forbidden', lacking);
    await requireRoomForJob(em, config, actor.id_usuario, added);
    if (id_paciente !== undefined) await findPatientFor(em, actor, id_paciente);
  }

  /** @returns how many other uploads the user has under way, which have no row yet */
  #enter({ id_usuario }: Actor): number {
    const others = this.#underWay.get(id_usuario) ?? 0;
    this.#underWay.set(id_usuario, others + 1);
    return others;
  }

  #leave({ id_usuario }: Actor): void {
    const left = (this.#underWay.get(id_usuario) ?? 1) - 1;
    if (left > 0) this.#underWay.set(id_usuario, left);
    else this.#underWay.delete(id_usuario);
  }

  async #store(jobId: string, { file }: Delivery, log: Logger): Promise<StoredObject> {
    const started = performance.now();
    const stored = await file.readBy(this.#deps.storage.put(uploadKey(jobId), file));
    log.info({ job_id: jobId, bytes: stored.size, ms: Math.round(performance.now() - started) }, 'upload received');
    return stored;
  }

  /** What the ZIP's directory alone shows to be wrong: the job ends before it begins. */
  async #faultOf(input: StoredObject): Promise<ImagingError | null> {
    try {
      await inspectZip(randomAccess(this.#deps.storage, input));
      return null;
    } catch (error) {
      if (error instanceof ImagingError && !error.retryable) return error;
      throw error;
    }
  }

  #stateOf(fault: ImagingError | null) {
    if (!fault) return { status: 'QUEUED' as const, phase: 'queued' };
    const { message: error, code: error_code } = fault;
    return { status: 'ERROR' as const, phase: 'error', error, error_code, finished_at: this.#deps.clock() };
  }

  #valuesOf(actor: Actor, input: StoredObject, fields: JobFields) {
    const now = this.#deps.clock();
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
      trace_parent: this.#deps.telemetry.tracing.current()?.traceparent ?? null,
      input_key: input.key,
      input_size: input.size,
    };
  }

  async #insert(actor: Actor, jobId: string, values: JobValues, taken: Delivery['taken']): Promise<JobRow> {
    const { orm, clock, config } = this.#deps;
    const { id_paciente } = values;
    await inTransaction(orm.em, async (em) => {
      // Others of the same account wait here: of two uploads at once, the second one sees the first one's row.
      await holdAccount(em, actor.id_usuario);
      await taken?.(em);
      await requireRoomForJob(em, config, actor.id_usuario, { jobs: 0, bytes: values.input_size });
      // The upload took its time: the patient may be gone by now.
      if (typeof id_paciente === 'number') await lockPatientFor(em, actor, id_paciente);
      em.create(JobConv, { job_id: jobId, ...values });
      const after = { job_id: jobId, id_paciente: values.id_paciente, nombre_proceso: values.nombre_proceso };
      new AuditTrail(em, actor.id_usuario, clock()).created('TRABAJO', 0, after, { meta: { job_id: jobId } });
    });
    const row = await findJob(orm, jobId);
    if (!row) throw new AppError('conflict', 'El trabajo se eliminó mientras se creaba');
    return row;
  }
}
