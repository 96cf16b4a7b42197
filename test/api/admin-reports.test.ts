import type { Metrics } from '@som3d/contract';
import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { describeApi, expectProblem, type Session, type TestServer } from '../support/server.ts';
import { countStatements } from '../support/statements.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** Half an hour before the year ends in Colombia, which is 4:30 of 1 January in UTC. Ahead of the present. */
const year = new Date().getUTCFullYear() + 1;
const NOW = Date.UTC(year + 1, 0, 1, 4, 30);
function at(ms: number): Date {
  return new Date(NOW + ms);
}

let count = 0;

/** Rows at known instants, written to the tables themselves. */
function rowsOf({ deps }: TestServer) {
  const em = deps.orm.em.fork();
  const add = async <T>(row: T): Promise<T> => {
    await em.flush();
    return row;
  };
  return {
    hospital: (nombre: string, estado: entities.Hospital['estado'] = 'ACTIVO') =>
      add(em.create(entities.Hospital, { nombre, codigo: `R${++count}`, estado })),
    doctor: async (row: Partial<entities.Medico> & { nombre?: string } = {}) => {
      const { nombre = 'Ana', ...profile } = row;
      const account = { nombre, apellido: 'Paz', correo: `r${++count}@som3d.local`, contrasena: '-' };
      const activo = profile.estado !== 'INACTIVO';
      const { id_usuario } = await add(em.create(entities.Usuario, { ...account, rol: 'MEDICO', activo }));
      return await add<entities.Medico>(
        em.create(entities.Medico, { estado: 'ACTIVO', ...profile, id_usuario } as never),
      );
    },
    patient: ({ id_medico }: entities.Medico, estado: entities.Paciente['estado'] = 'ACTIVO') =>
      add(em.create(entities.Paciente, { id_medico, nombres: 'Luz', apellidos: 'Rey', estado })),
    study: ({ id_paciente, id_medico }: entities.Paciente, fecha_estudio: Date) =>
      add(em.create(entities.Estudio, { id_paciente, id_medico, fecha_estudio })),
    plan: (nombre: string) =>
      add(em.create(entities.Plan, { nombre, precio: 39_900, periodo: 'MENSUAL', duracion_meses: 1 })),
    subscription: (row: Partial<entities.Suscripcion>) =>
      add<entities.Suscripcion>(
        em.create(entities.Suscripcion, { estado: 'ACTIVA', fecha_inicio: new Date(0), ...row } as never),
      ),
    payment: (
      { id_suscripcion }: entities.Suscripcion,
      monto: number,
      fecha_pago: Date,
      estado: entities.Pago['estado'] = 'APROBADO',
    ) =>
      add(
        em.create(entities.Pago, { id_suscripcion, monto, fecha_pago, estado, referencia_epayco: `ref-r${++count}` }),
      ),
  };
}

async function metricsOf({ client }: Session): Promise<Metrics> {
  return (await client.admin.metrics()).body;
}

