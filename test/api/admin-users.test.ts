import { LockMode } from '@mikro-orm/core';
import { databases, entities } from '@som3d/server/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { isMariaDb } from '../support/database.ts';
import { newCode } from '../support/hospitals.ts';
import { until } from '../support/jobs.ts';
import { describeApi, expectProblem, PASSWORD, problemOf, type Session } from '../support/server.ts';

const MISSING = { id: 2_000_000_000 };
function person(more: object = {}) {
  return {
    nombre: 'Olga',
    apellido: 'Ríos',
    correo: `admin-${newCode().toLowerCase()}@som3d.local`,
    password: PASSWORD,
    ...more,
  };
}

async function suspend({ client }: Session, { user }: Session) {
  return await client.admin.updateUser({ params: { id: user.id_usuario }, body: { suspendido: true } });
}

describeApi('users of administrators', (api) => {
  test('lists who is inactive and who administers, newest first, by page', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const inactive = (await admin.client.admin.listInactiveUsers()).body;
    expect(inactive[0]).toEqual({ ...doctor.user, suspendido: false });
    expect(inactive.every(({ activo }) => !activo)).toBe(true);
    const other = await api().admin();
    const { body, headers } = await admin.client.admin.listAdmins({ query: { limit: 2 } });
    expect(body.map(({ correo }) => correo)).toEqual([other.user.correo, admin.user.correo]);
    const total = await api().deps.orm.em.fork().count(entities.Usuario, { rol: 'ADMINISTRADOR' });
    expect(headers.get('x-total-count')).toBe(String(total));
    const found = await admin.client.admin.listAdmins({ query: { q: other.user.correo.toUpperCase() } });
    expect(found.body.map(({ id_usuario }) => id_usuario)).toEqual([other.user.id_usuario]);
    expect((await admin.client.admin.listInactiveUsers({ query: { q: doctor.user.correo } })).body).toEqual([
      { ...doctor.user, suspendido: false },
    ]);
    await expectProblem(admin.client.admin.listAdmins({ query: { limit: 501 } }), 422);
    await expectProblem(admin.client.admin.listInactiveUsers({ query: { offset: -1 } }), 422);
  });

  test('creates an administrator who can administer at once', async () => {
    const admin = await api().admin();
    const given = person({ ciudad: 'Pasto' });
    const { status, body } = await admin.client.admin.createAdmin({ body: given });
    expect(status).toBe(201);
    const { password: _password, ...shown } = given;
    expect(body).toEqual({
      ...shown,
      id_usuario: expect.any(Number) as number,
      telefono: null,
      direccion: null,
      rol: 'ADMINISTRADOR',
      activo: true,
    });
    const { access_token } = (await api().client.auth.login({ body: { correo: given.correo, password: PASSWORD } }))
      .body;
    const response = await fetch(`${api().url}/admin/metrics`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    expect(response.status).toBe(200);
    await expectProblem(admin.client.admin.createAdmin({ body: given }), 409, /^Correo ya registrado$/);
    await expectProblem(admin.client.admin.createAdmin({ body: person({ correo: 'no' }) }), 422);
    const inactive = await admin.client.admin.createAdmin({ body: person({ activo: 'false' }) });
    expect(inactive.body.activo).toBe(false);
  });

  test('removes an inactive account, and none of an administrator', async () => {
    const [admin, doctor, other] = [await api().admin(), await api().doctor(), await api().admin()];
    const { client } = admin;
    const self = { id: admin.user.id_usuario };
    await expectProblem(client.admin.removeUser({ params: self }), 409, /propia/);
    const params = { id: doctor.user.id_usuario };
    const activate = (activo: boolean) =>
      api().deps.orm.em.fork().nativeUpdate(entities.Usuario, { id_usuario: params.id }, { activo });
    await activate(true);
    await expectProblem(client.admin.removeUser({ params }), 409, /^No se puede borrar un usuario activo$/);
    expect((await doctor.client.auth.me()).status).toBe(200);
    await activate(false);
    expect((await client.admin.removeUser({ params })).status).toBe(204);
    await expectProblem(doctor.client.auth.me(), 401);
    await expectProblem(client.admin.removeUser({ params }), 404);
    await expectProblem(client.admin.removeUser({ params: { id: other.user.id_usuario } }), 403, /ADMINISTRADOR/);
    expect((await other.client.admin.metrics()).status).toBe(200);
    await expectProblem(client.admin.removeUser({ params: MISSING }), 404);
    await expectProblem(client.admin.removeUser({ params: { id: 'x' as never } }), 422);
    await expectProblem(client.admin.removeUser({ params: { id: 'admins' as never } }), 405);
    // What the removed one had done is still told.
    const audit = await client.admin.clinicalAudit({
      query: { entity_type: 'USUARIO', entity_id: doctor.user.id_usuario },
    });
    expect(audit.body).toMatchObject([{ action: 'DELETE', actor: admin.user.correo }]);
  });

  test('keeps one administrator when two suspend each other', async () => {
    for (let round = 0; round < 3; round++) {
      const [first, second] = [await api().admin(), await api().admin()];
      const em = api().deps.orm.em.fork();
      const pair = [first.user.id_usuario, second.user.id_usuario];
      await em.nativeUpdate(entities.Usuario, { rol: 'ADMINISTRADOR', id_usuario: { $nin: pair } }, { rol: 'MEDICO' });
      const race = await Promise.allSettled([suspend(first, second), suspend(second, first)]);
      const refused = race.filter((result) => result.status === 'rejected');
      expect(refused).toHaveLength(1);
      const { status } = await problemOf(Promise.reject(refused[0]?.reason as Error));
      // 401: the second was suspended before the request had begun.
      expect([409, 401]).toContain(status);
      expect(await em.count(entities.Usuario, { rol: 'ADMINISTRADOR', suspended_at: null })).toBe(1);
    }
  });

  test('lets the second of two who wait for each other find that it would be the last', async ({ skip }) => {
    skip(api().kind !== 'mysql' || isMariaDb(), 'the embedded database has one writer; MariaDB shows waits elsewhere');
    const [first, second] = [await api().admin(), await api().admin()];
    const em = api().deps.orm.em.fork();
    const pair = [first.user.id_usuario, second.user.id_usuario];
    await em.nativeUpdate(entities.Usuario, { rol: 'ADMINISTRADOR', id_usuario: { $nin: pair } }, { rol: 'MEDICO' });
    let race: Promise<PromiseSettledResult<unknown>[]> | undefined;
    // Both are let in while somebody else holds the rows, and wait for them.
    await em.transactional(async (held) => {
      await held.find(entities.Usuario, { id_usuario: { $in: pair } }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      race = Promise.allSettled([suspend(first, second), suspend(second, first)]);
      await until(async () => {
        const { rows } = await sql<{ waiting: number }>`
          select count(distinct w.requesting_engine_transaction_id) as waiting
          from performance_schema.data_lock_waits w
          join performance_schema.data_locks l on l.engine_lock_id = w.requesting_engine_lock_id
          where l.object_schema = database()`.execute(databases.kysely(held));
        return rows[0]?.waiting === 2;
      }, 'both suspensions wait');
    });
    const refused = (await race)?.filter((result) => result.status === 'rejected') ?? [];
    expect(refused).toHaveLength(1);
    await expectProblem(Promise.reject(refused[0]?.reason as Error), 409, /último administrador/);
    expect(await em.count(entities.Usuario, { rol: 'ADMINISTRADOR', suspended_at: null })).toBe(1);
  });

  test('is for administrators', async () => {
    const [doctor, victim] = [await api().doctor(), await api().doctor()];
    const params = { id: victim.user.id_usuario };
    for (const [client, status] of [
      [api().client, 401],
      [doctor.client, 403],
    ] as const) {
      await expectProblem(client.admin.listInactiveUsers(), status);
      await expectProblem(client.admin.listAdmins(), status);
      await expectProblem(client.admin.createAdmin({ body: person() }), status);
      await expectProblem(client.admin.removeUser({ params }), status);
    }
    expect((await victim.client.auth.me()).status).toBe(200);
  });
});
