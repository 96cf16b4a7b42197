import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { audits, databases } from '@som3d/server/testing';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { databaseKinds } from '../support/database.ts';
import { describeApi, startTestServer, type TestServer } from '../support/server.ts';

const MAIN = path.join(import.meta.dirname, '../../server/dist/main.js');

function db(server: TestServer) {
  return databases.kysely(server.deps.orm.em.fork());
}

async function run(server: TestServer, statement: string) {
  await sql.raw(statement).execute(db(server));
}

/** The predecessor's way to write a row: it names neither a place in the chain nor a seal. */
async function writeAsPredecessor(server: TestServer, entity_id: number) {
  const row = {
    entity_type: 'PACIENTE',
    entity_id,
    action: 'UPDATE',
    before_json: '{"a": 1}',
    created_at: server.deps.clock(),
  };
  await db(server).insertInto('ClinicalAudit').values(row).execute();
}

async function verify(server: TestServer) {
  const { secrets, storage } = server.deps;
  const kept = await audits.readKeptHead(storage);
  const unsealed = server.deps.config.SOM3D_AUDIT_UNSEALED;
  return await audits.verifyChain(db(server), { keys: secrets.audit, kept, unsealed });
}

async function keep(server: TestServer) {
  await new audits.AuditKeeper(server.deps).runDue();
}

/** A doctor with a patient and five notes: seven rows or more. */
async function story(server: TestServer) {
  const doctor = await server.doctor();
  const { body: patient } = await doctor.client.patients.create({ body: { nombres: 'Ana', apellidos: 'Ruiz' } });
  for (const texto of ['uno', 'dos', 'tres', 'cuatro', 'cinco']) {
    await doctor.client.patients.createNote({ params: { id: patient.id_paciente }, body: { texto } });
  }
  return { doctor, patient };
}

describeApi('the chain of the audit', (api) => {
  test('holds every row from the moment it is written, also when many write at once', async () => {
    const { doctor, patient } = await story(api());
    const before = (await verify(api())).rows;
    const params = { id: patient.id_paciente };
    const texts = Array.from({ length: 20 }, (_, index) => `a la vez ${index}`);
    await Promise.all(texts.map((texto) => doctor.client.patients.createNote({ params, body: { texto } })));
    expect(await verify(api())).toMatchObject({ rows: before + 20, waiting: 0, fault: null });
  });

  test('takes the rows of the predecessor soon after', async () => {
    const { rows } = await verify(api());
    await writeAsPredecessor(api(), 1);
    await writeAsPredecessor(api(), 2);
    await keep(api());
    expect(await verify(api())).toMatchObject({ rows: rows + 2, waiting: 0, fault: null });
  });

  test('holds when an account is removed, and still says who it was', async () => {
    const { doctor } = await story(api());
    const admin = await api().admin();
    await admin.client.admin.removeUser({ params: { id: doctor.user.id_usuario } });
    expect(await verify(api())).toMatchObject({ waiting: 0, fault: null });
    const { body } = await admin.client.admin.clinicalAudit({
      query: { actor: doctor.user.id_usuario, entity_type: 'NOTA' },
    });
    expect(body).toHaveLength(5);
    expect(body[0]).toMatchObject({ actor: null, meta: { actor_eliminado: doctor.user.id_usuario } });
  });
});

describeApi(
  'the chain once the predecessor does not run any more',
  (api) => {
    test('takes no row without a seal, and names it', async () => {
      await story(api());
      await keep(api());
      expect(await verify(api())).toMatchObject({ waiting: 0, fault: null });
      await writeAsPredecessor(api(), 1);
      await keep(api());
      const inserted = await db(api())
        .selectFrom('ClinicalAudit')
        .select('id_audit')
        .where('seq', 'is', null)
        .execute();
      const [{ id_audit } = { id_audit: 0 }] = inserted;
      expect(inserted).toHaveLength(1);
      const { fault, waiting } = await verify(api());
      expect({ waiting, ...fault }).toMatchObject({ waiting: 1, seq: null, id_audit });
      expect(fault?.reason).toMatch(/no seal/);
      expect(api().errors.splice(0).join('')).toContain('the audit has a row without a seal');
    });
  },
  { SOM3D_AUDIT_UNSEALED: 'report' },
);

