import { sql, type RawBuilder, type SqlBool } from 'kysely';

/**
 * `isActiveAt` for queries: whether the subscription of this table alias is in force.
 *
 * @param alias the alias of `Suscripcion` in the query
 */
export function inForce(alias: string, now: Date): RawBuilder<SqlBool> {
  const column = (name: string) => sql.ref(`${alias}.${name}`);
  const expiry = column('fecha_expiracion');
  return sql<SqlBool>`(${column('estado')} = 'ACTIVA' and (${expiry} is null or ${expiry} > ${now}))`;
}
