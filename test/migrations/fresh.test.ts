import { databases, entities } from '@som3d/server/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { createDatabase, createEmptyDatabase, databaseKinds, isMariaDb, SILENT } from '../support/database.ts';

describe.each(databaseKinds())('an empty database on %s', (kind) => {
  // the comparison does not understand how MariaDB words its catalogue; the statements are the same as for MySQL
  test.skipIf(kind === 'mysql' && isMariaDb())('gets the schema that the entities describe', async () => {
    await using database = await createDatabase(kind);
    expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
  });

  test('gets every table, and no other', async () => {
    await using database = await createDatabase(kind);
    const { rows } = await sql<{ name: string }>`${sql.raw(TABLES[kind])}`.execute(databases.kysely(database.orm.em));
    expect(new Set(rows.map(({ name }) => name))).toEqual(
      new Set([...entities.all.map(({ meta }) => meta.tableName), 'som3d_migration']),
    );
  });

  test('names what is pending, and nothing once it is migrated', async () => {
    await using database = await createEmptyDatabase(kind);
    const orm = await database.open();
    const pending = await databases.pendingMigrations(orm);
    expect(pending).not.toEqual([]);
    expect((await databases.migrate(orm, SILENT)).applied).toEqual(pending);
    expect(await databases.pendingMigrations(orm)).toEqual([]);
    expect(await databases.migrate(orm, SILENT)).toEqual({ applied: [], settled: [], statements: [] });
  });

  test('reports every statement', async () => {
    await using database = await createEmptyDatabase(kind);
    const logged: unknown[] = [];
    const { statements } = await databases.migrate(await database.open(), { info: (fields) => logged.push(fields) });
    expect(statements.length).toBeGreaterThan(0);
    expect(logged).toEqual(statements.map((statement) => ({ statement })));
  });

  test('is migrated once by several at the same time', async () => {
    await using database = await createEmptyDatabase(kind);
    const orms = await Promise.all([database.open(), database.open(), database.open()]);
    const reports = await Promise.all(orms.map((orm) => databases.migrate(orm, SILENT)));
    expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  test('asks about the checkouts that were open before the service asked about any', async () => {
    await using database = await createDatabase(kind);
    const db = databases.kysely(database.orm.em.fork());
    const undone = [
      kind === 'mysql' ? 'drop index idx_epaycocheckout_due on epayco_checkout' : 'drop index idx_epaycocheckout_due',
      ...ADDED.map(([table, column]) => `alter table ${table} drop column ${column}`),
      "delete from som3d_migration where name = '0005-payment-questions'",
    ];
    for (const statement of undone) await sql.raw(statement).execute(db);
    const created_at = new Date('2026-03-08T07:30:15.250Z');
    const states = ['ABIERTO', 'PAGADO', 'ABIERTO'] as const;
    for (const [at, estado] of states.entries()) {
      const row = { invoice: `factura-${at}`, amount: 1, duracion_meses: 1, estado, created_at };
      await db.insertInto('epayco_checkout').values(row).execute();
    }
    const { applied } = await databases.migrate(await database.open(), SILENT);
    expect(applied).toEqual(['0005-payment-questions']);
    const columns = ['estado', 'attempts', 'next_attempt_at'] as const;
    const rows = await db.selectFrom('epayco_checkout').select(columns).orderBy('id_checkout').execute();
    expect(rows).toEqual([
      { estado: 'ABIERTO', attempts: 0, next_attempt_at: created_at },
      { estado: 'PAGADO', attempts: 0, next_attempt_at: null },
      { estado: 'ABIERTO', attempts: 0, next_attempt_at: created_at },
    ]);
    expect(await database.orm.schema.getUpdateSchemaSQL()).toBe('');
  });
});

/** What migration 0005 adds. */
const ADDED = [
  ['epayco_checkout', 'attempts'],
  ['epayco_checkout', 'last_error'],
  ['epayco_checkout', 'next_attempt_at'],
  ['epayco_checkout', 'lease_token'],
  ['epayco_checkout', 'lease_expires_at'],
  ['epayco_event', 'origen'],
  ['epayco_event', 'last_attempt_at'],
  ['epayco_event', 'por_reembolsar'],
  ['epayco_event', 'aceptado_por'],
] as const;

const TABLES = {
  sqlite: "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
  mysql: 'select table_name as name from information_schema.tables where table_schema = database()',
};
