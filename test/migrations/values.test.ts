import { databases, entities } from '@som3d/server/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';

describe.each(databaseKinds())('values on %s', (kind) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  const at = new Date('2026-03-08T07:30:15.250Z');

  beforeAll(async () => {
    database = await createDatabase(kind);
    const em = database.orm.em.fork();
    await databases.seedDemo(em, {
      doctorPasswordHash: 'x',
      adminPasswordHash: 'y',
      now: new Date('2026-01-31T00:00:00Z'),
    });
    const job = { job_id: 'a', id_usuario: 1, created_at: at, lease_expires_at: at, input_size: 5_000_000_000 };
    em.create(entities.JobConv, { ...job, nombre_proceso: 'Fémur Ñ 😀' });
    await em.flush();
  });
  afterAll(() => database.drop());

  test('are instants in UTC, by entity and by row, to the millisecond where the column has it', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(entities.JobConv, 'a');
    const row = await databases.kysely(em).selectFrom('JobConv').selectAll().executeTakeFirstOrThrow();
    expect([job.created_at, job.lease_expires_at]).toEqual([at, at]);
    expect([row.created_at, row.lease_expires_at]).toEqual([at, at]);
  });

  // On MariaDB a column of type json is a longtext that is checked, and the driver takes it for json all the same.
  test.runIf(kind === 'mysql')('are the stored text in a column of type json', async () => {
    await using other = await createDatabase(kind);
    const db = databases.kysely(other.orm.em.fork());
    await sql`alter table JobConv modify extra_tasks_json json null`.execute(db);
    await databases.seedDemo(other.orm.em.fork(), { doctorPasswordHash: 'x', adminPasswordHash: 'y', now: at });
    await db.insertInto('JobConv').values({ job_id: 'j', id_usuario: 1, extra_tasks_json: '["teeth"]' }).execute();
    const row = await db.selectFrom('JobConv').select('extra_tasks_json').executeTakeFirstOrThrow();
    const job = await other.orm.em.fork().findOneOrFail(entities.JobConv, 'j');
    expect([row.extra_tasks_json, job.extra_tasks_json]).toEqual(['["teeth"]', '["teeth"]']);
  });

  test('are compared with a Date', async () => {
    const db = databases.kysely(database.orm.em);
    const before = (instant: Date) =>
      db.selectFrom('JobConv').select('job_id').where('lease_expires_at', '<', instant).execute();
    expect(await before(at)).toHaveLength(0);
    expect(await before(new Date(at.getTime() + 1))).toHaveLength(1);
  });

  test('are instants also when computed', async () => {
    const row = await databases
      .kysely(database.orm.em)
      .selectFrom('JobConv')
      .select(({ fn }) => [fn.max('created_at').as('last'), fn.max('cancel_requested_at').as('never')])
      .executeTakeFirstOrThrow();
    expect([databases.toInstant(row.last), databases.toInstant(row.never)]).toEqual([at, null]);
  });

  test('are set by the database in UTC when left out', async () => {
    const em = database.orm.em.fork();
    const { creado_en } = await em.findOneOrFail(entities.Paciente, { doc_numero: '1020304050' });
    expect(Math.abs(Date.now() - creado_en.getTime())).toBeLessThan(60_000);
  });

  test('are texts with a NUL, quotes and backslashes in them, as they were given', async () => {
    const em = database.orm.em.fork();
    const line = "a\0b'\0\\'\0";
    em.create(entities.JobLog, { job_id: 'a', line });
    await em.flush();
    const found = await em.fork().find(entities.JobLog, { line });
    expect(found.map((row) => row.line)).toEqual([line]);
    expect(await em.nativeDelete(entities.JobLog, { line: 'a\0' })).toBe(0);
    expect(await em.nativeDelete(entities.JobLog, { line: { $in: ['x', line] } })).toBe(1);
  });

  test('are dates, numbers, flags and text as they were given', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(entities.JobConv, 'a');
    expect(job).toMatchObject({ input_size: 5_000_000_000, nombre_proceso: 'Fémur Ñ 😀', enable_ortopedia: true });
    const rows = await databases
      .kysely(em)
      .selectFrom('Paciente')
      .innerJoin('Medico', 'Medico.id_medico', 'Paciente.id_medico')
      .innerJoin('Suscripcion', 'Suscripcion.id_medico', 'Medico.id_medico')
      .innerJoin('Plan', 'Plan.id_plan', 'Suscripcion.id_plan')
      .select(['fecha_nacimiento', 'precio', 'referenciado', 'fecha_expiracion'])
      .where('referenciado', '=', 0)
      .execute();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      {
        fecha_nacimiento: '1984-05-17',
        precio: 599_900,
        referenciado: 0,
        fecha_expiracion: new Date('2027-01-31T00:00:00Z'),
      },
    ]);
  });

  test('leave no change behind when they are only read', async () => {
    const em = database.orm.em.fork();
    await em.find(entities.JobConv, {});
    await em.find(entities.Paciente, {});
    em.getUnitOfWork().computeChangeSets();
    expect(em.getUnitOfWork().getChangeSets()).toEqual([]);
  });

  test('move updated_at with a change', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(entities.JobConv, 'a');
    await databases
      .kysely(em)
      .updateTable('JobConv')
      .set({ updated_at: new Date('2020-01-01') })
      .execute();
    job.percent = 50;
    await em.flush();
    const row = await databases.kysely(em).selectFrom('JobConv').select('updated_at').executeTakeFirstOrThrow();
    expect(row.updated_at.getTime()).toBeGreaterThan(at.getTime());
  });

  test('of the demo are made once', async () => {
    const again = { doctorPasswordHash: 'p', adminPasswordHash: 'q', now: new Date() };
    expect(await databases.seedDemo(database.orm.em, again)).toMatchObject({
      doctorCreated: false,
      adminCreated: false,
      patientCreated: false,
    });
    const db = databases.kysely(database.orm.em);
    expect(await db.selectFrom('Usuario').select('contrasena').orderBy('id_usuario').execute()).toEqual([
      expect.objectContaining({ contrasena: 'y' }),
      expect.objectContaining({ contrasena: 'x' }),
    ]);
    expect(await db.selectFrom('Plan').select('nombre').execute()).toHaveLength(4);
    expect(await db.selectFrom('Suscripcion').select('id_plan').execute()).toHaveLength(1);
  });
});