describeApi(
  'metrics',
  (api) => {
    const EMPTY = {
      summary: { hospitals_total: 0, doctors_total: 0, patients_total: 0, studies_total: 0, admins_total: 1 },
      clinical: {
        active_patients: 0,
        studies_last_30_days: 0,
        avg_patients_per_doctor: 0,
        doctors_without_patients: 0,
      },
      finance: { payments_month_count: 0, revenue_month: 0 },
      hospitals: { total: 0, activos: 0, active: 0, without_doctors: 0 },
      doctors: { total: 0, activos: 0 },
      patients: 0,
      studies: 0,
      subscriptions: { total: 0, active: 0, activas: 0, expiring_30_days: 0 },
      subscriptions_legacy: { total: 0, activas: 0 },
      payments: { total: 0, monto: 0 },
      doctors_by_hospital: [],
    };

    test('are what was counted by hand, over the end of a year, in a fixed number of statements', async () => {
      expect(await metricsOf(await api().admin())).toEqual(EMPTY);
      api().advance(NOW - api().deps.clock().getTime());
      const admin = await api().admin();
      const few = await countStatements(api(), () => metricsOf(admin));

      const rows = rowsOf(api());
      const [north, south] = [await rows.hospital('Norte'), await rows.hospital('Sur', 'INACTIVO')];
      await rows.hospital('Vacío');
      const a = await rows.doctor({ id_hospital: north.id_hospital });
      const b = await rows.doctor({ id_hospital: north.id_hospital, estado: 'INACTIVO' });
      const c = await rows.doctor({ id_hospital: south.id_hospital });
      const first = await rows.patient(a);
      await rows.patient(a, 'INACTIVO');
      await rows.patient(a);
      await rows.patient(c);
      await rows.study(first, at(-HOUR));
      await rows.study(first, at(-30 * DAY + HOUR));
      await rows.study(first, at(-30 * DAY - HOUR));
      await rows.study(first, at(DAY));
      const { id_plan } = await rows.plan('Uno');
      const ofA = await rows.subscription({ id_medico: a.id_medico, id_plan, fecha_expiracion: at(30 * DAY - HOUR) });
      // ACTIVA in the table, and over.
      const ofB = await rows.subscription({ id_medico: b.id_medico, id_plan, fecha_expiracion: at(-HOUR) });
      await rows.subscription({ id_medico: c.id_medico, id_plan, fecha_expiracion: null });
      await rows.subscription({ id_hospital: north.id_hospital, id_plan, fecha_expiracion: at(31 * DAY) });
      await rows.subscription({
        id_hospital: south.id_hospital,
        id_plan,
        estado: 'PAUSADA',
        fecha_expiracion: at(DAY),
      });
      // December begins in Colombia at 5:00 UTC.
      await rows.payment(ofA, 1000.1, new Date(Date.UTC(year, 11, 1, 5)));
      await rows.payment(ofA, 2000.2, at(-HOUR));
      await rows.payment(ofB, 4000, new Date(Date.UTC(year, 11, 1, 4, 59, 59)));
      await rows.payment(ofB, 8000, at(-HOUR), 'REVERSADO');

      const expected = {
        summary: { hospitals_total: 3, doctors_total: 3, patients_total: 4, studies_total: 4, admins_total: 2 },
        clinical: {
          active_patients: 3,
          studies_last_30_days: 2,
          avg_patients_per_doctor: 1.33,
          doctors_without_patients: 1,
        },
        finance: { payments_month_count: 2, revenue_month: 3000.3 },
        hospitals: { total: 3, activos: 2, active: 2, without_doctors: 1 },
        doctors: { total: 3, activos: 2 },
        patients: 4,
        studies: 4,
        subscriptions: { total: 5, active: 3, activas: 3, expiring_30_days: 1 },
        subscriptions_legacy: { total: 5, activas: 3 },
        payments: { total: 3, monto: 7000.3 },
        doctors_by_hospital: [
          { id_hospital: north.id_hospital, nombre: 'Norte', doctores: 2 },
          { id_hospital: south.id_hospital, nombre: 'Sur', doctores: 1 },
          { id_hospital: expect.any(Number) as number, nombre: 'Vacío', doctores: 0 },
        ],
      };
      expect(await metricsOf(admin)).toEqual(expected);

      for (let index = 0; index < 30; index++) {
        const { id_hospital } = await rows.hospital(`Más ${index}`);
        await rows.patient(await rows.doctor({ id_hospital }));
      }
      expect(await countStatements(api(), () => metricsOf(admin))).toBe(few);
      // One for the session, two for the numbers.
      expect(few).toBe(3);

      // The new year has no payment until one comes.
      api().advance(HOUR);
      const later = await api().admin();
      expect((await metricsOf(later)).finance).toEqual({ payments_month_count: 0, revenue_month: 0 });
      await rows.payment(ofA, 500, at(HOUR));
      const january = await metricsOf(later);
      expect(january.finance).toEqual({ payments_month_count: 1, revenue_month: 500 });
      expect(january.payments).toEqual({ total: 4, monto: 7500.3 });
    });
  },
  { SOM3D_DB_POOL: '1' },
);

