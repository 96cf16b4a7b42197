import type { Connection, RowDataPacket } from 'mysql2/promise';

/**
 * The selects from some tables that the service sends while `work` runs, as the server's general log has them: with their
 * values. Other tables are those of what runs beside the requests.
 */
export async function statementsOf(
  database: Connection,
  tables: readonly string[],
  work: () => Promise<unknown>,
): Promise<string[]> {
  await database.query("set global log_output = 'TABLE'");
  await database.query('truncate mysql.general_log');
  await database.query('set global general_log = 1');
  await work();
  await database.query('set global general_log = 0');
  const [rows] = await database.query<RowDataPacket[]>(
    "select convert(argument using utf8mb4) as statement from mysql.general_log where command_type in ('Query', 'Execute') order by event_time",
  );
  const select = new RegExp(`^\\s*select .* from \`?(?:${tables.join('|')})\\b`, 'is');
  return rows.map((row) => String(row['statement'])).filter((text) => select.test(text));
}
