import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { databases } from '@som3d/server/testing';
import { describe, expect, test } from 'vitest';
import { createEmptyDatabase, databaseKinds, isMariaDb, SILENT, type TestDatabase } from '../support/database.ts';
import { type Catalog, connect, lostOrChanged, readCatalog, readRows } from './catalog.ts';
import {
  BCRYPT_HASH,
  PREDECESSOR_REFRESH_SESSIONS,
  PREDECESSOR_ROWS,
  PREDECESSOR_SCHEMA,
  PREDECESSOR_STATEMENTS,
} from './predecessor.sql.ts';

describe.runIf(databaseKinds().includes('mysql'))("the predecessor's database", () => {
  test('gets what it lacks, and keeps everything it has', async () => {
    await using database = await predecessor();
    await using connection = await connect(urlOf(database));
    const before = await readCatalog(connection);
    const rows = await readRows(connection, before);
    await databases.migrate(await database.open(), SILENT);
    const after = await readCatalog(connection);

    expect(lostOrChanged(before, after)).toEqual(WIDENED.map((name) => widening(name, before, after)));
    expect(await readRows(connection, before)).toEqual(rows);
    expect(after).toHaveProperty(['table auth_refresh_session']);
    expect(after).toHaveProperty(['column JobConv.lease_token']);
  });

  test('has the schema of a new database but for the names and the check that were there before', async () => {
    await using database = await predecessor();
    await using fresh = await createEmptyDatabase('mysql');
    await databases.migrate(await database.open(), SILENT);
    await databases.migrate(await fresh.open(), SILENT);
    await using connection = await connect(urlOf(database));
    await using freshConnection = await connect(urlOf(fresh));
    const adopted = await readCatalog(connection);
    const different = lostOrChanged(await readCatalog(freshConnection), adopted);
    // a foreign key that was there has the name that the predecessor's server gave it
    expect(different.filter((part) => !part.startsWith('foreign key '))).toEqual([]);
    // see fresh.test.ts
    if (isMariaDb()) return;
    const orm = await database.open();
    const changes = await orm.schema.getUpdateSchemaSQL({ safe: true });
    const lines = changes.split('\n').filter((line) => line.startsWith('alter') && !FOREIGN_KEY_BY_NAME.test(line));
    expect(lines).toEqual(['alter table `Suscripcion` drop constraint `chk_suscripcion_payer`;']);
  });

  test('dates its jobs by their own history, and gives them their phase', async () => {
    await using database = await predecessor();
    await databases.migrate(await database.open(), SILENT);
    await using connection = await connect(urlOf(database));
    const [jobs] = await connection.query(
      'select job_id, created_at, updated_at, phase, percent from JobConv order by 1',
    );
    expect(jobs).toEqual([
      {
        job_id: 'job-1',
        created_at: new Date('2025-05-01T10:00:00Z'),
        updated_at: new Date('2025-05-01T10:30:00Z'),
        phase: 'finished',
        percent: 100,
      },
      {
        job_id: 'job-2',
        created_at: new Date('2025-05-02T10:00:00Z'),
        updated_at: new Date('2025-05-02T10:01:00Z'),
        phase: 'error',
        percent: 0,
      },
    ]);
    const [users] = await connection.query('select contrasena from Usuario where id_usuario = 2');
    expect(users).toEqual([{ contrasena: BCRYPT_HASH }]);
  });

  test('is not changed by a second run, also with refresh sessions of its own', async () => {
    await using database = await predecessor(PREDECESSOR_REFRESH_SESSIONS);
    const orm = await database.open();
    await databases.migrate(orm, SILENT);
    await using connection = await connect(urlOf(database));
    const once = await readCatalog(connection);
    await connection.query('delete from som3d_migration');
    const again = await databases.migrate(orm, SILENT);
    expect(again.statements.filter((statement) => !/^\s*update JobConv/.test(statement))).toEqual([]);
    expect(await readCatalog(connection)).toEqual(once);
  });

  test('is adopted once by two at the same time', async () => {
    await using database = await predecessor();
    const reports = await Promise.all(
      [await database.open(), await database.open()].map((orm) => databases.migrate(orm, SILENT)),
    );
    expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
  });

  test('still serves the statements of the predecessor', async () => {
    await using database = await predecessor();
    await databases.migrate(await database.open(), SILENT);
    await using connection = await connect(urlOf(database));
    for (const statement of PREDECESSOR_STATEMENTS) await connection.query(statement);
    const [active] = await connection.query("select id_suscripcion from Suscripcion where estado = 'ACTIVA'");
    expect(active).toEqual([{ id_suscripcion: 1 }, { id_suscripcion: 3 }]);
  });

  test('still has its own rules', async () => {
    await using database = await predecessor();
    await databases.migrate(await database.open(), SILENT);
    await using connection = await connect(urlOf(database));
    await expect(
      connection.query("insert into Pago (id_suscripcion, referencia_epayco, monto) values (1, 'low', 1)"),
    ).rejects.toThrow('monto menor al precio del plan');
  });

  const expectFinishedAfterEvery = async (nth: number): Promise<void> => {
    await using reference = await predecessor();
    const { statements } = await databases.migrate(await reference.open(), SILENT);
    await using referenceConnection = await connect(urlOf(reference));
    const expected = await readCatalog(referenceConnection);
    expect(statements.filter(isDefinition).length).toBeGreaterThan(10);

    for (let killedAfter = 1; killedAfter <= statements.length; killedAfter += nth) {
      await using database = await predecessor();
      await expect(migrateAndDie(urlOf(database), killedAfter)).rejects.toMatchObject({ signal: 'SIGKILL' });
      const { statements: rest } = await databases.migrate(await database.open(), SILENT);
      await using connection = await connect(urlOf(database));
      expect(await readCatalog(connection), `killed after ${killedAfter}`).toEqual(expected);
      expect(rest.filter(isDefinition)).toEqual(statements.slice(killedAfter).filter(isDefinition));
    }
  };

  test('is finished by the next run when one is killed after any thirtieth statement', () =>
    expectFinishedAfterEvery(30));
  test('is finished by the next run when one is killed after any statement', { timeout: 600_000, tags: ['long'] }, () =>
    expectFinishedAfterEvery(1),
  );
});

