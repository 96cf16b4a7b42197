import { sql, type RawBuilder } from 'kysely';
import type { SqlBool } from 'kysely';

/**
 * `column contains text`, with the pattern's wildcards taken literally. Case is ignored as the column's collation says
 * (on SQLite for A-Z only).
 */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} like ${`%${text.replace(/[!%_]/g, '!$&')}%`} escape '!'`;
}
