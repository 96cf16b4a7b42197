import { billing, configuration, databases, entities, startServer } from '@som3d/server/testing';
import { beforeAll, expect, test } from 'vitest';
import { until } from '../support/jobs.ts';
import { describeApi } from '../support/server.ts';
import {
  doctorState,
  hospitalState,
  newHospital,
  newPlan,
  newSubscription,
  pay,
  profileOf,
  subscriptionRow,
} from '../support/subscriptions.ts';

const MINUTE = 60_000;
const DUTY = 'subscriptions.reconcile';

describeApi('reconciler', (api) => {
  let id_plan: number;
  beforeAll(async () => {
    id_plan = (await newPlan((await api().admin()).client)).id_plan;
  });
  const ago = (ms: number) => new Date(api().deps.clock().getTime() - ms);
  const expired = () => ({ id_plan, estado: 'ACTIVA' as const, fecha_expiracion: ago(MINUTE) });
  const running = () => ({ id_plan, estado: 'ACTIVA' as const, fecha_expiracion: ago(-60 * MINUTE) });
  /** What a process does that has nothing but the database in common with the others. */
  const elsewhere = async () => {
    const { config, log, clock } = api().deps;
    const orm = await databases.openOrm(config.database);
    return { reconciler: new billing.Reconciler({ config, log, clock, orm }), close: () => orm.close(true) };
  };
  const reconcile = () => new billing.Reconciler(api().deps).reconcile();
  const hospitals = async (count: number): Promise<number[]> => {
    const ids = [];
    for (let i = 0; i < count; i++) {
      const id_hospital = await newHospital(api());
      ids.push(await newSubscription(api(), { id_hospital, ...expired() }));
    }
    return ids;
  };

  test('ends what has run out, and leaves alone whom something else covers', async () => {
    const [ended, covering] = [await newHospital(api()), await newHospital(api())];
    const [alone, paused, hospitalOnly, alsoOwn, byHospital, endless] = await Promise.all(
      Array.from({ length: 6 }, () => api().doctor()),
    );
    if (!alone || !paused || !hospitalOnly || !alsoOwn || !byHospital || !endless) throw new Error('six doctors');
    const id_medico = await profileOf(api(), alone);
    const own = await newSubscription(api(), { id_medico, id_plan });
    await pay(api(), own);
    for (const each of [paused, hospitalOnly, alsoOwn]) await profileOf(api(), each, ended);
    const id_alsoOwn = await profileOf(api(), alsoOwn, ended);
    const ofHospital = await newSubscription(api(), { id_hospital: ended, id_plan });
    await pay(api(), ofHospital);
    await newSubscription(api(), { id_medico: id_alsoOwn, ...running() });
    const id_byHospital = await profileOf(api(), byHospital, covering);
    const ownOfCovered = await newSubscription(api(), { id_medico: id_byHospital, id_plan });
    await pay(api(), ownOfCovered);
    await newSubscription(api(), { id_hospital: covering, ...running() });
    const id_endless = await profileOf(api(), endless);
    const withoutEnd = await newSubscription(api(), { id_medico: id_endless, id_plan, estado: 'ACTIVA' });
    const em = api().deps.orm.em.fork();
    const over = [own, ofHospital, ownOfCovered];
    await em.nativeUpdate(entities.Suscripcion, { id_suscripcion: { $in: over } }, { fecha_expiracion: ago(1000) });

    expect(await reconcile()).toBe(3);
    for (const id of over) expect((await subscriptionRow(api(), id)).estado).toBe('PAUSADA');
    expect(await doctorState(api(), alone)).toEqual(['INACTIVO', false]);
    expect(await hospitalState(api(), ended)).toBe('INACTIVO');
    expect(await doctorState(api(), paused)).toEqual(['INACTIVO', false]);
    expect(await doctorState(api(), hospitalOnly)).toEqual(['INACTIVO', false]);
    expect(await doctorState(api(), alsoOwn)).toEqual(['ACTIVO', true]);
    expect(await doctorState(api(), byHospital)).toEqual(['ACTIVO', true]);
    expect(await hospitalState(api(), covering)).toBe('ACTIVO');
    expect((await subscriptionRow(api(), withoutEnd)).estado).toBe('ACTIVA');
    expect(await reconcile()).toBe(0);
  });

  test('does each once, however many processes are at it', async () => {
    const ids = await hospitals(25);
    const processes = await Promise.all([elsewhere(), elsewhere(), elsewhere()]);
    try {
      const rounds = await Promise.all(processes.map(({ reconciler }) => reconciler.reconcile()));
      expect(rounds.filter((round) => round !== null).reduce((sum, round) => sum + round, 0)).toBe(25);
      for (const id of ids) expect((await subscriptionRow(api(), id)).estado).toBe('PAUSADA');
    } finally {
      await Promise.all(processes.map((process) => process.close()));
    }
  });

  test('is not done again within the interval, by anybody', async () => {
    const other = await elsewhere();
    try {
      expect(await reconcile()).toBe(0);
      const [id] = await hospitals(1);
      expect(await other.reconciler.reconcile({ notWithinMs: 5 * MINUTE })).toBeNull();
      expect((await subscriptionRow(api(), id ?? 0)).estado).toBe('ACTIVA');
      api().advance(5 * MINUTE);
      expect(await other.reconciler.reconcile({ notWithinMs: 5 * MINUTE })).toBe(1);
    } finally {
      await other.close();
    }
  });

  test('waits for another process, and not for one that died', async () => {
    await hospitals(1);
    const em = api().deps.orm.em.fork();
    const lease = { owner: 'gone:1', token: 'gone', acquired_at: ago(0), expires_at: ago(-MINUTE) };
    await em.upsert(entities.ServiceLock, { name: DUTY, ...lease });
    expect(await reconcile()).toBeNull();
    api().advance(MINUTE);
    expect(await reconcile()).toBe(1);
    expect(await api().deps.orm.em.fork().findOneOrFail(entities.ServiceLock, DUTY)).toMatchObject({ token: null });
  });

  test('does not undo a payment that arrives at the same moment', async () => {
    const id_hospital = await newHospital(api());
    const doctor = await api().doctor();
    await profileOf(api(), doctor, id_hospital);
    const id = await newSubscription(api(), { id_hospital, ...expired() });
    await Promise.all([reconcile(), pay(api(), id), reconcile()]);
    expect((await subscriptionRow(api(), id)).estado).toBe('ACTIVA');
    expect(await hospitalState(api(), id_hospital)).toBe('ACTIVO');
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
  });

  test('changes nothing after somebody else has paused', async () => {
    const id_hospital = await newHospital(api());
    const id = await newSubscription(api(), { id_hospital, ...expired() });
    await api().deps.orm.em.fork().nativeUpdate(entities.Suscripcion, { id_suscripcion: id }, { estado: 'PAUSADA' });
    expect(await reconcile()).toBe(0);
    expect(await hospitalState(api(), id_hospital)).toBe('ACTIVO');
  });

  test('runs when a server starts', async () => {
    const [id] = await hospitals(1);
    const { config, log } = api().deps;
    const { database } = config;
    const env = database.kind === 'mysql' ? { MYSQL_URL: database.url } : {};
    const own = { PORT: '0', SOM3D_DATA_DIR: config.dataDir, SOM3D_DEMO: 'false', SOM3D_EMBEDDED_WORKER: 'false' };
    const second = await startServer(
      configuration.readConfig({ ...own, JWT_SECRET: 'a secret of the tests alone', ...env }),
      log,
      api().deps.clock,
    );
    try {
      const paused = async () => (await subscriptionRow(api(), id ?? 0)).estado === 'PAUSADA';
      expect(await until(paused, 'a paused subscription')).toBe(true);
    } finally {
      await second[Symbol.asyncDispose]();
    }
  });
});
