import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { codesOf, createHospital, newCode } from '../support/hospitals.ts';
import { describeApi, expectProblem, problemOf, type Session } from '../support/server.ts';
import { doctorState, newHospital, newPlan, newSubscription, profileOf } from '../support/subscriptions.ts';

const DAY = 86_400_000;
function link({ client }: Session, codigo: string) {
  return client.hospitals.linkByCode({ body: { codigo } });
}

describeApi('linking to a hospital by code', (api) => {
  const hospitalOf = async ({ user }: Session) =>
    (await api().deps.orm.em.fork().findOneOrFail(entities.Medico, { id_usuario: user.id_usuario })).id_hospital;

  test('links, consumes the code and activates doctor and account', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const hospital = await createHospital(admin);
    const { status, body } = await link(doctor, ` ${hospital.codigo.toLowerCase()} `);
    expect(status).toBe(200);
    expect(body).toEqual({ ok: true, ...hospital, has_active_subscription: false });
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    expect((await doctor.client.auth.me()).body.activo).toBe(true);
    const em = api().deps.orm.em.fork();
    const profile = await em.findOneOrFail(entities.Medico, { id_usuario: doctor.user.id_usuario });
    expect(profile).toMatchObject({ id_hospital: hospital.id_hospital, referenciado: true });
    const [code] = await codesOf(api(), hospital.id_hospital);
    expect(code).toMatchObject({ usado_por_id_medico: profile.id_medico, used_at: expect.any(Date) as Date });
    expect(code?.revoked_at ?? null).toBeNull();
  });

  test('says why a code does not link: used, revoked, expired, unknown', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const used = await createHospital(admin);
    await link(await api().doctor(), used.codigo);
    await expectProblem(link(doctor, used.codigo), 409, /usado/);

    const revoked = await createHospital(admin);
    await admin.client.hospitals.update({ params: { id: revoked.id_hospital }, body: { codigo: newCode() } });
    await expectProblem(link(doctor, revoked.codigo), 409, /revocado/);

    const hidden = await createHospital(admin, { estado: 'INACTIVO' });
    await expectProblem(link(doctor, hidden.codigo), 404);
    await expectProblem(link(doctor, 'NADIE'), 404);
    await expectProblem(link(doctor, '*'), 422);
    await expectProblem(doctor.client.hospitals.linkByCode({ body: {} as never }), 422);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.Medico, { id_usuario: doctor.user.id_usuario })).toBe(0);
  });

  test('links until 30 days are over, and not after', async () => {
    const admin = await api().admin();
    const [early, late] = [await createHospital(admin), await createHospital(admin)];
    api().advance(30 * DAY - 60_000);
    expect((await link(await api().doctor(), early.codigo)).status).toBe(200);
    api().advance(60_000);
    await expectProblem(link(await api().doctor(), late.codigo), 409, /vencido/);
  });

  test('lets one of several doctors with one code through', async () => {
    const admin = await api().admin();
    const { codigo, id_hospital } = await createHospital(admin);
    const doctors = await Promise.all(Array.from({ length: 5 }, () => api().doctor()));
    const race = await Promise.allSettled(doctors.map((doctor) => link(doctor, codigo)));
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = race.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { status: number }).status)).toEqual([409, 409, 409, 409]);
    expect(await api().deps.orm.em.fork().count(entities.Medico, { id_hospital })).toBe(1);
  });

  test('does not link with a code while an administrator revokes it', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const { codigo, id_hospital } = await createHospital(admin);
    const [linked, revoked] = await Promise.allSettled([
      link(doctor, codigo),
      admin.client.admin.revokeCodes({ params: { id: id_hospital } }),
    ]);
    const [code] = await codesOf(api(), id_hospital);
    expect(revoked.status).toBe('fulfilled');
    expect(Boolean(code?.used_at)).toBe(linked.status === 'fulfilled');
    expect(Boolean(code?.revoked_at)).toBe(linked.status === 'rejected');
  });

  test('links once with a code of the predecessor that has no history, also when two doctors race', async () => {
    const id_hospital = await newHospital(api());
    const { codigo } = (await (await api().admin()).client.hospitals.get({ params: { id: id_hospital } })).body;
    expect((await api().client.hospitals.byCode({ params: { codigo } })).body.code).toEqual({
      codigo,
      expires_at: null,
      used_at: null,
      revoked_at: null,
    });
    const doctors = [await api().doctor(), await api().doctor()];
    const race = await Promise.allSettled(doctors.map((doctor) => link(doctor, codigo)));
    expect(race.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expectProblem(link(await api().doctor(), codigo), 409, /usado/);
    expect(await codesOf(api(), id_hospital)).toMatchObject([{ codigo, used_at: expect.any(Date) as Date }]);
  });

  test('keeps a code of the predecessor taken when it is replaced', async () => {
    const admin = await api().admin();
    const id = await newHospital(api());
    const { codigo } = (await admin.client.hospitals.get({ params: { id } })).body;
    await admin.client.hospitals.update({ params: { id }, body: { codigo: newCode() } });
    await expectProblem(link(await api().doctor(), codigo), 409, /revocado/);
    await expectProblem(createHospital(admin, { codigo }), 409);
  });

  test('moves a doctor to another hospital, and spends no code on one who is there already', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const [first, second] = [await createHospital(admin), await createHospital(admin)];
    await link(doctor, first.codigo);
    await link(doctor, second.codigo);
    expect(await hospitalOf(doctor)).toBe(second.id_hospital);

    const params = { id: second.id_hospital };
    const { codigo } = (await admin.client.hospitals.update({ params, body: { codigo: newCode() } })).body;
    expect((await link(doctor, codigo)).body).toMatchObject({ ok: true, codigo });
    expect((await codesOf(api(), second.id_hospital)).at(-1)).toMatchObject({ codigo, used_at: null });
    // Who is there but not active is activated by it.
    const id = await profileOf(api(), doctor);
    await admin.client.admin.updateDoctor({ params: { id }, body: { estado: 'INACTIVO' } });
    await link(doctor, codigo);
    expect(await doctorState(api(), doctor)).toEqual(['ACTIVO', true]);
    await expectProblem(link(doctor, codigo), 409, /usado/);
  });

  test('moves one doctor with two codes at once to one of the two hospitals', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const hospitals = [await createHospital(admin), await createHospital(admin)];
    const both = await Promise.all(
      hospitals.map(async ({ codigo }) =>
        link(doctor, codigo).then(
          () => 200,
          async (error: unknown) => (await problemOf(Promise.reject(error as Error))).status,
        ),
      ),
    );
    expect(both).toEqual([200, 200]);
    expect(hospitals.map(({ id_hospital }) => id_hospital)).toContain(await hospitalOf(doctor));
    expect(await api().deps.orm.em.fork().count(entities.Medico, { id_usuario: doctor.user.id_usuario })).toBe(1);
    const codigos = hospitals.map(({ codigo }) => codigo);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.HospitalCode, { codigo: { $in: codigos }, used_at: { $ne: null } })).toBe(2);
  });
});

