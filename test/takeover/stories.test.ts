import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createClient } from '@som3d/client';
import { configuration, databases, startServer, SteeredClock } from '@som3d/server/testing';
import { describe, expect, test } from 'vitest';
import yazl from 'yazl';
import { connect } from '../migrations/catalog.ts';
import { PREDECESSOR_REFRESH_SESSIONS, PREDECESSOR_SCHEMA } from '../migrations/predecessor.sql.ts';
import { createEmptyDatabase, databaseKinds, SILENT, type TestDatabase } from '../support/database.ts';
import { type GatewayDouble, startGateway } from '../support/epayco-gateway.ts';
import { sampleZip } from '../support/jobs.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { differencesOf } from './answer.ts';
import { unexpected } from './exceptions.ts';
import { AWKWARD_ROWS, FIRST_ROWS, FURTHER_STATEMENTS } from './rows.ts';
import { ACCOUNT, type Listener, readStory, Teller, type Told } from './story.ts';

/** A database of the predecessor's with these rows, and its results in the folder of the files. */
async function installation(rows: readonly string[]): Promise<TestDatabase> {
  const database = await createEmptyDatabase('mysql');
  await using connection = await connect(database.env['MYSQL_URL'] ?? '');
  for (const statement of [...PREDECESSOR_SCHEMA, PREDECESSOR_REFRESH_SESSIONS, ...rows]) {
    await connection.query(statement);
  }
  const zip = new yazl.ZipFile();
  for (const name of ['femur', 'tibia', 'rotula']) zip.addBuffer(Buffer.alloc(84), `${name}.stl`);
  zip.end();
  const bytes = await buffer(zip.outputStream);
  for (const job of ['pjob1', 'pjob4']) {
    const folder = path.join(database.dataDir, 'files/jobs', job);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'stl_result.zip'), bytes);
  }
  return database;
}

/** Adopts the database. @returns what it settled by itself */
async function adopt(database: TestDatabase): Promise<readonly string[]> {
  return (await databases.migrate(await database.open(), SILENT)).settled;
}

/** The service on an adopted database, with the settings of an operator who took over. */
async function serve(database: TestDatabase, gateway: GatewayDouble): Promise<Listener & AsyncDisposable> {
  const { log } = recordingLogger();
  const config = configuration.readConfig({
    PORT: '0',
    SOM3D_DATA_DIR: database.dataDir,
    SOM3D_DEMO: 'false',
    SOM3D_EMBEDDED_WORKER: 'false',
    JWT_SECRET: 'a secret of the stories alone',
    FRONTEND_ORIGINS: 'http://localhost:5173,http://localhost:3000',
    ...gateway.env,
    P_CUST_ID_CLIENTE: ACCOUNT.customerId,
    P_KEY: ACCOUNT.key,
    EPAYCO_VERIFY_STATE: 'false',
    EPAYCO_PRIVATE_KEY: '',
    ...database.env,
  });
  const clock = new SteeredClock();
  const running = await startServer(config, log, clock.now);
  return {
    url: running.url,
    deps: running.deps,
    dataDir: database.dataDir,
    advance: (ms) => clock.advance(ms),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

async function payingGateway(): Promise<GatewayDouble> {
  const gateway = await startGateway();
  gateway.payments.set('R5', {
    x_ref_payco: 'R5',
    x_cod_response: 1,
    x_response: 'Aceptada',
    x_response_reason_text: '00-Aprobada',
    x_transaction_id: 'TR5',
    x_amount: '39900',
    x_currency_code: 'COP',
    x_transaction_date: '2026-11-30 10:00:00',
    x_id_invoice: 'INV-1',
  });
  return gateway;
}

/** A line for each answer that would break a frontend. */
function broken(story: 1 | 2, told: readonly Told[]): string[] {
  return told.flatMap(({ name, request, expected, answer }) => {
    const left = differencesOf(expected, answer).filter((difference) => unexpected(story, name, difference));
    const { detail } = (answer.body ?? {}) as { detail?: string };
    return left.length === 0 ? [] : [`${name}: ${request}: ${left.join('; ')}${detail ? ` (${detail})` : ''}`];
  });
}

/** A viewer of today sends back all that it has, also the documents that are no JSON. */
async function saveOldStateAgain({ url }: Listener): Promise<void> {
  const login = await createClient({ baseUrl: url }).auth.login({
    body: { correo: 'medico.pruebas@som3d.local', password: 'Administrador.1' },
  });
  const { visor } = createClient({ baseUrl: url, token: login.body.access_token, retry: false });
  const old = (await visor.list({ query: { paciente_id: 1 } })).body.find(({ titulo }) => titulo === 'Sin JSON');
  // The row that it named was merged into the first of the two.
  expect(old).toMatchObject({ id_jobstl: 1, ui_json: "{'camara': 1}" });
  const { ui_json, modelos_json, notas_json, i18n_json } = old!;
  const whole = { titulo: 'Con otro nombre', ui_json, modelos_json, notas_json, i18n_json };
  const saved = (await visor.update({ params: { id: old!.id_visor_estado }, body: whole })).body;
  expect(saved).toMatchObject({ ...whole, i18n_json: '{}' });
}

describe.runIf(databaseKinds().includes('mysql'))('a story of the predecessor', { tags: ['heavy'] }, () => {
  test('has the answers that its frontends expect: the ways of every day', { timeout: 180_000 }, async () => {
    await using database = await installation(FIRST_ROWS);
    await adopt(database);
    await using gateway = await payingGateway();
    await using service = await serve(database, gateway);
    const told = await new Teller(service, await sampleZip()).tell(readStory(1));
    expect(told).toHaveLength(118);
    expect(broken(1, told)).toEqual([]);
  });

  test('has them also with awkward rows and inputs, and once more after that', { timeout: 360_000 }, async () => {
    await using database = await installation([...FIRST_ROWS, ...AWKWARD_ROWS]);
    expect(await adopt(database)).toEqual(['merged the results that stood twice for the same job and patient: 1']);
    await using gateway = await payingGateway();
    await using connection = await connect(database.env['MYSQL_URL'] ?? '');
    const story = readStory(2);
    {
      await using service = await serve(database, gateway);
      const told = await new Teller(service, await sampleZip()).tell(story);
      expect(told).toHaveLength(461);
      expect(broken(2, told)).toEqual([]);
      await saveOldStateAgain(service);
    }

    // The adoption begins anew, as on a database that the predecessor has worked on since.
    await connection.query('delete from som3d_migration');
    expect(await adopt(database)).toEqual([]);
    await using service = await serve(database, gateway);
    const teller = new Teller(service, await sampleZip());
    const told = [...(await teller.tell(readStory(1))), ...(await teller.tell(story, { again: true }))];
    const failed = told.filter(({ answer }) => answer.status >= 500);
    expect(failed.map(({ name, answer }) => `${name}: ${answer.status}`)).toEqual([]);
    // Most of it is as the first time; what was made then is a conflict now.
    const same = told.filter(({ expected, answer }) => expected.status === answer.status);
    expect(same.length).toBeGreaterThan(told.length / 2);
    for (const statement of FURTHER_STATEMENTS) await connection.query(statement);
  });
});
