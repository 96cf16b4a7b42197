import { createClient } from '@som3d/client';
import { entities } from '@som3d/server/testing';
import jwt from 'jsonwebtoken';
import { expect, test } from 'vitest';
import { describeApi, expectProblem, PASSWORD, problemOf } from '../support/server.ts';

const MINUTE = 60_000;
/** `bcrypt` of PASSWORD as the predecessor made it: cost 12, `$2b$`. */
const LEGACY_HASH = '$2b$12$Vmp1Owq0xDX1BjfSOIEDnONv0Q7dAi2B.k1KvSzX6FOA/5XknRuae';

function person(correo: string) {
  return { nombre: 'José', apellido: "O'Higgins-Peña", correo, password: PASSWORD };
}

describeApi('auth', (api) => {
  const login = (correo: string, password = PASSWORD) => api().client.auth.login({ body: { correo, password } });

  test('registers an inactive doctor, normalised, without the hash', async () => {
    const { status, body } = await api().client.auth.register({
      body: {
        ...person('  Nuevo.Medico@SOM3D.local '),
        nombre: '  Jose\u0301   Luis ',
        telefono: '(300) 123-45 67',
        ciudad: '',
        direccion: 'Calle 1 <b>#2</b>',
      },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id_usuario: expect.any(Number) as number,
      nombre: 'José Luis',
      apellido: "O'Higgins-Peña",
      correo: 'nuevo.medico@som3d.local',
      telefono: '3001234567',
      direccion: 'Calle 1 b #2 /b',
      ciudad: null,
      rol: 'MEDICO',
      activo: false,
    });
  });

  test('refuses a taken address whatever its case, also when two requests race', async () => {
    await api().client.auth.register({ body: person('taken@som3d.local') });
    await expectProblem(
      api().client.auth.register({ body: person('TAKEN@som3d.local') }),
      409,
      /^Correo ya registrado$/,
    );
    const race = await Promise.allSettled(
      Array.from({ length: 6 }, () => api().client.auth.register({ body: person('race@som3d.local') })),
    );
    expect(race.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const losers = race.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as { status: number }] : [],
    );
    expect(losers.map(({ status }) => status)).toEqual([409, 409, 409, 409, 409]);
  });

  test('names each field that does not fit, in Spanish', async () => {
    const body = { nombre: 'R2D2', apellido: ' ', correo: 'no', password: 'short', rol: 'ADMINISTRADOR' as never };
    const error = await expectProblem(api().client.auth.register({ body }), 422);
    expect(error.errors.map(({ loc }) => loc.join('.')).toSorted()).toEqual([
      'body.apellido',
      'body.correo',
      'body.nombre',
      'body.password',
      'body.rol',
    ]);
    expect(error.detail).toMatch(/nombre: Solo se admiten letras/);
  });

  test('gives a token whose user the routes know', async () => {
    const { client, user } = await api().doctor();
    expect((await client.auth.me()).body).toEqual(user);
    const { body } = await login(user.correo.toUpperCase());
    const claims = jwt.decode(body.access_token) as Record<string, unknown>;
    expect(claims).toMatchObject({ sub: String(user.id_usuario), rol: 'MEDICO', email: user.correo, k: 'access' });
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(3600);
  });

  test('answers an unknown user and a wrong password alike', async () => {
    const { user } = await api().doctor();
    const unknown = await expectProblem(login('nobody@som3d.local'), 401, /^Credenciales inválidas$/);
    const wrong = await expectProblem(login(user.correo, 'wrong password'), 401, /^Credenciales inválidas$/);
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer');
    expect({ ...(wrong.body as object), request_id: '' }).toEqual({ ...(unknown.body as object), request_id: '' });
    await expectProblem(api().client.auth.login({ body: {} as never }), 422);
  });

  test('locks an account after five failures, even for the right password, until the window has passed', async () => {
    const { user } = await api().doctor();
    for (let failure = 0; failure < 5; failure++) await expectProblem(login(user.correo, 'wrong password'), 401);
    const locked = await expectProblem(login(user.correo), 429);
    expect(locked.retryAfter).toBeGreaterThan(14 * 60);
    expect(locked.retryAfter).toBeLessThanOrEqual(15 * 60);
    api().advance(15 * MINUTE + 2000);
    await login(user.correo);
    // The success cleared the count: four more failures do not lock.
    for (let failure = 0; failure < 4; failure++) await expectProblem(login(user.correo, 'wrong password'), 401);
    await login(user.correo);
  });

  test('lets parallel guesses see no more than five passwords compared', async () => {
    const { user } = await api().doctor();
    const guesses = await Promise.all(
      Array.from({ length: 20 }, async () => (await problemOf(login(user.correo, 'wrong password'))).status),
    );
    expect(guesses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    expect(new Set(guesses)).toEqual(new Set([401, 429]));
  });

  test('accepts the predecessor’s bcrypt hash and replaces it', async () => {
    const em = api().deps.orm.em.fork();
    const user = em.create(entities.Usuario, {
      ...person('legacy@som3d.local'),
      contrasena: LEGACY_HASH,
      rol: 'MEDICO',
    } as never);
    await em.flush();
    await expectProblem(login('legacy@som3d.local', 'wrong password'), 401);
    await login('legacy@som3d.local');
    await em.refresh(user);
    expect(user.contrasena).toMatch(/^\$argon2id\$/);
    await login('legacy@som3d.local');
  });

  test('accepts a token of the predecessor, which names no session', async () => {
    const { user } = await api().doctor();
    const claims = { sub: String(user.id_usuario), rol: 'MEDICO', email: user.correo, k: 'access' };
    const exp = Math.floor(api().deps.clock().getTime() / 1000) + 900;
    const token = jwt.sign({ ...claims, exp }, api().deps.secrets.jwt[0]);
    const { auth } = createClient({ baseUrl: api().url, token });
    expect((await auth.me()).body).toEqual(user);
    await auth.logout();
    expect((await auth.me()).status).toBe(200);
  });

  test('refuses tokens that are forged, expired, of another kind or of another algorithm', async () => {
    const { user, token } = await api().doctor();
    const secret = api().deps.secrets.jwt[0];
    const claims = { sub: String(user.id_usuario), rol: 'MEDICO', email: user.correo, k: 'access' };
    const bad = {
      forged: jwt.sign(claims, 'another secret'),
      expired: jwt.sign({ ...claims, exp: Math.floor(Date.now() / 1000) - 7200 }, secret),
      'another kind': jwt.sign({ ...claims, k: 'refresh' }, secret, { expiresIn: '1h' }),
      'no kind': jwt.sign({ sub: claims.sub }, secret, { expiresIn: '1h' }),
      'another algorithm': jwt.sign(claims, secret, { algorithm: 'HS512', expiresIn: '1h' }),
      'no signature': jwt.sign(claims, '', { algorithm: 'none' }),
      'another user': jwt.sign({ ...claims, sub: '2147483647' }, secret, { expiresIn: '1h' }),
      'not a number': jwt.sign({ ...claims, sub: '1 or 1=1' }, secret, { expiresIn: '1h' }),
      cut: token.slice(0, -3),
      empty: '',
    };
    for (const [name, wrong] of Object.entries(bad)) {
      const call = createClient({ baseUrl: api().url, token: wrong, retry: false }).auth.me();
      expect([name, (await problemOf(call)).status]).toEqual([name, 401]);
    }
    const anonymous = await expectProblem(api().client.auth.me(), 401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('lets a token in until it runs out, and not again', async () => {
    const { user } = await api().doctor();
    const exp = Math.floor(api().deps.clock().getTime() / 1000) + 900;
    const claims = { sub: String(user.id_usuario), rol: 'MEDICO', email: user.correo, k: 'access', exp };
    const token = jwt.sign(claims, api().deps.secrets.jwt[0]);
    const { auth } = createClient({ baseUrl: api().url, token, retry: false });
    for (let at = 0; at < 2; at++) expect((await auth.me()).status).toBe(200);
    api().advance(901_000);
    for (let at = 0; at < 2; at++) await expectProblem(auth.me(), 401);
  });

  test('takes the role from the database, and a removed user’s token is dead at once', async () => {
    const { client, user } = await api().doctor();
    await expectProblem(client.patients.create({ body: { nombres: 'X', apellidos: 'Y' } }), 422);
    const em = api().deps.orm.em.fork();
    await em.nativeUpdate(entities.Usuario, { id_usuario: user.id_usuario }, { rol: 'ADMINISTRADOR' });
    await expectProblem(client.patients.create({ body: { nombres: 'Luz', apellidos: 'Paz' } }), 403);
    await em.nativeDelete(entities.RefreshSession, { id_usuario: user.id_usuario });
    await em.nativeDelete(entities.Usuario, { id_usuario: user.id_usuario });
    await expectProblem(client.auth.me(), 401);
  });

  test('changes own data: absent stays, null clears, a taken address is a conflict', async () => {
    const { client, user } = await api().doctor();
    const other = await api().doctor();
    const first = await client.auth.updateMe({ body: { telefono: '+57 300 111 2233', ciudad: ' Bogotá  D.C. ' } });
    expect(first.body).toEqual({ ...user, telefono: '+573001112233', ciudad: 'Bogotá D.C.' });
    const second = await client.auth.updateMe({ body: { telefono: null, nombre: 'Inés' } });
    expect(second.body).toEqual({ ...user, nombre: 'Inés', ciudad: 'Bogotá D.C.' });
    const taken = { correo: other.user.correo, password_actual: PASSWORD };
    await expectProblem(client.auth.updateMe({ body: taken }), 409, /^Correo ya registrado$/);
    expect((await client.auth.updateMe({ body: { correo: user.correo.toUpperCase() } })).body).toEqual(second.body);
    await expectProblem(client.auth.updateMe({ body: { nombre: null as never } }), 422);
    await expectProblem(api().client.auth.updateMe({ body: {} }), 401);
    expect((await client.auth.updateMe({ body: { rol: 'ADMINISTRADOR' } as never })).body.rol).toBe('MEDICO');
  });

  test('changes the password', async () => {
    const { client, user } = await api().doctor();
    await client.auth.updateMe({ body: { password: 'a new long password', password_actual: PASSWORD } });
    await expectProblem(login(user.correo), 401);
    await login(user.correo, 'a new long password');
  });
});

describeApi(
  'auth with codes by mail',
  (api) => {
    test('turns direct registration off', async () => {
      await expectProblem(api().client.auth.register({ body: person('direct@som3d.local') }), 403, /código/);
    });
  },
  { REGISTER_REQUIRES_EMAIL_CODE: 'true' },
);

describeApi(
  'the way back to the predecessor',
  (api) => {
    const login = (correo: string, password: string) => api().client.auth.login({ body: { correo, password } });
    const hashOf = async (correo: string) =>
      (await api().deps.orm.em.fork().findOneOrFail(entities.Usuario, { correo })).contrasena;

    test('keeps its hashes, writes new ones as it does, and turns argon2id into them at the login', async () => {
      const bcrypt = /^\$2b\$12\$/;
      const em = api().deps.orm.em.fork();
      em.create(entities.Usuario, { ...person('old@som3d.local'), contrasena: LEGACY_HASH, rol: 'MEDICO' } as never);
      await em.flush();
      await login('old@som3d.local', PASSWORD);
      expect(await hashOf('old@som3d.local')).toBe(LEGACY_HASH);

      const doctor = await api().doctor();
      const { correo } = doctor.user;
      expect(await hashOf(correo)).toMatch(bcrypt);
      const password = 'otra clave muy larga';
      await doctor.client.auth.updateMe({ body: { password, password_actual: PASSWORD } });
      expect(await hashOf(correo)).toMatch(bcrypt);
      await login(correo, password);

      const admin = await api().admin();
      expect(await hashOf(admin.user.correo)).toMatch(bcrypt);
      await expectProblem(login(admin.user.correo, 'wrong password'), 401);
    });

    test('hashes as always what bcrypt would not read to its end', async () => {
      const correo = 'nul@som3d.local';
      const password = 'tres\0cuatro cinco seis';
      await api().client.auth.register({ body: { ...person(correo), password } });
      expect(await hashOf(correo)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      await login(correo, password);
      await expectProblem(login(correo, 'tres\0otra cosa'), 401);
    });
  },
  { SOM3D_PASSWORD_HASH: 'bcrypt', SOM3D_PASSWORD_MEMORY_MIB: '19' },
  ['sqlite'],
);