describeApi(
  'linking where only subscribers are activated',
  (api) => {
    test('activates with a subscription in force, and links without one', async () => {
      const admin = await api().admin();
      const { id_plan } = await newPlan(admin.client);
      const ends = (ms: number) => new Date(api().deps.clock().getTime() + ms);
      const expiries = { none: null, lapsed: ends(-1000), running: ends(DAY) };
      const states: Record<string, unknown> = {};
      for (const [name, fecha_expiracion] of Object.entries(expiries)) {
        const doctor = await api().doctor();
        const { codigo, id_hospital } = await createHospital(admin);
        const row = { id_hospital, id_plan, estado: 'ACTIVA' as const };
        if (fecha_expiracion) await newSubscription(api(), { ...row, fecha_expiracion });
        const { has_active_subscription } = (await link(doctor, codigo)).body;
        states[name] = [has_active_subscription, ...(await doctorState(api(), doctor))];
        expect((await doctor.client.hospitals.mineStatus()).body).toMatchObject({ linked: true });
      }
      expect(states).toEqual({
        none: [false, 'INACTIVO', false],
        lapsed: [false, 'INACTIVO', false],
        running: [true, 'ACTIVO', true],
      });
    });
  },
  { HOSPITAL_LINK_ACTIVATES: 'subscribed' },
);
