import type { MikroORM } from '@mikro-orm/core';
import { kysely } from '../../db/orm.ts';
import { contains } from '../../db/like.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { pageOf, withTotal, type PageOf } from '../../http/pages.ts';
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

function patientsByResult(orm: MikroORM, actor: Actor, { q }: PatientsQuery) {
  let rows = kysely(orm.em.fork())
    .selectFrom('JobSTL as s')
    .innerJoin('Paciente as p', 'p.id_paciente', 's.id_paciente');
  if (!isAdmin(actor)) rows = rows.where('p.id_medico', '=', actor.id_medico ?? 0);
  for (const word of q?.split(/\s+/).filter(Boolean) ?? []) {
    rows = rows.where((where) =>
      where.or([contains('p.nombres', word), contains('p.apellidos', word), contains('p.doc_numero', word)]),
    );
  }
  return rows;
}

/** One page of patients with registered results, the one with the newest result first, each with its results. */
export async function listPatientsWithStl(orm: MikroORM, actor: Actor, query: PatientsQuery) {
  const { limit, offset } = pageOf(query);
  const page = await patientsByResult(orm, actor, query)
    .select(({ fn }) => ['p.id_paciente', fn.max('s.id_jobstl').as('newest')])
    .groupBy('p.id_paciente')
    .orderBy('newest', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { rows: ids, total }: PageOf<number> = await withTotal(
    page.map(({ id_paciente }) => id_paciente),
    query,
    async () => {
      const { count } = await patientsByResult(orm, actor, query)
        .select(({ fn }) => fn.count<number>('p.id_paciente').distinct().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },
  );
  if (ids.length === 0) return { rows: [], total };
  const db = kysely(orm.em.fork());
  const patients = await db.selectFrom('Paciente').select(PATIENT_COLUMNS).where('id_paciente', 'in', ids).execute();
  const results = await db
    .selectFrom('JobSTL')
    .selectAll()
    .where('id_paciente', 'in', ids)
    .orderBy('id_jobstl', 'desc')
    .execute();
  const byPatient = Map.groupBy(results.map(presentJobStl), ({ id_paciente }) => id_paciente);
  const byId = new Map(patients.map((patient) => [patient.id_paciente, patient]));
  // A patient that is removed at this moment is not listed.
  const rows = ids.flatMap((id) => {
    const [patient, resultados] = [byId.get(id), byPatient.get(id) ?? []];
    if (!patient) return [];
    return [
      {
        ...presentPatient(patient),
        total_stl: resultados.length,
        ultimo_stl: resultados[0]?.created_at ?? null,
        resultados,
      },
    ];
  });
  return { rows, total };
}
