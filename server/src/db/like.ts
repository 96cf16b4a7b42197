import { sql, type RawBuilder } from 'kysely';
import type { SqlBool } from 'kysely';

/**
 * `column contains text`, with literal wildcards. The column's collation decides about case (SQLite ignores it for A-Z
 * only).
 */
export function contains(column: string, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} like ${`%${text.replace(/[!%_]/g, '!$&')}%`} escape '!'`;
}
