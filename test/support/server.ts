import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiError, createClient, type Client } from '@som3d/client';
import type { User } from '@som3d/contract';
import {
  accounts,
  configuration,
  entities,
  type RunningServer,
  startServer,
  SteeredClock,
} from '@som3d/server/testing';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { recordingLogger } from './recording-logger.ts';
import { createDatabase, databaseKinds, type DatabaseKind } from './database.ts';

/** Password of every account the tests make. */
export const PASSWORD = 'correct horse battery';

/** A signed-in user with a client of their own. */
export interface Session {
  readonly client: Client;
  readonly user: User;
  readonly token: string;
}

/** A service under test with its own database and folder, on a free port of loopback. */
export interface TestServer {
  readonly url: string;
  readonly kind: DatabaseKind;
  readonly deps: RunningServer['deps'];
  readonly dataDir: string;
  /** A client without a session. */
  readonly client: Client;
  /** Log lines of level error: unexpected ones fail the file at its end unless a test took them out. */
  readonly errors: string[];
  /** Moves the service's clock forward from now on. */
  advance(ms: number): void;
  /** Registers and signs in a new doctor, through the API. */
  doctor(): Promise<Session>;
  /** Signs in a new administrator; the account itself is made as `create-admin` makes it. */
  admin(): Promise<Session>;
  stop(): Promise<void>;
}

function unique(): string {
  return randomBytes(6).toString('hex');
}

async function signIn(url: string, user: User): Promise<Session> {
  const { body } = await createClient({ baseUrl: url }).auth.login({
    body: { correo: user.correo, password: PASSWORD },
  });
  return {
    user,
    token: body.access_token,
    client: createClient({ baseUrl: url, token: body.access_token, retry: false }),
  };
}

/**
 * Starts a service on a fresh database.
 *
 * @param env variables beside the defaults of the tests
 * @param counts whether its answers count as seen by a test; those to random requests do not
 */
export async function startTestServer(
  kind: DatabaseKind,
  env: Record<string, string> = {},
  { counts = true } = {},
): Promise<TestServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-test-'));
  const database = await createDatabase(kind, dataDir);
  const { log, errors } = recordingLogger(counts);
  const config = configuration.readConfig({
    PORT: '0',
    SOM3D_DATA_DIR: dataDir,
    SOM3D_DEMO: 'false',
    SOM3D_EMBEDDED_WORKER: 'false',
    SOM3D_UPLOAD_REQUIRES: 'any',
    SOM3D_QUOTA_WAITING_JOBS: '1000',
    JWT_SECRET: 'a secret of the tests alone',
    // A file registers more doctors from loopback than one address may.
    SOM3D_REGISTRATIONS_PER_HOUR: '100000',
    // A picture of the usual size takes longer to draw than a phantom's model to make.
    SOM3D_PICTURE_PIXELS: '64',
    // Beside busy tests a conversion that takes what they leave over would take minutes.
    SOM3D_JOB_NICENESS: '0',
    // What a hash costs is measured by nobody.
    SOM3D_PASSWORD_MEMORY_MIB: '1',
    // Nobody measures when refusals come, but the tests about that.
    SOM3D_AUTH_ANSWER_MS: '0',
    // At the end of a file no request runs: nobody waits for connections that clients keep.
    SOM3D_SHUTDOWN_SECONDS: '0',
    // Doctors of the tests register without a code, also beside a mail server.
    REGISTER_REQUIRES_EMAIL_CODE: 'false',
    ...database.env,
    ...env,
  });
  const clock = new SteeredClock();
  const running = await startServer(config, log, clock.now);
  const { url, deps } = running;
  const client = createClient({ baseUrl: url, retry: false });
  return {
    url,
    kind,
    deps,
    dataDir,
    client,
    errors,
    advance: (ms) => clock.advance(ms),
    doctor: async () => {
      const correo = `medico-${unique()}@som3d.local`;
      const { body } = await client.auth.register({
        body: { nombre: 'Ana María', apellido: 'Ñáñez', correo, password: PASSWORD },
      });
      return await signIn(url, body);
    },
    admin: async () => {
      const em = deps.orm.em.fork();
      const contrasena = await accounts.hashPassword(PASSWORD, { ...config, SOM3D_PASSWORD_HASH: 'argon2id' });
      const account = { nombre: 'Rosa', apellido: 'Admin', correo: `admin-${unique()}@som3d.local`, contrasena };
      const user = em.create(entities.Usuario, { ...account, rol: 'ADMINISTRADOR', activo: true });
      await em.flush();
      return await signIn(url, {
        ...account,
        id_usuario: user.id_usuario,
        telefono: null,
        direccion: null,
        ciudad: null,
        rol: 'ADMINISTRADOR',
        activo: true,
      });
    },
    stop: async () => {
      await running[Symbol.asyncDispose]();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Expects that the service logged no error but those that tests took out. */
export function expectNoErrors(server: TestServer | undefined): void {
  expect(server?.errors ?? []).toEqual([]);
}

/**
 * One describe block for each database there is, with a service of its own. The block fails when the service logged an
 * error that no test expected. Where jobs are computed, the last database has its turn for every change, and the others
 * in `npm run check:all`.
 */
export function describeApi(
  name: string,
  tests: (api: () => TestServer) => void,
  env: Record<string, string> = {},
  kinds: readonly DatabaseKind[] = databaseKinds(),
): void {
  const computes = env['SOM3D_EMBEDDED_WORKER'] === 'true';
  describeKinds(name, { kinds, heavy: computes }, (kind) => {
    let server: TestServer | undefined;
    beforeAll(async () => {
      server = await startTestServer(kind, env);
    });
    afterAll(async () => {
      await server?.stop();
      expectNoErrors(server);
    });
    tests(() => {
      if (!server) throw new Error('the service has not started');
      return server;
    });
  });
}

/** One describe block for each kind. Of `heavy` ones the last has its turn for every change. */
export function describeKinds(
  name: string,
  { kinds = databaseKinds(), heavy }: { kinds?: readonly DatabaseKind[]; heavy: boolean },
  tests: (kind: DatabaseKind) => void,
): void {
  for (const kind of kinds) {
    const tags = heavy ? ['heavy', ...(kind === kinds.at(-1) ? [] : ['long'])] : [];
    describe(`${name} on ${kind}`, { tags }, () => {
      tests(kind);
    });
  }
}

/** The problem that a call ends with; fails when it succeeds or when there is no answer. */
export async function problemOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiError)) throw new Error('the call gave no problem', { cause: error });
  return error;
}

/** Expects a call to end with a problem of this status, and its detail to match. */
export async function expectProblem(call: Promise<unknown>, status: number, detail?: RegExp): Promise<ApiError> {
  const error = await problemOf(call);
  expect({ status: error.status, detail: error.detail }).toMatchObject({ status });
  expect(error.requestId).toBeTruthy();
  expect(error.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  if (detail) expect(error.detail).toMatch(detail);
  return error;
}
