import type { EntityManager } from '@mikro-orm/core';
import { Paciente } from '../db/entities/patients.entity.ts';
import { kysely } from '../db/kysely.ts';
import { FOR_UPDATE } from '../db/locks/rows.ts';
import { upsert } from '../db/upsert.ts';

/** The STL files of a job's result. */
export interface ResultSize {
  readonly files: number;
  readonly bytes: number;
}

async function patientOf(em: EntityManager, jobId: string): Promise<number | null> {
  const job = await kysely(em)
    .selectFrom('JobConv')
    .select('id_paciente')
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return job?.id_paciente ?? null;
}

/**
 * Holds the patient of a job until the transaction ends. Call it before the job is changed: whoever removes a patient
 * locks the patient first and its jobs afterwards.
 */
export async function holdPatientOf(em: EntityManager, jobId: string): Promise<void> {
  const id_paciente = await patientOf(em, jobId);
  if (id_paciente !== null) await em.findOne(Paciente, id_paciente, FOR_UPDATE);
}

/** Registers the result of a job that has just ended, for the patient of its upload or for none. */
export async function registerResult(
  em: EntityManager,
  jobId: string,
  { files, bytes }: ResultSize,
  at: Date,
): Promise<void> {
  const row = {
    job_id: jobId,
    id_paciente: await patientOf(em, jobId),
    num_stl_archivos: files,
    stl_size: bytes,
    created_at: at,
    updated_at: at,
  };
  await upsert(em, 'JobSTL', row, ['job_id', 'id_paciente']);
}