describeApi('overviews of administrators', (api) => {
  test('show the newest payments with who paid', async () => {
    const admin = await api().admin();
    const rows = rowsOf(api());
    const { id_plan } = await rows.plan('Dos');
    const doctor = await rows.doctor({ nombre: 'Inés' });
    const { id_hospital } = await rows.hospital('Clínica Pago');
    const own = await rows.subscription({ id_medico: doctor.id_medico, id_plan });
    const theirs = await rows.subscription({ id_hospital, id_plan });
    await rows.payment(own, 100, at(-2 * DAY));
    const reversed = await rows.payment(own, 200, at(-DAY), 'REVERSADO');
    const newest = await rows.payment(theirs, 300.5, at(0));
    const { body } = await admin.client.admin.recentPayments({ query: { limit: 2 } });
    const common = { id_plan, plan: 'Dos' };
    expect(body).toEqual([
      {
        ...common,
        id_pago: newest.id_pago,
        referencia_epayco: newest.referencia_epayco,
        monto: 300.5,
        fecha_pago: new Date(NOW).toISOString(),
        estado: 'APROBADO',
        id_suscripcion: theirs.id_suscripcion,
        pagador: 'HOSPITAL',
        id_medico: null,
        id_hospital,
        nombre: 'Clínica Pago',
        correo: null,
        referencia: newest.referencia_epayco,
        owner: {
          type: 'HOSPITAL',
          id_usuario: null,
          id_hospital,
          nombre: 'Clínica Pago',
          apellido: null,
          correo: null,
        },
      },
      {
        ...common,
        id_pago: reversed.id_pago,
        referencia_epayco: reversed.referencia_epayco,
        monto: 200,
        fecha_pago: at(-DAY).toISOString(),
        estado: 'REVERSADO',
        id_suscripcion: own.id_suscripcion,
        pagador: 'MEDICO',
        id_medico: doctor.id_medico,
        id_hospital: null,
        nombre: 'Inés Paz',
        correo: expect.stringMatching(/@som3d\.local$/) as string,
        referencia: reversed.referencia_epayco,
        owner: {
          type: 'MEDICO',
          id_usuario: doctor.id_usuario,
          id_hospital: null,
          nombre: 'Inés',
          apellido: 'Paz',
          correo: expect.stringMatching(/@som3d\.local$/) as string,
        },
      },
    ]);
    for (let index = 0; index < 10; index++) await rows.payment(own, 1, at(-3 * DAY));
    expect((await admin.client.admin.recentPayments()).body).toHaveLength(10);
    await expectProblem(admin.client.admin.recentPayments({ query: { limit: 0 } }), 422);
  });

  test('show who works under a subscription in force', async () => {
    const admin = await api().admin();
    const em = api().deps.orm.em.fork();
    await em.nativeDelete(entities.Pago, {});
    await em.nativeDelete(entities.Suscripcion, {});
    const rows = rowsOf(api());
    const now = api().deps.clock().getTime();
    const { id_plan } = await rows.plan('Tres');
    const { id_hospital } = await rows.hospital('Clínica Activa');
    const both = await rows.doctor({ id_hospital, nombre: 'Beto' });
    const hers = await rows.doctor({ id_hospital, nombre: 'Clara' });
    const lapsed = await rows.doctor({ nombre: 'Dora' });
    const later = new Date(now + 2 * DAY);
    const own = await rows.subscription({ id_medico: both.id_medico, id_plan, fecha_expiracion: later });
    await rows.subscription({ id_medico: lapsed.id_medico, id_plan, fecha_expiracion: new Date(now - 1000) });
    const shared = await rows.subscription({ id_hospital, id_plan, fecha_expiracion: null });
    const { body, headers } = await admin.client.admin.activeUserSubscriptions();
    expect(headers.get('x-total-count')).toBe('3');
    const row = {
      apellido: 'Paz',
      activo: true,
      id_plan,
      plan: 'Tres',
      periodo: 'MENSUAL',
      fecha_inicio: new Date(0).toISOString(),
    };
    expect(body).toMatchObject([
      { ...row, id_medico: both.id_medico, origen: 'PROPIA', hospital: null, suscripcion_id: own.id_suscripcion },
      { ...row, id_medico: both.id_medico, origen: 'HOSPITAL', hospital: 'Clínica Activa', fecha_expiracion: null },
      { ...row, id_medico: hers.id_medico, origen: 'HOSPITAL', id_hospital, id_suscripcion: shared.id_suscripcion },
    ]);
    expect(Math.abs(Date.parse(body[0]?.fecha_expiracion ?? '') - later.getTime())).toBeLessThan(1000);
    const page = await admin.client.admin.activeUserSubscriptions({ query: { limit: 1, offset: 2 } });
    expect(page.body).toEqual(body.slice(2));
    expect(page.headers.get('x-total-count')).toBe('3');
    await expectProblem(admin.client.admin.activeUserSubscriptions({ query: { offset: -1 } }), 422);
  });

  test('show what each hospital has subscribed to and paid', async () => {
    const admin = await api().admin();
    const rows = rowsOf(api());
    const now = api().deps.clock().getTime();
    const [cheap, dear] = [await rows.plan('Cuatro'), await rows.plan('Cinco')];
    const { id_hospital } = await rows.hospital('000 Paga');
    const { id_hospital: none } = await rows.hospital('001 Nunca', 'INACTIVO');
    await rows.doctor({ id_hospital });
    const expiry = new Date(Math.floor((now + DAY) / 1000) * 1000);
    const active = await rows.subscription({ id_hospital, id_plan: cheap.id_plan, fecha_expiracion: expiry });
    const paused = await rows.subscription({ id_hospital, id_plan: dear.id_plan, estado: 'PAUSADA' });
    await rows.payment(active, 10.1, at(-2 * DAY));
    const last = await rows.payment(paused, 20.2, at(-DAY));
    await rows.payment(paused, 40, at(0), 'REVERSADO');
    const { body, headers } = await admin.client.admin.hospitalsBilling({ query: { limit: 2 } });
    expect(body).toEqual([
      {
        id_hospital,
        nombre: '000 Paga',
        ciudad: null,
        estado: 'ACTIVO',
        doctores: 1,
        has_active_subscription: true,
        suscripciones: 2,
        suscripcion_id: active.id_suscripcion,
        plan: 'Cuatro',
        precio: 39_900,
        fecha_expiracion: expiry.toISOString(),
        pagos: 2,
        monto: 30.3,
        ultimo_pago: at(-DAY).toISOString(),
        ultimo_pago_detalle: { fecha_pago: at(-DAY).toISOString(), monto: 20.2, referencia: last.referencia_epayco },
      },
      {
        id_hospital: none,
        nombre: '001 Nunca',
        ciudad: null,
        estado: 'INACTIVO',
        doctores: 0,
        has_active_subscription: false,
        suscripciones: 0,
        suscripcion_id: null,
        plan: null,
        precio: null,
        fecha_expiracion: null,
        pagos: 0,
        monto: 0,
        ultimo_pago: null,
        ultimo_pago_detalle: null,
      },
    ]);
    const total = await api().deps.orm.em.fork().count(entities.Hospital);
    expect(headers.get('x-total-count')).toBe(String(total));
    await expectProblem(admin.client.admin.hospitalsBilling({ query: { limit: 501 } }), 422);
  });

  test('show the audit, filtered, by page', async () => {
    const [admin, other] = [await api().admin(), await api().admin()];
    const em = api().deps.orm.em.fork();
    const day = (date: string) => new Date(`${date}Z`);
    const record = { entity_type: 'PRUEBA', entity_id: 7, action: 'UPDATE', actor_id_usuario: admin.user.id_usuario };
    const before_json = '{"nombre":"Ana"}';
    const made = [
      em.create(entities.ClinicalAudit, { ...record, created_at: day('2020-03-01T04:59:59'), before_json }),
      em.create(entities.ClinicalAudit, { ...record, created_at: day('2020-03-01T05:00:00'), before_json: 'not json' }),
      em.create(entities.ClinicalAudit, {
        ...record,
        created_at: day('2020-03-02T04:59:59'),
        action: 'DELETE',
        entity_id: 8,
      }),
      em.create(entities.ClinicalAudit, {
        ...record,
        created_at: day('2020-03-02T05:00:00'),
        actor_id_usuario: other.user.id_usuario,
      }),
    ];
    await em.flush();
    const [a, b, c, d] = made.map(({ id_audit }) => id_audit);
    const ids = async (query: object) => {
      const { body, headers } = await admin.client.admin.clinicalAudit({ query: { entity_type: 'prueba', ...query } });
      return [body.map(({ id_audit }) => id_audit), headers.get('x-total-count')];
    };
    expect(await ids({})).toEqual([[d, c, b, a], '4']);
    expect(await ids({ limit: 2, offset: 1 })).toEqual([[c, b], '4']);
    expect(await ids({ entity_id: 8 })).toEqual([[c], '1']);
    expect(await ids({ action: 'delete' })).toEqual([[c], '1']);
    expect(await ids({ actor: other.user.id_usuario })).toEqual([[d], '1']);
    // Days are Colombia's, the last one included; instants are exact.
    expect(await ids({ from: '2020-03-01', to: '2020-03-01' })).toEqual([[c, b], '2']);
    expect(await ids({ from: '2020-03-02T05:00:00Z' })).toEqual([[d], '1']);
    expect(await ids({ to: '2020-03-01T00:00:00-05:00' })).toEqual([[a], '1']);
    const { body } = await admin.client.admin.clinicalAudit({ query: { entity_type: 'PRUEBA', to: '2020-03-01' } });
    expect(body.at(-1)).toEqual({
      id_audit: a,
      ...record,
      actor: admin.user.correo,
      before: { nombre: 'Ana' },
      after: null,
      meta: null,
      before_json,
      after_json: null,
      meta_json: null,
      created_at: '2020-03-01T04:59:59.000Z',
    });
    expect(body[1]?.before).toBe('not json');
    expect(await ids({ limit: 0 })).toEqual([[d], '4']);
    expect(await ids({ limit: 1000 })).toEqual([[d, c, b, a], '4']);
    await expectProblem(admin.client.admin.clinicalAudit({ query: { from: 'ayer' } }), 422);
    await expectProblem(admin.client.admin.clinicalAudit({ query: { actor: 0 } }), 422);
  });

  test('are for administrators', async () => {
    const doctor = await api().doctor();
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.admin.metrics(), status);
      await expectProblem(client.admin.recentPayments(), status);
      await expectProblem(client.admin.activeUserSubscriptions(), status);
      await expectProblem(client.admin.hospitalsBilling(), status);
      await expectProblem(client.admin.clinicalAudit(), status);
    }
  });
});
