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
  return {
    paciente: patient && presentPatient(patient),
    jobstl: resultados[0] ?? null,
    resultados,
    estados: states.map((state) => ({
      ...state,
      creado_en: state.creado_en.toISOString(),
      actualizado_en: state.actualizado_en.toISOString(),
    })),
  };
}

/** Patients with registered results, each with the id of its newest one. */
function patientsWithResults(orm: MikroORM, actor: Actor, { q }: PatientsQuery) {
  const newest = sql<number>`(select max(s.id_jobstl) from JobSTL s where s.id_paciente = p.id_paciente)`;
  let patients = kysely(orm.em.fork())
    .selectFrom('Paciente as p')
    .select(PATIENT_COLUMNS)
    .select(newest.as('newest'))
    .where((where) =>
      where.exists(
        where.selectFrom('JobSTL as s').select('s.id_jobstl').whereRef('s.id_paciente', '=', 'p.id_paciente'),
      ),
    );
  if (!isAdmin(actor)) patients = patients.where('p.id_medico', '=', actor.id_medico ?? 0);
  if (q) patients = patients.where(containsWords(['p.nombres', 'p.apellidos', 'p.doc_numero'], q));
  return patients;
}

/** One page of patients with registered results, the one with the newest result first, each with its results. */
export async function listPatientsWithStl(orm: MikroORM, actor: Actor, query: PatientsQuery) {
  const page = await readPage(patientsWithResults(orm, actor, query).orderBy('newest', 'desc'), query);
  // No patient has the id 0: an empty list is no SQL.
  const ids = [0, ...page.rows.map(({ id_paciente }) => id_paciente)];
  const results = await kysely(orm.em.fork())
    .selectFrom('JobSTL')
    .selectAll()
    .where('id_paciente', 'in', ids)
    .orderBy('id_jobstl', 'desc')
    .execute();
  const byPatient = Map.groupBy(results.map(presentJobStl), ({ id_paciente }) => id_paciente);
  return mapPage(page, (patient) => {
    const resultados = byPatient.get(patient.id_paciente) ?? [];
    return {
      ...presentPatient(patient),
      total_stl: resultados.length,
      ultimo_stl: resultados[0]?.created_at ?? null,
      resultados,
    };
  });
}
