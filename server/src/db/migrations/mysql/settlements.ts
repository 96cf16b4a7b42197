import type { Session } from '../session.ts';

/** A conflict with one safe answer: the adoption settles it by itself. */
interface Settlement {
  /** The unique key that the rows break. */
  readonly key: string;
  readonly tables: readonly string[];
  /** One row with a column `count`: how many groups of rows there are to settle. */
  readonly count: string;
  /** In this order, each of them safe to repeat after a crash. */
  readonly statements: readonly string[];
  /** What the operator reads. */
  readonly report: (count: number) => string;
}

const RESULT_GROUPS = `
  select job_id, id_paciente, min(id_jobstl) as kept, count(*) as copies
  from JobSTL where id_paciente is not null group by job_id, id_paciente having count(*) > 1`;

/** The value of the newest row of the group that has one. */
function newest(column: string): string {
  return `first_value(${column}) over (partition by job_id, id_paciente order by ${column} is null, id_jobstl desc) as ${column}`;
}

/**
 * The predecessor's worker wrote the result of a job, and its `finalize` wrote it again for the same patient. The
 * oldest row stays, because viewer states and links name it; it takes the newest notes and sizes.
 */
const RESULT_TWICE: Settlement = {
  key: 'uq_jobstl_job_paciente',
  tables: ['JobSTL', 'VisorEstado'],
  count: `select count(*) as count from (${RESULT_GROUPS}) as repeated`,
  statements: [
    `update JobSTL as row_kept join (
      select id_jobstl, min(id_jobstl) over (partition by job_id, id_paciente) as kept,
        ${['notas', 'stl_size', 'num_stl_archivos'].map(newest).join(', ')}
      from JobSTL where id_paciente is not null
    ) as latest on latest.id_jobstl = row_kept.id_jobstl and latest.kept = row_kept.id_jobstl
    join (${RESULT_GROUPS}) as repeated on repeated.kept = row_kept.id_jobstl
    set row_kept.notas = latest.notas, row_kept.stl_size = latest.stl_size,
      row_kept.num_stl_archivos = latest.num_stl_archivos, row_kept.updated_at = row_kept.updated_at`,
    `update VisorEstado as state join JobSTL as copy on copy.id_jobstl = state.id_jobstl
    join (${RESULT_GROUPS}) as repeated on repeated.job_id = copy.job_id and repeated.id_paciente = copy.id_paciente
    set state.id_jobstl = repeated.kept, state.actualizado_en = state.actualizado_en
    where state.id_jobstl <> repeated.kept`,
    `delete copy from JobSTL as copy
    join (${RESULT_GROUPS}) as repeated on repeated.job_id = copy.job_id and repeated.id_paciente = copy.id_paciente
    where copy.id_jobstl <> repeated.kept`,
  ],
  report: (count) => `merged the results that stood twice for the same job and patient: ${count}`,
};

const SETTLEMENTS: readonly Settlement[] = [RESULT_TWICE];

/** Unique keys whose repeated rows are no conflict, because the adoption merges them. */
export const SETTLED_KEYS: ReadonlySet<string> = new Set(SETTLEMENTS.map(({ key }) => key));

/** What the adoption settles in this database. Only reads. */
export async function findSettlements(
  session: Session,
  existing: ReadonlyMap<string, unknown>,
): Promise<{ readonly statements: readonly string[]; readonly report: string }[]> {
  const found = [];
  for (const { tables, count, statements, report } of SETTLEMENTS) {
    if (!tables.every((table) => existing.has(table.toLowerCase()))) continue;
    const [row] = await session.run<{ count: number }>(count);
    const groups = row?.count ?? 0;
    if (groups > 0) found.push({ statements, report: report(groups) });
  }
  return found;
}
