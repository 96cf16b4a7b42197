import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** `column contains text`, whatever its case and accents; the pattern's wildcards are taken literally. */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} like ${`%${text.normalize('NFC').replace(/[!%_]/g, '!$&')}%`} escape '!'`;
}

/** Whether each word of a search is in at least one of the columns. A search without words finds every row. */
export function containsWords(columns: readonly string[], search: string | undefined): RawBuilder<SqlBool> {
  const words = search?.split(/\s+/).filter(Boolean) ?? [];
  const found = words.map(
    (word) =>
      sql`(${sql.join(
        columns.map((column) => contains(column, word)),
        sql` or `,
      )})`,
  );
  return sql<SqlBool>`${sql.join([sql`1 = 1`, ...found], sql` and `)}`;
}
