import type { Session } from '../session.ts';
import { type Existing, findTables } from './inspect.ts';

/** The required minimum of a table. Anything beyond it stays as it is. */
export interface Table {
  readonly name: string;
  /** Column name to its declaration. An existing column stays as it is, except that it can become wider. */
  readonly columns: Readonly<Record<string, string>>;
  readonly primary: readonly string[];
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  readonly checks?: Readonly<Record<string, string>>;
  readonly foreign?: Readonly<Record<string, ForeignKey>>;
}

export interface ForeignKey {
  readonly column: string;
  readonly references: readonly [table: string, column: string];
  readonly onDelete?: 'set null' | 'cascade';
}

/**
 * Creates the missing parts of the tables, in their order. It runs one statement for each table, so that a crash leaves whole
 * tables, and reads the present schema each time, so that the next run continues. It drops, renames and narrows nothing.
 */
export async function ensureTables(
  session: Session,
  tables: readonly Table[],
  change: (statement: string) => Promise<void>,
): Promise<void> {
  const existing = await findTables(session);
  for (const table of tables) {
    const present = existing.get(table.name.toLowerCase());
    if (!present) await change(createTable(table));
    else {
      const missing = missingParts(table, present);
      if (missing.length > 0) await change(`alter table ${quote(table.name)} ${missing.join(', ')}`);
    }
  }
}

/** The missing unique keys of an existing table. A key of another name on the same columns counts. */
export function missingUniqueKeys(table: Table, present: Existing): [name: string, columns: readonly string[]][] {
  return Object.entries(table.unique ?? {}).filter(
    ([name, columns]) => !present.indexes.has(name.toLowerCase()) && !present.uniqueColumns.has(list(columns)),
  );
}

/** The missing foreign keys of an existing table; names do not matter. */
export function missingForeignKeys(table: Table, present: Existing): [name: string, key: ForeignKey][] {
  return Object.entries(table.foreign ?? {}).filter(
    ([, { column }]) => !present.foreignColumns.has(column.toLowerCase()),
  );
}

export function quote(name: string): string {
  return `\`${name}\``;
}

function createTable(table: Table): string {
  const parts = [
    ...Object.entries(table.columns).map(([name, declaration]) => `${quote(name)} ${declaration}`),
    `primary key (${quoted(table.primary)})`,
    ...Object.entries(table.unique ?? {}).map(([name, columns]) => `unique key ${quote(name)} (${quoted(columns)})`),
    ...Object.entries(table.indexes ?? {}).map(([name, columns]) => `key ${quote(name)} (${quoted(columns)})`),
    ...Object.entries(table.checks ?? {}).map(check),
    ...Object.entries(table.foreign ?? {}).map(foreignKey),
  ];
  return `create table ${quote(table.name)} (${parts.join(', ')}) default character set utf8mb4 collate utf8mb4_general_ci engine = InnoDB`;
}

function missingParts(table: Table, present: Existing): string[] {
  return [
    ...Object.entries(table.columns)
      .filter(([name]) => !present.columns.has(name.toLowerCase()))
      .map(([name, declaration]) => `add column ${quote(name)} ${declaration}`),
    ...widenings(table, present),
    ...missingUniqueKeys(table, present).map(([name, columns]) => `add unique key ${quote(name)} (${quoted(columns)})`),
    ...Object.entries(table.indexes ?? {})
      .filter(([name]) => !present.indexes.has(name.toLowerCase()))
      .map(([name, columns]) => `add key ${quote(name)} (${quoted(columns)})`),
    ...Object.entries(table.checks ?? {})
      .filter(([name]) => !present.checks.has(name.toLowerCase()))
      .map((entry) => `add ${check(entry)}`),
    ...missingForeignKeys(table, present).map((entry) => `add ${foreignKey(entry)}`),
  ];
}

/** `text` to `mediumtext`; everything else of the column stays. */
function widenings(table: Table, present: Existing): string[] {
  return Object.entries(table.columns).flatMap(([name, declaration]) => {
    const column = present.columns.get(name.toLowerCase());
    if (!column || !declaration.startsWith('mediumtext') || !NARROWER.has(column.type)) return [];
    const collation = column.collation ? ` collate ${column.collation}` : '';
    const comment = column.comment ? ` comment '${column.comment.replaceAll("'", "''")}'` : '';
    return [`modify column ${quote(name)} mediumtext${collation} ${column.nullable ? 'null' : 'not null'}${comment}`];
  });
}

const NARROWER = new Set(['tinytext', 'text']);

function check([name, expression]: [string, string]): string {
  return `constraint ${quote(name)} check (${expression})`;
}

function foreignKey([name, { column, references, onDelete }]: [string, ForeignKey]): string {
  return (
    `constraint ${quote(name)} foreign key (${quote(column)}) references ${quote(references[0])} (${quote(references[1])})` +
    (onDelete ? ` on delete ${onDelete}` : '')
  );
}

function quoted(columns: readonly string[]): string {
  return columns.map(quote).join(', ');
}
function list(columns: readonly string[]): string {
  return columns.join(',').toLowerCase();
}
