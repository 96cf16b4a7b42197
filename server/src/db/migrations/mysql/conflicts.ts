import type { Conflict } from '../conflict.ts';
import type { Session } from '../session.ts';
import { type Existing, findTables } from './inspect.ts';
import { missingForeignKeys, missingUniqueKeys, quote, type Table } from './tables.ts';

/**
 * Rows that break a rule which the tables are about to get. Only reads.
 *
 * @returns an empty list when every rule can be added
 */
export async function findConflicts(session: Session, tables: readonly Table[]): Promise<Conflict[]> {
  const existing = await findTables(session);
  const conflicts: Conflict[] = [];
  for (const table of tables) {
    const present = existing.get(table.name.toLowerCase());
    if (!present) continue;
    conflicts.push(...(await repeatedKeys(session, table, present)));
    conflicts.push(...(await orphans(session, table, present, existing)));
  }
  for (const rule of RULES) {
    if (rule.tables.every((table) => existing.has(table.toLowerCase()))) {
      const rows = await session.run<{ found: string }>(rule.query);
      conflicts.push(...rows.map(({ found }) => ({ rule: rule.rule, rows: found, remedy: rule.remedy })));
    }
  }
  return conflicts;
}

interface Rule {
  readonly rule: string;
  readonly tables: readonly string[];
  /** One row for each conflict, with a column `found` that names the rows. */
  readonly query: string;
  readonly remedy: string;
}

function twoActive(payer: 'id_medico' | 'id_hospital'): Rule {
  return {
    rule: 'a payer has at most one ACTIVA subscription',
    tables: ['Suscripcion'],
    query: `
    select concat('Suscripcion ', group_concat(id_suscripcion order by id_suscripcion separator ', '),
      ' of ${payer} ', ${payer}) as found
    from Suscripcion where estado = 'ACTIVA' and ${payer} is not null group by ${payer} having count(*) > 1`,
    remedy:
      "keep the one that expires last and pause the others: UPDATE Suscripcion SET estado = 'PAUSADA' WHERE id_suscripcion = …",
  };
}

const RULES: readonly Rule[] = [
  twoActive('id_medico'),
  twoActive('id_hospital'),
  {
    rule: 'a subscription has exactly one payer',
    tables: ['Suscripcion'],
    query: `
      select concat('Suscripcion ', id_suscripcion) as found
      from Suscripcion where (id_medico is null) = (id_hospital is null)`,
    remedy: 'set one of id_medico and id_hospital to NULL, or give the subscription its payer',
  },
  {
    rule: 'a subscription expires after its start',
    tables: ['Suscripcion'],
    query: `
      select concat('Suscripcion ', id_suscripcion, ' from ', fecha_inicio, ' to ', fecha_expiracion) as found
      from Suscripcion where fecha_expiracion <= fecha_inicio`,
    remedy: 'correct fecha_inicio or fecha_expiracion',
  },
  {
    rule: 'a hospital code is unique over current and past codes',
    tables: ['Hospital', 'HospitalCode'],
    query: `
      select concat('code ', h.codigo, ' of Hospital ', h.id_hospital, ' is also HospitalCode ', c.id_hospital_code,
        ' of Hospital ', c.id_hospital) as found
      from Hospital h join HospitalCode c on c.codigo = h.codigo and c.id_hospital <> h.id_hospital`,
    remedy: 'give the hospital another code: UPDATE Hospital SET codigo = … WHERE id_hospital = …',
  },
];

async function repeatedKeys(session: Session, table: Table, present: Existing): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const [name, columns] of missingUniqueKeys(table, present)) {
    // a key over columns that are new has only nulls, or is computed: those have a rule of their own
    if (!columns.every((column) => present.columns.has(column.toLowerCase()))) continue;
    const key = quote(table.primary[0] ?? '');
    const rows = await session.run<{ found: string }>(`
      select concat('${table.name} ', group_concat(${key} order by ${key} separator ', '), ' with ',
        concat_ws(' ', ${columns.map(quote).join(', ')})) as found
      from ${quote(table.name)} where ${columns.map((column) => `${quote(column)} is not null`).join(' and ')}
      group by ${columns.map(quote).join(', ')} having count(*) > 1`);
    conflicts.push(
      ...rows.map(({ found }) => ({
        rule: `(${columns.join(', ')}) is unique in ${table.name} (${name})`,
        rows: found,
        remedy: `merge these rows into one, or change ${columns.at(-1)} of all but one`,
      })),
    );
  }
  return conflicts;
}

async function orphans(
  session: Session,
  table: Table,
  present: Existing,
  existing: ReadonlyMap<string, Existing>,
): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const [, { column, references }] of missingForeignKeys(table, present)) {
    const [target, targetColumn] = references;
    if (!present.columns.has(column.toLowerCase()) || !existing.has(target.toLowerCase())) continue;
    const rows = await session.run<{ found: string }>(`
      select concat('${table.name} ', t.${quote(table.primary[0] ?? '')}, ' with ${column} ', t.${quote(column)}) as found
      from ${quote(table.name)} t left join ${quote(target)} r on r.${quote(targetColumn)} = t.${quote(column)}
      where t.${quote(column)} is not null and r.${quote(targetColumn)} is null limit 100`);
    conflicts.push(
      ...rows.map(({ found }) => ({
        rule: `${table.name}.${column} names a row of ${target}`,
        rows: found,
        remedy: `remove the row, or point ${column} to a row that exists`,
      })),
    );
  }
  return conflicts;
}
