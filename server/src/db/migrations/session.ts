import { CompiledQuery } from 'kysely';

type Row = Record<string, unknown>;

/** One database connection for a whole migration. */
export interface Session {
  /** @param parameters values of the `?` in the text, in order */
  run<R extends Row = Row>(text: string, parameters?: readonly unknown[]): Promise<R[]>;
}

interface QueryRunner {
  executeQuery(query: CompiledQuery): Promise<{ readonly rows: unknown[] }>;
}

export function sessionOf(db: QueryRunner): Session {
  return {
    run: async <R extends Row>(text: string, parameters: readonly unknown[] = []) =>
      (await db.executeQuery(CompiledQuery.raw(text, [...parameters]))).rows as R[],
  };
}

/** The work of a migration. When it returns, the migration counts as applied; otherwise it runs again from its start. */
export interface Migration {
  readonly name: string;
  /**
   * @param change runs one statement that changes the database, and logs it
   * @param report logs a sentence for the operator: what the migration settled by itself
   */
  apply(
    session: Session,
    change: (statement: string) => Promise<void>,
    report: (sentence: string) => void,
  ): Promise<void>;
}
