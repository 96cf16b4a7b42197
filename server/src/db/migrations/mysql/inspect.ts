import type { Session } from '../session.ts';

/** The columns and keys of an existing table; all names in lower case. */
export interface Existing {
  readonly columns: Map<string, ExistingColumn>;
  readonly indexes: Set<string>;
  /** The column lists, `a,b`, of the primary and unique keys. */
  readonly uniqueColumns: Set<string>;
  readonly checks: Set<string>;
  /** The columns that are foreign keys. */
  readonly foreignColumns: Set<string>;
}

interface ExistingColumn {
  readonly type: string;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly comment: string;
}

/** The tables of the connected database, by their names in lower case. */
export async function findTables(session: Session): Promise<Map<string, Existing>> {
  const tables = new Map<string, Existing>();
  const at = (table: string): Existing | undefined => tables.get(table.toLowerCase());

  for (const { table } of await session.run<Named>(TABLES)) {
    tables.set(table.toLowerCase(), {
      columns: new Map(),
      indexes: new Set(),
      uniqueColumns: new Set(),
      checks: new Set(),
      foreignColumns: new Set(),
    });
  }
  for (const { table, name, type, nullable, collation, comment } of await session.run<ColumnRow>(COLUMNS)) {
    const column = { type: type.toLowerCase(), nullable: nullable === 'YES', collation, comment: comment ?? '' };
    at(table)?.columns.set(name.toLowerCase(), column);
  }
  for (const { table, name, columns, unique_key: unique } of await session.run<IndexRow>(INDEXES)) {
    at(table)?.indexes.add(name.toLowerCase());
    if (unique) at(table)?.uniqueColumns.add(columns.toLowerCase());
  }
  for (const { table, name } of await session.run<Named>(CHECKS)) at(table)?.checks.add(name.toLowerCase());
  for (const { table, name } of await session.run<Named>(FOREIGN)) at(table)?.foreignColumns.add(name.toLowerCase());
  return tables;
}

type Named = { table: string; name: string };
type ColumnRow = Named & { type: string; nullable: string; collation: string | null; comment: string | null };
type IndexRow = Named & { columns: string; unique_key: 0 | 1 };

const TABLES = `
  select table_name as \`table\`, table_name as name from information_schema.tables
  where table_schema = database() and table_type = 'BASE TABLE'`;

const COLUMNS = `
  select table_name as \`table\`, column_name as name, data_type as type, is_nullable as nullable,
    collation_name as collation, column_comment as comment
  from information_schema.columns where table_schema = database()`;

const INDEXES = `
  select table_name as \`table\`, index_name as name, max(non_unique = 0) as unique_key,
    group_concat(column_name order by seq_in_index) as columns
  from information_schema.statistics where table_schema = database() group by table_name, index_name`;

const CHECKS = `
  select table_name as \`table\`, constraint_name as name from information_schema.table_constraints
  where table_schema = database() and constraint_type = 'CHECK'`;

const FOREIGN = `
  select table_name as \`table\`, column_name as name from information_schema.key_column_usage
  where table_schema = database() and referenced_table_name is not null`;
