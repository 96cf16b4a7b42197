import type { Connection, RowDataPacket } from 'mysql2/promise';

/** A table that exists while an import runs. Other tables beside it are the remains of a killed import. */
const MARKER = 'som3d_import';

interface Part {
  readonly kind: 'TABLE' | 'VIEW' | 'PROCEDURE' | 'FUNCTION' | 'EVENT' | 'SEQUENCE';
  readonly name: string;
}

/** The kinds of objects of a database. Triggers disappear with their tables. */
async function partsOf(connection: Connection): Promise<Part[]> {
  const [rows] = await connection.query<(RowDataPacket & Part)[]>(PARTS);
  return rows;
}

/** The obstacles to an import: names of up to five objects, with their kind. Empty without obstacles. */
export async function describeContents(connection: Connection): Promise<string> {
  const parts = await partsOf(connection);
  const named = parts.slice(0, SHOWN).map(({ kind, name }) => `${kind.toLowerCase()} ${name}`);
  return [...named, ...(parts.length > SHOWN ? [`${parts.length - SHOWN} more`] : [])].join(', ');
}

/** Whether the database holds an unfinished import. It never mistakes an adopted database for one. */
export async function isUnfinished(connection: Connection): Promise<boolean> {
  const names = new Set((await partsOf(connection)).map(({ name }) => name));
  return names.has(MARKER) && !names.has('som3d_migration');
}

export async function setMarker(connection: Connection): Promise<void> {
  await connection.query(`create table ${MARKER} (id int not null primary key)`);
}

export async function removeMarker(connection: Connection): Promise<void> {
  await connection.query(`drop table ${MARKER}`);
}

/** Empties a database that was empty before the import: it drops everything, the marker last. */
export async function dropEverything(connection: Connection): Promise<void> {
  await connection.query('set session foreign_key_checks = 0');
  const parts = await partsOf(connection);
  // events first, so that none of them runs on a half-empty database
  const order = ['EVENT', 'VIEW', 'PROCEDURE', 'FUNCTION', 'TABLE', 'SEQUENCE'];
  const rank = ({ kind, name }: Part): number => (name === MARKER ? order.length : order.indexOf(kind));
  for (const { kind, name } of parts.toSorted((a, b) => rank(a) - rank(b))) {
    await connection.query(`drop ${kind} if exists \`${name.replaceAll('`', '``')}\``);
  }
}

const SHOWN = 5;
const PARTS = `
  select case table_type when 'VIEW' then 'VIEW' when 'SEQUENCE' then 'SEQUENCE' else 'TABLE' end as kind, table_name as name
    from information_schema.tables where table_schema = database()
  union all select routine_type, routine_name from information_schema.routines where routine_schema = database()
  union all select 'EVENT', event_name from information_schema.events where event_schema = database()
  order by kind, name`;
