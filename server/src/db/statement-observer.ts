import type { DatabaseConnection } from 'kysely';

/** Sees every statement. The text holds columns and placeholders only; an observer must not pass it on. */
export type StatementObserver = <T>(sql: string, run: () => Promise<T>) => Promise<T>;

/** Lets an observer see the statements of a connection. */
export function observeConnection<C extends DatabaseConnection>(connection: C, observe: StatementObserver): C {
  const run = connection.executeQuery.bind(connection);
  connection.executeQuery = (query, options) => observe(query.sql, () => run(query, options));
  return connection;
}
