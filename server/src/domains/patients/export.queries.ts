import { type Kysely, sql } from 'kysely';
import type { Database } from '../../db/kysely.ts';

/** Rows that are in memory at a time. */
const PAGE_ROWS = 200;
/** A viewer state has up to 4 MiB of documents. */
const PAGE_STATES = 4;

/** The rows of a query by their key, page after page. @param page the rows after a key */
async function* rowsOf<Row>(page: (after: number) => Promise<Row[]>, keyOf: (row: Row) => number) {
  let after = 0;
  for (;;) {
    const rows = await page(after);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
  }
}

/** Everything that the database holds about one patient, as rows that stream. */
export function patientRecords(db: Kysely<Database>, id: number) {
  const results = db.selectFrom('JobSTL').select('id_jobstl').where('id_paciente', '=', id);
  /** The record of a row of the audit names its patient, whether the record is still there or not. */
  const names = sql.join(
    ['before_json', 'after_json'].flatMap((column) =>
      [',', '}'].map((end) => sql`${sql.ref(column)} like ${`%"id_paciente":${id}${end}%`}`),
    ),
    sql` or `,
  );
  return {
    notes: () =>
      rowsOf(
        (after) =>
          db
            .selectFrom('clinical_note')
            .selectAll()
            .where('id_paciente', '=', id)
            .where('id_note', '>', after)
            .orderBy('id_note')
            .limit(PAGE_ROWS)
            .execute(),
        (row) => row.id_note,
      ),
    studies: () =>
      rowsOf(
        (after) =>
          db
            .selectFrom('Estudio')
            .selectAll()
            .where('id_paciente', '=', id)
            .where('id_estudio', '>', after)
            .orderBy('id_estudio')
            .limit(PAGE_ROWS)
            .execute(),
        (row) => row.id_estudio,
      ),
    states: () =>
      rowsOf(
        (after) =>
          db
            .selectFrom('VisorEstado')
            .selectAll()
            .where((where) => where.or([where('id_paciente', '=', id), where('id_jobstl', 'in', results)]))
            .where('id_visor_estado', '>', after)
            .orderBy('id_visor_estado')
            .limit(PAGE_STATES)
            .execute(),
        (row) => row.id_visor_estado,
      ),
    results: () =>
      rowsOf(
        (after) =>
          db
            .selectFrom('JobSTL as s')
            .innerJoin('JobConv as j', 'j.job_id', 's.job_id')
            .selectAll('s')
            .select(['j.result_key', 'j.metrics_json', 'j.finished_at'])
            .where('s.id_paciente', '=', id)
            .where('s.id_jobstl', '>', after)
            .orderBy('s.id_jobstl')
            .limit(PAGE_ROWS)
            .execute(),
        (row) => row.id_jobstl,
      ),
    /** Lists that an administrator has read are not among them: such a row names many patients. */
    audit: () =>
      rowsOf(
        (after) =>
          db
            .selectFrom('ClinicalAudit')
            .selectAll()
            .where((where) =>
              where.or([
                where.and([where('entity_type', '=', 'PACIENTE'), where('entity_id', '=', id)]),
                where.and([
                  where('entity_type', 'in', ['NOTA', 'ESTUDIO', 'ESTADO_VISOR', 'RESULTADO', 'TRABAJO']),
                  sql<boolean>`(${names})`,
                ]),
              ]),
            )
            .where('id_audit', '>', after)
            .orderBy('id_audit')
            .limit(PAGE_ROWS)
            .execute(),
        (row) => row.id_audit,
      ),
  };
}
