import type { Conflict } from '../conflict.ts';
import type { Session } from '../session.ts';
import { type Existing, findTables } from './inspect.ts';
import { SETTLED_KEYS } from './settlements.ts';
import { type ForeignKey, missingForeignKeys, missingUniqueKeys, quote, type Table } from './tables.ts';

/** Orphans that are looked up of one foreign key. */
const MAX_ORPHANS = 1000;

/**
 * Finds rows that break a rule of this migration. It only reads.
 *
 * @returns an empty list when the migration can add every rule
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
  for (const { tables: needed, rule, query, remedy } of RULES) {
    if (!needed.every((table) => existing.has(table.toLowerCase()))) continue;
    const rows = await session.run<Found>(query);
    conflicts.push(...rows.map(({ found, settle }) => ({ rule, rows: found, remedy, sql: settle })));
  }
  return conflicts;
}

/** `found` names the rows, `settle` holds the SQL that settles them. */
type Found = { found: string; settle: string };

interface Rule {
  readonly rule: string;
  readonly tables: readonly string[];
  /** One row of `Found` for each conflict. */
  readonly query: string;
  readonly remedy: string;
}

function twoActive(payer: 'id_medico' | 'id_hospital'): Rule {
  return {
    rule: 'a payer has at most one ACTIVA subscription',
    tables: ['Suscripcion'],
    query: `
    select concat('Suscripcion ', group_concat(id_suscripcion order by id_suscripcion separator ', '),
      ' of ${payer} ', ${payer}) as found,
      concat('UPDATE Suscripcion SET estado = ''PAUSADA'' WHERE ${payer} = ', ${payer},
        ' AND estado = ''ACTIVA'' AND id_suscripcion <> ',
        substring_index(group_concat(id_suscripcion
          order by fecha_expiracion is null desc, fecha_expiracion desc, id_suscripcion desc), ',', 1), ';') as settle
    from Suscripcion where estado = 'ACTIVA' and ${payer} is not null group by ${payer} having count(*) > 1`,
    remedy: 'keep the subscription that expires last and pause the others',
  };
}

const RULES: readonly Rule[] = [
  twoActive('id_medico'),
  twoActive('id_hospital'),
  {
    rule: 'a subscription has exactly one payer',
    tables: ['Suscripcion'],
    query: `
      select concat('Suscripcion ', id_suscripcion) as found,
        concat('UPDATE Suscripcion SET ', if(id_medico is null, 'id_medico = …', 'id_hospital = NULL'),
          ' WHERE id_suscripcion = ', id_suscripcion, ';') as settle
      from Suscripcion where (id_medico is null) = (id_hospital is null)`,
    remedy: 'give the subscription its payer, or set one of id_medico and id_hospital to NULL',
  },
  {
    rule: 'a subscription expires after its start',
    tables: ['Suscripcion'],
    query: `
      select concat('Suscripcion ', id_suscripcion, ' from ', fecha_inicio, ' to ', fecha_expiracion) as found,
        concat('UPDATE Suscripcion SET fecha_inicio = ''', fecha_expiracion - interval 1 second,
          ''' WHERE id_suscripcion = ', id_suscripcion, ';') as settle
      from Suscripcion where fecha_expiracion <= fecha_inicio`,
    remedy: 'correct fecha_inicio or fecha_expiracion',
  },
  {
    rule: 'a hospital code is unique over current and past codes',
    tables: ['Hospital', 'HospitalCode'],
    query: `
      select concat('code ', h.codigo, ' of Hospital ', h.id_hospital, ' is also HospitalCode ', c.id_hospital_code,
        ' of Hospital ', c.id_hospital) as found,
        concat('UPDATE Hospital SET codigo = ''…'' WHERE id_hospital = ', h.id_hospital, ';') as settle
      from Hospital h join HospitalCode c on c.codigo = h.codigo and c.id_hospital <> h.id_hospital`,
    remedy: 'give the hospital another code',
  },
];

async function repeatedKeys(session: Session, table: Table, present: Existing): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const [name, columns] of missingUniqueKeys(table, present)) {
    if (SETTLED_KEYS.has(name)) continue;
    // A key over new columns holds only nulls, or is computed. Computed keys have a rule of their own.
    if (!columns.every((column) => present.columns.has(column.toLowerCase()))) continue;
    const key = quote(table.primary[0] ?? '');
    const last = columns.at(-1) ?? '';
    const rows = await session.run<Found>(`
      select concat('${table.name} ', group_concat(${key} order by ${key} separator ', '), ' with ',
        concat_ws(' ', ${columns.map(quote).join(', ')})) as found,
        concat('UPDATE ${table.name} SET ${last} = … WHERE ${table.primary[0] ?? ''} IN (',
          substring(group_concat(${key} order by ${key} separator ', '), length(min(${key})) + 3), ');') as settle
      from ${quote(table.name)} where ${columns.map((column) => `${quote(column)} is not null`).join(' and ')}
      group by ${columns.map(quote).join(', ')} having count(*) > 1`);
    const rule = `(${columns.join(', ')}) is unique in ${table.name} (${name})`;
    const remedy = `merge these rows into one, or change ${last} of all but one`;
    conflicts.push(...rows.map(({ found, settle }) => ({ rule, rows: found, remedy, sql: settle })));
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
    const held = present.columns.get(column.toLowerCase());
    if (!held || !existing.has(target.toLowerCase())) continue;
    const key = table.primary[0] ?? '';
    const rows = await session.run<{ id: string | number; value: string | number }>(`
      select t.${quote(key)} as id, t.${quote(column)} as value
      from ${quote(table.name)} t left join ${quote(target)} r on r.${quote(targetColumn)} = t.${quote(column)}
      where t.${quote(column)} is not null and r.${quote(targetColumn)} is null limit ${MAX_ORPHANS}`);
    conflicts.push(...rows.map((row) => orphan(table, { column, references }, held.nullable, row)));
  }
  return conflicts;
}

function orphan(
  table: Table,
  { column, references: [target] }: ForeignKey,
  nullable: boolean,
  { id, value }: { readonly id: string | number; readonly value: string | number },
): Conflict {
  const where = `WHERE ${table.primary[0] ?? ''} = ${typeof id === 'number' ? id : `'${id.replaceAll("'", "''")}'`};`;
  return {
    rule: `${table.name}.${column} names a row of ${target}`,
    rows: `${table.name} ${id} with ${column} ${value}`,
    remedy: `point ${column} to a row that exists, ${nullable ? 'empty it' : 'or remove the row'}`,
    sql: nullable ? `UPDATE ${table.name} SET ${column} = NULL ${where}` : `DELETE FROM ${table.name} ${where}`,
  };
}
