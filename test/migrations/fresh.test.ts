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
});

const TABLES = {
  sqlite: "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
  mysql: 'select table_name as name from information_schema.tables where table_schema = database()',
};
