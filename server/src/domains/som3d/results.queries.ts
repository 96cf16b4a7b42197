import type { MikroORM } from '@mikro-orm/core';
import { sql } from 'kysely';
import { kysely } from '../../db/orm.ts';
import { containsWords } from '../../db/like.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { mapPage, readPage } from '../../http/pages.ts';
import { PATIENT_COLUMNS, presentPatient } from '../patients/patients.presenter.ts';
import { presentJobStl } from './som3d.presenter.ts';

const STATE = [
  'id_visor_estado',
  'id_medico',
  'id_paciente',
  'id_jobstl',
  'titulo',
  'descripcion',
  'creado_en',
  'actualizado_en',
] as const;
const MAX_STATES = 100;

interface PatientsQuery {
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
}

/** Results registered of one job, newest first. */
async function resultsOfJob(orm: MikroORM, job_id: string) {
  return await kysely(orm.em.fork())
    .selectFrom('JobSTL')
    .selectAll()
    .where('job_id', '=', job_id)
    .orderBy('id_jobstl', 'desc')
    .execute();
}

/** The patient, when the caller may see them. */
async function findVisiblePatient(orm: MikroORM, actor: Actor, id: number | null) {
  if (id === null) return null;
  let rows = kysely(orm.em.fork()).selectFrom('Paciente').select(PATIENT_COLUMNS).where('id_paciente', '=', id);
  if (!isAdmin(actor)) rows = rows.where('id_medico', '=', actor.id_medico ?? 0);
  return (await rows.executeTakeFirst()) ?? null;
}

async function statesOfResults(orm: MikroORM, actor: Actor, results: readonly number[]) {
  if (results.length === 0) return [];
  let rows = kysely(orm.em.fork()).selectFrom('VisorEstado').select(STATE).where('id_jobstl', 'in', results);
  if (!isAdmin(actor)) rows = rows.where('id_medico', '=', actor.id_medico ?? 0);
  return await rows.orderBy('actualizado_en', 'desc').orderBy('id_visor_estado', 'desc').limit(MAX_STATES).execute();
}

/** What surrounds a job in the viewer: its results, its patient, and the saved states that the caller may see. */
export async function readContext(
  orm: MikroORM,
  actor: Actor,
  job: { readonly job_id: string; readonly id_paciente: number | null },
) {
  const results = await resultsOfJob(orm, job.job_id);
  const patient = await findVisiblePatient(orm, actor, job.id_paciente ?? results[0]?.id_paciente ?? null);
  const states = await statesOfResults(
    orm,
    actor,
    results.map(({ id_jobstl }) => id_jobstl),
  );
  const resultados = results.map(presentJobStl);
  const newest = resultados[0];
  return {
    id_jobstl: newest?.id_jobstl ?? null,
    id_paciente: newest?.id_paciente ?? job.id_paciente,
    paciente: patient && presentPatient(patient),
    jobstl: newest ?? null,
    resultados,
    estados: states.map((state) => ({
      ...state,
      creado_en: state.creado_en.toISOString(),
      actualizado_en: state.actualizado_en.toISOString(),
    })),
  };
}

/**
 * One page of registered results with their patients, the newest first. A result without a patient is in no list: the
 * rows are a patient's.
 */
export async function listPatientsWithStl(orm: MikroORM, actor: Actor, query: PatientsQuery) {
  let rows = kysely(orm.em.fork())
    .selectFrom('JobSTL as s')
    .innerJoin('Paciente as p', 'p.id_paciente', 's.id_paciente')
    .select(PATIENT_COLUMNS.map((column) => `p.${column}` as const))
    .select(['s.id_jobstl', 's.job_id', 's.stl_size', 's.num_stl_archivos', 's.notas', 's.created_at', 's.updated_at'])
    .select(sql<number>`(select count(*) from JobSTL o where o.id_paciente = p.id_paciente)`.as('total_stl'));
  if (!isAdmin(actor)) rows = rows.where('p.id_medico', '=', actor.id_medico ?? 0);
  if (query.q) rows = rows.where(containsWords(['p.nombres', 'p.apellidos', 'p.doc_numero'], query.q));
  const page = await readPage(rows.orderBy('s.id_jobstl', 'desc'), query);
  return mapPage(page, (row) => {
    const { id_paciente, total_stl } = row;
    return { ...presentPatient(row), ...presentJobStl(row), id_paciente, total_stl };
  });
}
