import { Paciente } from '@som3d/server/db/entities/patients.entity.js';
import { JobConv } from '@som3d/server/db/entities/som3d.entity.js';
import { kysely, toInstant } from '@som3d/server/db/orm.js';
import { seedDemo } from '@som3d/server/setup/seeds.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';

describe.each(databaseKinds())('values on %s', (kind) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  const at = new Date('2026-03-08T07:30:15.250Z');

  beforeAll(async () => {
    database = await createDatabase(kind);
    const em = database.orm.em.fork();
    await seedDemo(em, { doctorPasswordHash: 'x', adminPasswordHash: 'y', now: new Date('2026-01-31T00:00:00Z') });
    const job = { job_id: 'a', id_usuario: 1, created_at: at, lease_expires_at: at, input_size: 5_000_000_000 };
    em.create(JobConv, { ...job, nombre_proceso: 'Fémur Ñ 😀' });
    await em.flush();
  });
  afterAll(() => database.drop());

  it('are instants in UTC, by entity and by row, to the millisecond where the column has it', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(JobConv, 'a');
    const row = await kysely(em).selectFrom('JobConv').selectAll().executeTakeFirstOrThrow();
    expect([job.created_at, job.lease_expires_at]).toEqual([at, at]);
    expect([row.created_at, row.lease_expires_at]).toEqual([at, at]);
  });

  it('are compared with a Date', async () => {
    const db = kysely(database.orm.em);
    const before = (instant: Date) =>
      db.selectFrom('JobConv').select('job_id').where('lease_expires_at', '<', instant).execute();
    expect(await before(at)).toHaveLength(0);
    expect(await before(new Date(at.getTime() + 1))).toHaveLength(1);
  });

  it('are instants also when computed', async () => {
    const row = await kysely(database.orm.em)
      .selectFrom('JobConv')
      .select(({ fn }) => [fn.max('created_at').as('last'), fn.max('cancel_requested_at').as('never')])
      .executeTakeFirstOrThrow();
    expect([toInstant(row.last), toInstant(row.never)]).toEqual([at, null]);
  });

  it('are set by the database in UTC when left out', async () => {
    const em = database.orm.em.fork();
    const { creado_en } = await em.findOneOrFail(Paciente, { doc_numero: '1020304050' });
    expect(Math.abs(Date.now() - creado_en.getTime())).toBeLessThan(60_000);
  });

  it('are dates, numbers, flags and text as they were given', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(JobConv, 'a');
    expect(job).toMatchObject({ input_size: 5_000_000_000, nombre_proceso: 'Fémur Ñ 😀', enable_ortopedia: true });
    const rows = await kysely(em)
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

  it('leave no change behind when they are only read', async () => {
    const em = database.orm.em.fork();
    await em.find(JobConv, {});
    await em.find(Paciente, {});
    em.getUnitOfWork().computeChangeSets();
    expect(em.getUnitOfWork().getChangeSets()).toEqual([]);
  });

  it('move updated_at with a change', async () => {
    const em = database.orm.em.fork();
    const job = await em.findOneOrFail(JobConv, 'a');
    await kysely(em)
      .updateTable('JobConv')
      .set({ updated_at: new Date('2020-01-01') })
      .execute();
    job.percent = 50;
    await em.flush();
    const row = await kysely(em).selectFrom('JobConv').select('updated_at').executeTakeFirstOrThrow();
    expect(row.updated_at.getTime()).toBeGreaterThan(at.getTime());
  });

  it('of the demo are made once', async () => {
    const again = { doctorPasswordHash: 'p', adminPasswordHash: 'q', now: new Date() };
    expect(await seedDemo(database.orm.em, again)).toMatchObject({
      doctorCreated: false,
      adminCreated: false,
      patientCreated: false,
    });
    const db = kysely(database.orm.em);
    expect(await db.selectFrom('Usuario').select('contrasena').orderBy('id_usuario').execute()).toEqual([
      expect.objectContaining({ contrasena: 'y' }),
      expect.objectContaining({ contrasena: 'x' }),
    ]);
    expect(await db.selectFrom('Plan').select('nombre').execute()).toHaveLength(4);
    expect(await db.selectFrom('Suscripcion').select('id_plan').execute()).toHaveLength(1);
  });
});
