import { sql, type RawBuilder, type SqlBool } from 'kysely';

/** The pattern of what contains a text; the wildcards in it are taken literally. */
export function patternOf(text: string): string {
  return `%${text.normalize('NFC').replace(/[!%_]/g, '!$&')}%`;
}

/** The pattern of each word of a search. */
export function patternsOf(search: string | undefined): string[] {
  return search?.split(/\s+/).filter(Boolean).map(patternOf) ?? [];
}

/** Whether a column matches a pattern of `patternOf`, whatever its case and accents. */
export function matches(column: string, pattern: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} like ${pattern} escape '!'`;
}

/** Whether each pattern is in at least one of the columns. Without patterns it finds every row. */
export function matchesEach(columns: readonly string[], patterns: readonly string[]): RawBuilder<SqlBool> {
  const found = patterns.map(
    (pattern) =>
      sql`(${sql.join(
        columns.map((column) => matches(column, pattern)),
        sql` or `,
      )})`,
  );
  return sql<SqlBool>`${sql.join([sql`1 = 1`, ...found], sql` and `)}`;
}

/** Whether each word of a search is in at least one of the columns. A search without words finds every row. */
export function containsWords(columns: readonly string[], search: string | undefined): RawBuilder<SqlBool> {
  return matchesEach(columns, patternsOf(search));
}
