import { sql, type RawBuilder } from 'kysely';
import type { SqlBool } from 'kysely';

/**
 * `column contains text`, with the pattern's wildcards taken literally. Case is ignored as the column's collation says
 * (on SQLite for A-Z only).
 */
export const contains = (column: string, text: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.ref(column)} like ${`%${text.replace(/[!%_]/g, '!$&')}%`} escape '!'`;