describe.runIf(databaseKinds().includes('mysql'))('rows that break a new rule', () => {
  test.each([
    {
      rule: 'two ACTIVA of a doctor',
      rows: ["update Suscripcion set estado = 'ACTIVA' where id_suscripcion = 2"],
      found: ['Suscripcion 1, 2 of id_medico 1'],
    },
    {
      rule: 'two ACTIVA of a hospital',
      rows: ["insert into Suscripcion (id_hospital, id_plan, estado) values (1, 1, 'ACTIVA')"],
      found: ['Suscripcion 3, 4 of id_hospital 1'],
    },
    {
      rule: 'a document twice of one doctor',
      rows: [
        "insert into Paciente (id_medico, doc_tipo, doc_numero, nombres, apellidos) values (1, 'cc', '1001', 'X', 'Y')",
      ],
      found: ['Paciente 1, 5 with 1 CC 1001'],
    },
    {
      rule: "a hospital's code that was another's",
      rows: [
        "insert into Hospital (nombre, codigo) values ('Clínica', 'VIEJO')",
        "insert into HospitalCode (id_hospital, codigo) values (1, 'VIEJO')",
      ],
      found: ['code VIEJO of Hospital 2 is also HospitalCode 2 of Hospital 1'],
    },
    {
      rule: 'an expiry that is not after the start, and no payer',
      rows: [
        'drop trigger trg_suscripcion_bu',
        'alter table Suscripcion drop constraint chk_suscripcion_payer',
        'update Suscripcion set fecha_expiracion = fecha_inicio where id_suscripcion = 2',
        'update Suscripcion set id_hospital = null where id_suscripcion = 3',
      ],
      found: ['Suscripcion 3', 'Suscripcion 2 from 2024-01-01 00:00:00 to 2024-01-01 00:00:00'],
    },
  ])('are named, and nothing is changed: $rule', async ({ rows, found }) => {
    await using database = await predecessor();
    await using connection = await connect(urlOf(database));
    for (const row of rows) await connection.query(row);
    const before = await readCatalog(connection);
    const failure = await databases.migrate(await database.open(), SILENT).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(databases.MigrationConflictError);
    const { conflicts, message } = failure as databases.MigrationConflictError;
    expect(conflicts.map((conflict) => conflict.rows)).toEqual(found);
    for (const { remedy, sql } of conflicts) expect(message).toContain(`${remedy}\n  ${sql}`);
    expect(await readCatalog(connection)).toEqual(before);
  });

  test('come with SQL that settles them', async () => {
    await using database = await predecessor();
    await using connection = await connect(urlOf(database));
    await connection.query("update Suscripcion set estado = 'ACTIVA' where id_suscripcion = 2");
    const orm = await database.open();
    const failure = await databases.migrate(orm, SILENT).catch((error: unknown) => error);
    for (const { sql } of (failure as databases.MigrationConflictError).conflicts) await connection.query(sql);
    expect(await databases.migrate(orm, SILENT)).toMatchObject({ applied: expect.arrayContaining(['0001-adopt']) });
  });

  test('are printed whole up to twenty, and counted beyond', async () => {
    await using database = await predecessor();
    await using connection = await connect(urlOf(database));
    await connection.query('drop trigger trg_suscripcion_bi');
    await connection.query('alter table Suscripcion drop constraint chk_suscripcion_payer');
    for (let i = 0; i < 30; i++) await connection.query('insert into Suscripcion (id_plan) values (1)');
    const failure = await databases.migrate(await database.open(), SILENT).catch((error: unknown) => error);
    const { message } = failure as databases.MigrationConflictError;
    expect(message.match(/^ {2}to settle: /gm)).toHaveLength(20);
    expect(message).toContain('and 10 more: a subscription has exactly one payer');
  });
});

