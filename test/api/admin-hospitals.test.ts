import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { codesOf, createHospital, newCode } from '../support/hospitals.ts';
import { describeApi, expectProblem } from '../support/server.ts';
import { newHospital, newPlan, newSubscription } from '../support/subscriptions.ts';

const DAY = 86_400_000;
const MISSING = { id: 2_000_000_000 };

describeApi('hospitals of administrators', (api) => {
  test('makes a code that is free, and makes one where none is given', async () => {
    const { client } = await api().admin();
    // A literal path: not `/admin/hospitals/{id}`.
    const { codigo } = (await client.admin.generateCode()).body;
    expect(codigo).toMatch(/^[A-Z0-9]{8}$/);
    expect((await client.admin.generateCode()).body.codigo).not.toBe(codigo);
    const { status, body } = await client.admin.createHospital({ body: { nombre: 'Hospital 1' } });
    expect(status).toBe(201);
    expect(body.codigo).toMatch(/^[A-Z0-9]{8}$/);
    expect((await client.admin.createHospital({ body: { nombre: 'Hospital 0', codigo: '' } })).body.codigo).toMatch(
      /^[A-Z0-9]{8}$/,
    );
    expect(body).toMatchObject({
      nombre: 'Hospital 1',
      estado: 'ACTIVO',
      has_active_subscription: false,
      code: { codigo: body.codigo, used_at: null, revoked_at: null },
    });
    const { body: named } = await client.admin.createHospital({ body: { nombre: 'Hospital 2', codigo } });
    expect(named.codigo).toBe(codigo);
    await expectProblem(client.admin.createHospital({ body: { nombre: 'Hospital 3', codigo } }), 409);
    await expectProblem(client.admin.createHospital({ body: { nombre: '!' } }), 422);
  });

  test('adds a paused subscription of a plan, and nothing at all for an unknown one', async () => {
    const { client } = await api().admin();
    const { id_plan } = await newPlan(client);
    const created = await client.admin.createHospital({ body: { nombre: 'Con plan', plan_id: id_plan } });
    const { id_hospital } = created.body;
    const em = api().deps.orm.em.fork();
    expect(await em.find(entities.Suscripcion, { id_hospital })).toMatchObject([{ id_plan, estado: 'PAUSADA' }]);
    const codigo = newCode();
    const body = { nombre: 'Sin plan', codigo, plan_id: MISSING.id };
    await expectProblem(client.admin.createHospital({ body }), 404, /plan/);
    expect(await em.count(entities.Hospital, { codigo })).toBe(0);
    expect(await em.count(entities.HospitalCode, { codigo })).toBe(0);
  });

  test('shows, changes and removes', async () => {
    const admin = await api().admin();
    const { client } = admin;
    const hospital = await createHospital(admin, { telefono: '(+57) 601 555 1234' });
    expect(hospital.telefono).toBe('+576015551234');
    const params = { id: hospital.id_hospital };
    const { id_plan } = await newPlan(client);
    await newSubscription(api(), { id_hospital: params.id, id_plan, estado: 'ACTIVA', fecha_expiracion: null });
    const shown = (await client.admin.getHospital({ params })).body;
    expect(shown).toMatchObject({ ...hospital, has_active_subscription: true, code: { codigo: hospital.codigo } });
    const codigo = newCode();
    const changed = await client.admin.updateHospital({ params, body: { ciudad: 'Tunja', telefono: '', codigo } });
    expect(changed.body).toMatchObject({
      ...hospital,
      ciudad: 'Tunja',
      telefono: null,
      codigo,
      code: { codigo, revoked_at: null },
    });
    const other = await createHospital(admin);
    await expectProblem(client.admin.updateHospital({ params, body: { codigo: other.codigo } }), 409);
    await expectProblem(client.admin.updateHospital({ params, body: { correo: 'no' } }), 422);
    expect((await client.admin.removeHospital({ params })).status).toBe(204);
    for (const id of [params, MISSING]) {
      await expectProblem(client.admin.getHospital({ params: id }), 404);
      await expectProblem(client.admin.updateHospital({ params: id, body: {} }), 404);
      await expectProblem(client.admin.removeHospital({ params: id }), 404);
      await expectProblem(client.admin.reissueCode({ params: id, body: {} }), 404);
      await expectProblem(client.admin.revokeCodes({ params: id }), 404);
    }
    await expectProblem(client.admin.getHospital({ params: { id: 'x' as never } }), 422);
    await expectProblem(client.admin.removeHospital({ params: { id: 0 } }), 422);
  });

  test('lists by name, filtered, by page', async () => {
    const admin = await api().admin();
    const mark = newCode().replace('T-', 'Zz');
    const made = [
      await createHospital(admin, { nombre: `Uno ${mark}` }),
      await createHospital(admin, { nombre: 'Dos', ciudad: `Villa ${mark}`, estado: 'INACTIVO' }),
      await createHospital(admin, { nombre: 'Tres', codigo: mark }),
    ];
    const [a, b, c] = made.map(({ id_hospital }) => id_hospital);
    const ids = async (query: object) => {
      const { body, headers } = await admin.client.admin.listHospitals({ query });
      return [body.map(({ id_hospital }) => id_hospital), headers.get('x-total-count')];
    };
    expect(await ids({ q: mark })).toEqual([[b, c, a], '3']);
    expect(await ids({ q: mark, estado: 'todos' })).toEqual([[b, c, a], '3']);
    expect(await ids({ q: mark, estado: 'inactivo' })).toEqual([[b], '1']);
    expect(await ids({ q: `villa ${mark}` })).toEqual([[b], '1']);
    expect(await ids({ q: mark, limit: 1, offset: 1 })).toEqual([[c], '3']);
    expect(await ids({ q: '%' })).toEqual([[], '0']);
    const { body } = await admin.client.admin.listHospitals();
    expect(body.find(({ id_hospital }) => id_hospital === c)).toMatchObject({
      id_hospital: c,
      code: { codigo: made[2]?.codigo },
      has_active_subscription: false,
    });
    await expectProblem(admin.client.admin.listHospitals({ query: { estado: 'OTRO' as never } }), 422);
  });

  test('reissues a code for as many days as asked, and revokes', async () => {
    const admin = await api().admin();
    const { client } = admin;
    const hospital = await createHospital(admin);
    const params = { id: hospital.id_hospital };
    const daysOf = (instant: string | null) => (Date.parse(instant ?? '') - api().deps.clock().getTime()) / DAY;
    const first = (await client.admin.reissueCode({ params, body: { expires_days: 365 } })).body;
    expect(first.codigo).toMatch(/^[A-Z0-9]{8}$/);
    expect(daysOf(first.code.expires_at)).toBeCloseTo(365, 2);
    const doctor = await api().doctor();
    await expectProblem(doctor.client.hospitals.linkByCode({ body: { codigo: hospital.codigo } }), 409, /revocado/);
    expect(first.expires_at).toBe(first.code.expires_at);
    // A body is not needed.
    const reissue = async (query = '') => {
      const response = await fetch(`${api().url}/admin/hospitals/${params.id}/codes/reissue${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${admin.token}` },
      });
      return [response.status, (await response.json()) as typeof first] as const;
    };
    expect(daysOf((await reissue('?expires_days=5'))[1].expires_at)).toBeCloseTo(5, 2);
    expect((await reissue('?expires_days=366'))[0]).toBe(422);
    const [status, second] = await reissue();
    expect(status).toBe(200);
    expect(daysOf(second.code.expires_at)).toBeCloseTo(30, 2);
    await doctor.client.hospitals.linkByCode({ body: { codigo: second.codigo } });

    expect((await client.admin.revokeCodes({ params })).body).toEqual({ ok: true, revoked: 0 });
    const third = (await client.admin.reissueCode({ params, body: { expires_days: '' as never } })).body;
    expect((await client.admin.revokeCodes({ params })).body).toEqual({ ok: true, revoked: 1 });
    expect((await client.admin.revokeCodes({ params })).body).toEqual({ ok: true, revoked: 0 });
    expect((await client.admin.getHospital({ params })).body.code.revoked_at).toBeTruthy();
    const other = await api().doctor();
    await expectProblem(other.client.hospitals.linkByCode({ body: { codigo: third.codigo } }), 409, /revocado/);
    // What was used stays used, not revoked.
    expect(await codesOf(api(), params.id)).toMatchObject([
      { revoked_at: expect.any(Date) as Date },
      { revoked_at: expect.any(Date) as Date },
      { revoked_at: expect.any(Date) as Date },
      { revoked_at: null, used_at: expect.any(Date) as Date },
      { revoked_at: expect.any(Date) as Date },
    ]);
    for (const expires_days of [0, 366, 1.5]) {
      await expectProblem(client.admin.reissueCode({ params, body: { expires_days } }), 422);
    }
    await expectProblem(client.admin.revokeCodes({ params: { id: -1 } }), 422);
  });

  test('revokes a code of the predecessor that has no history', async () => {
    const { client } = await api().admin();
    const params = { id: await newHospital(api()) };
    expect((await client.admin.revokeCodes({ params })).body.revoked).toBe(1);
    const { codigo } = (await client.admin.getHospital({ params })).body;
    const doctor = await api().doctor();
    await expectProblem(doctor.client.hospitals.linkByCode({ body: { codigo } }), 409, /revocado/);
  });

  test('is for administrators', async () => {
    const params = { id: (await createHospital(await api().admin())).id_hospital };
    const doctor = await api().doctor();
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.admin.generateCode(), status);
      await expectProblem(client.admin.listHospitals(), status);
      await expectProblem(client.admin.getHospital({ params }), status);
      await expectProblem(client.admin.createHospital({ body: { nombre: 'Otro' } }), status);
      await expectProblem(client.admin.updateHospital({ params, body: {} }), status);
      await expectProblem(client.admin.removeHospital({ params }), status);
      await expectProblem(client.admin.reissueCode({ params, body: {} }), status);
      await expectProblem(client.admin.revokeCodes({ params }), status);
    }
    expect(await api().deps.orm.em.fork().count(entities.Hospital, { id_hospital: params.id })).toBe(1);
  });
});