describe.each(databaseKinds())('an altered audit on %s', (kind) => {
  const altered: [string, (server: TestServer, id: number) => Promise<void>, RegExp][] = [
    [
      'a changed text',
      (on, id) => run(on, `update ClinicalAudit set after_json = '{}' where id_audit = ${id}`),
      /changed/,
    ],
    [
      'another actor',
      (on, id) => run(on, `update ClinicalAudit set actor_id_usuario = null where id_audit = ${id}`),
      /changed/,
    ],
    ['a removed row', (on, id) => run(on, `delete from ClinicalAudit where id_audit = ${id}`), /missing/],
    [
      'a removed seal',
      (on, id) => run(on, `update ClinicalAudit set seq = null, mac = null where id_audit = ${id}`),
      /missing/,
    ],
  ];
  test.each(altered)('shows %s at its place', async (_name, alter, reason) => {
    const server = await startTestServer(kind);
    await story(server);
    const rows = await db(server).selectFrom('ClinicalAudit').select(['id_audit', 'seq']).orderBy('seq').execute();
    const victim = rows[3]!;
    await alter(server, victim.id_audit);
    const { fault } = await verify(server);
    expect(fault?.seq).toBe(victim.seq);
    expect(fault?.reason).toMatch(reason);
    await server.stop();
  });

  test('shows an end that was cut off, also with the head of the database turned back, and keeps the witness', async () => {
    const server = await startTestServer(kind);
    await story(server);
    await keep(server);
    const last = await db(server).selectFrom('ClinicalAudit').select(['seq', 'mac']).orderBy('seq', 'desc').execute();
    const [cut, end] = [last[1]!, last[2]!];
    await run(server, `delete from ClinicalAudit where seq >= ${cut.seq}`);
    expect((await verify(server)).fault).toMatchObject({ seq: cut.seq, id_audit: null });
    await run(server, `update audit_chain set seq = ${end.seq}, mac = '${end.mac}' where name = 'head'`);
    expect((await verify(server)).fault).toMatchObject({ seq: cut.seq, id_audit: null });
    await story(server);
    await keep(server);
    expect((await verify(server)).fault?.reason).toMatch(/cut off/);
    expect(server.errors.splice(0).join()).toContain('audit chain');
    await server.stop();
  });

  test('leaves a signed checkpoint where old rows were removed', async () => {
    const server = await startTestServer(kind, { SOM3D_AUDIT_YEARS: '15' });
    await story(server);
    const { rows } = await verify(server);
    server.advance(16 * 366 * 86_400_000);
    await keep(server);
    expect(await verify(server)).toMatchObject({ rows: 0, removedUpTo: rows, fault: null });
    await writeAsPredecessor(server, 7);
    await keep(server);
    expect(await verify(server)).toMatchObject({ removedUpTo: rows, fault: null });
    await run(server, `update audit_chain set seq = seq + 1 where name = 'checkpoint'`);
    expect((await verify(server)).fault?.reason).toMatch(/not signed/);
    await server.stop();
  });

  test('is named by the command, which ends with 1', async () => {
    const server = await startTestServer(kind);
    await story(server);
    const { config } = server.deps;
    const command = (...args: string[]) =>
      spawnSync(process.execPath, [MAIN, 'audit', 'verify', ...args], {
        cwd: server.dataDir,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'] ?? '',
          SOM3D_DATA_DIR: server.dataDir,
          JWT_SECRET: config.JWT_SECRET ?? '',
          ...(config.database.kind === 'mysql' ? { MYSQL_URL: config.database.url } : {}),
        },
      });
    const intact = command();
    expect([intact.status, intact.stdout]).toEqual([0, expect.stringMatching(/\d+ rows hold[^]*intact/)]);
    const first = await db(server).selectFrom('ClinicalAudit').select('id_audit').where('seq', '=', 2).execute();
    await run(server, `update ClinicalAudit set entity_id = 99 where seq >= 2`);
    const broken = command();
    expect(broken.status).toBe(1);
    expect(broken.stdout).toContain(`BROKEN at position 2, id_audit ${first[0]?.id_audit}`);
    await server.stop();
  });
});