describe.runIf(databaseKinds().includes('mysql'))('results that stand twice for a job and a patient', () => {
  async function withCopies(): Promise<TestDatabase> {
    return await predecessor(
      "insert into JobSTL (id_jobstl, job_id, id_paciente, stl_size, num_stl_archivos, notas) values (7, 'job-1', 1, null, null, 'primera'), (8, 'job-1', 1, 900, 4, null), (9, 'job-1', null, 5, 1, null), (10, 'job-1', null, 5, 1, null)",
      'update VisorEstado set id_jobstl = 8',
    );
  }

  test('are merged by the adoption, with the newest notes and sizes, and the number is reported', async () => {
    await using database = await withCopies();
    const { settled } = await databases.migrate(await database.open(), SILENT);
    expect(settled).toEqual(['merged the results that stood twice for the same job and patient: 1']);
    await using connection = await connect(urlOf(database));
    const [results] = await connection.query(
      "select id_jobstl, id_paciente, stl_size, num_stl_archivos, notas from JobSTL where job_id = 'job-1' order by 1",
    );
    expect(results).toEqual([
      { id_jobstl: 1, id_paciente: 1, stl_size: 900, num_stl_archivos: 4, notas: 'primera' },
      { id_jobstl: 9, id_paciente: null, stl_size: 5, num_stl_archivos: 1, notas: null },
      { id_jobstl: 10, id_paciente: null, stl_size: 5, num_stl_archivos: 1, notas: null },
    ]);
    const [states] = await connection.query('select distinct id_jobstl from VisorEstado');
    expect(states).toEqual([{ id_jobstl: 1 }]);
  });

  test('are merged the same by the run after one that was killed in between', { timeout: 120_000 }, async () => {
    for (const killedAfter of [1, 2, 3]) {
      await using database = await withCopies();
      await expect(migrateAndDie(urlOf(database), killedAfter)).rejects.toMatchObject({ signal: 'SIGKILL' });
      await databases.migrate(await database.open(), SILENT);
      await using connection = await connect(urlOf(database));
      const [results] = await connection.query(
        "select id_jobstl, stl_size, notas from JobSTL where job_id = 'job-1' and id_paciente = 1",
      );
      expect(results).toEqual([{ id_jobstl: 1, stl_size: 900, notas: 'primera' }]);
    }
  });
});

/** The columns that the service needs wider. */
const WIDENED = [
  'column ClinicalAudit.after_json',
  'column ClinicalAudit.before_json',
  'column VisorEstado.i18n_json',
  'column VisorEstado.modelos_json',
  'column VisorEstado.notas_json',
  'column VisorEstado.ui_json',
];

function widening(name: string, before: Catalog, after: Catalog): string {
  expect(after[name]).toBe(before[name]?.replace(/^text/, 'mediumtext'));
  return `${name}: ${before[name]} => ${after[name]}`;
}

const FOREIGN_KEY_BY_NAME =
  /^alter table `\w+` (drop foreign key `\w+_ibfk_\d+`|add constraint `fk_\w+` foreign key .*);$/;

function isDefinition(statement: string): boolean {
  return /^(create|alter) /.test(statement);
}

async function predecessor(...more: string[]): Promise<TestDatabase> {
  const database = await createEmptyDatabase('mysql');
  await using connection = await connect(urlOf(database));
  for (const statement of [...PREDECESSOR_SCHEMA, ...PREDECESSOR_ROWS, ...more]) await connection.query(statement);
  return database;
}

function urlOf({ options }: TestDatabase): string {
  if (options.kind !== 'mysql') throw new Error('not on MySQL');
  return options.url;
}

function migrateAndDie(url: string, statements: number) {
  return promisify(execFile)(process.execPath, [
    path.join(import.meta.dirname, 'migrate-and-die.ts'),
    url,
    String(statements),
  ]);
}
