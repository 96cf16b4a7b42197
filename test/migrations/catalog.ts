import { createConnection, type Connection } from 'mysql2/promise';

/** Everything that a MySQL database is made of, by a name that says what it is: `column Plan.precio`. */
export type Catalog = Record<string, string>;

/** Reads what is there from `information_schema`. */
export async function readCatalog(connection: Connection): Promise<Catalog> {
  const catalog: Catalog = {};
  for (const query of QUERIES) {
    const [rows] = await connection.query(query);
    for (const row of rows as { name: string; definition: string | null }[]) catalog[row.name] = row.definition ?? '';
  }
  return catalog;
}

/** Parts that are gone, and parts that are now defined in another way: `name: before => after`, by name. */
export function lostOrChanged(before: Catalog, after: Catalog): string[] {
  return Object.entries(before)
    .filter(([name, definition]) => after[name] !== definition)
    .map(([name, definition]) => `${name}: ${definition} => ${after[name] ?? 'GONE'}`)
    .toSorted();
}

/** Opens a connection for the statements of a test, on UTC. */
export async function connect(url: string): Promise<Connection & AsyncDisposable> {
  const connection = await createConnection({ uri: url, timezone: 'Z', decimalNumbers: true });
  await connection.query("set time_zone = '+00:00', group_concat_max_len = 65536");
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.end() });
}

/** The rows of each table as they were, by the columns that are asked for. */
export async function readRows(connection: Connection, catalog: Catalog): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {};
  const columns = Object.keys(catalog).filter((name) => name.startsWith('column '));
  for (const table of new Set(columns.map((name) => name.slice('column '.length).split('.')[0] ?? ''))) {
    const names = columns.filter((name) => name.startsWith(`column ${table}.`)).map((name) => name.split('.')[1]);
    const [found] = await connection.query(
      `select ${names.map((name) => `\`${name}\``).join(', ')} from \`${table}\` order by 1`,
    );
    rows[table] = found;
  }
  return rows;
}

const QUERIES = [
  `select concat('table ', table_name) as name, concat_ws(' ', engine, table_collation) as definition
    from information_schema.tables where table_schema = database()`,
  `select concat('column ', table_name, '.', column_name) as name, concat_ws(' ', column_type, is_nullable,
      coalesce(column_default, 'NULL'), extra, collation_name, generation_expression) as definition
    from information_schema.columns where table_schema = database()`,
  `select concat('index ', table_name, '.', index_name) as name,
      concat(max(non_unique), ' ', group_concat(column_name order by seq_in_index)) as definition
    from information_schema.statistics where table_schema = database() group by table_name, index_name`,
  `select concat('foreign key ', k.table_name, '.', k.constraint_name) as name, concat_ws(' ', k.column_name,
      k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule) as definition
    from information_schema.key_column_usage k
    join information_schema.referential_constraints r
      on r.constraint_schema = k.table_schema and r.constraint_name = k.constraint_name and r.table_name = k.table_name
    where k.table_schema = database() and k.referenced_table_name is not null`,
  `select concat('check ', t.table_name, '.', t.constraint_name) as name, c.check_clause as definition
    from information_schema.table_constraints t
    join information_schema.check_constraints c
      on c.constraint_schema = t.constraint_schema and c.constraint_name = t.constraint_name
    where t.table_schema = database() and t.constraint_type = 'CHECK'`,
  `select concat('trigger ', trigger_name) as name, action_statement as definition
    from information_schema.triggers where trigger_schema = database()`,
  `select concat('routine ', routine_name) as name, routine_definition as definition
    from information_schema.routines where routine_schema = database()`,
  `select concat('event ', event_name) as name, concat_ws(' ', event_definition, interval_value, interval_field, status) as definition
    from information_schema.events where event_schema = database()`,
];
