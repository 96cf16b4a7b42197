// @module-tag heavy
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClient } from '@som3d/client';
import { describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';
import { until } from '../support/jobs.ts';
import { findNginx, startNginx } from '../support/nginx.ts';
import { startProcess, type ServerProcess } from '../support/process.ts';
import { freePort } from '../support/services.ts';
import { call } from '../support/stranger.ts';

const CALLERS = 12;
const ACCOUNT = { correo: 'medico@som3d.local', password: 'correct horse battery' };
const ENV = { SOM3D_QUOTA_NOTES_PER_DAY: '1000000', JWT_EXPIRE_MINUTES: '600', SOM3D_EMBEDDED_WORKER: 'false' };

/** What the callers have seen. */
interface Seen {
  answers: number;
  readonly faults: string[];
}

interface Caller {
  readonly url: string;
  readonly token: string;
  readonly id: number;
}

/** Every caller writes and reads a patient of its own, one request after the other, on connections that it keeps. */
async function callOn({ url, token, id }: Caller, seen: Seen, stop: AbortSignal): Promise<void> {
  using agent = Object.assign(new Agent({ keepAlive: true }), {
    [Symbol.dispose](this: Agent) {
      this.destroy();
    },
  });
  const ask = async (method: string, path: string, body?: unknown): Promise<void> => {
    const sent = request(`${url}${path}`, {
      method,
      agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const answer = new Promise<string>((resolve, reject) => {
      sent.once('error', reject).once('response', (res) => {
        text(res).then((read) => resolve((res.statusCode ?? 0) < 300 ? '' : `${res.statusCode} ${read}`), reject);
      });
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const fault = await answer.catch(String);
    seen.answers += 1;
    if (fault) seen.faults.push(`${method} ${path}: ${fault.slice(0, 200)}`);
  };
  for (let n = 0; !stop.aborted; n++) {
    await ask('GET', `/patients/${id}`);
    await ask('POST', `/patients/${id}/notes`, { texto: `nota ${n}` });
    await ask('PATCH', `/patients/${id}`, { nombres: n % 2 === 0 ? 'Luz' : 'Ana' });
  }
}

async function signUp(url: string): Promise<Caller[]> {
  const anonymous = createClient({ baseUrl: url, retry: false });
  await anonymous.auth.register({ body: { ...ACCOUNT, nombre: 'Ana', apellido: 'Paz' } });
  const { body } = await anonymous.auth.login({ body: ACCOUNT });
  const client = createClient({ baseUrl: url, token: body.access_token, retry: false });
  const made = Array.from({ length: CALLERS }, async () => {
    const patient = await client.patients.create({ body: { nombres: 'Luz', apellidos: 'Rey' } });
    return { url, token: body.access_token, id: patient.body.id_paciente };
  });
  return await Promise.all(made);
}

/** Two processes behind nginx are restarted in turn, `restarts` times and more until there were so many answers. */
async function rollingRestarts(nginx: string, restarts: number, answers: number): Promise<Seen> {
  await using database = await createDatabase(databaseKinds().at(-1) ?? 'sqlite');
  const ports = [await freePort(), await freePort()] as const;
  const start = async (port: number): Promise<ServerProcess> =>
    await startProcess(database, { ...ENV, PORT: String(port) });
  const processes = await Promise.all(ports.map(start));
  await using proxy = await startNginx(nginx, ports);
  const seen: Seen = { answers: 0, faults: [] };
  const stop = new AbortController();
  const callers = (await signUp(proxy.url)).map((caller) => callOn(caller, seen, stop.signal));
  try {
    for (let n = 0; n < restarts || seen.answers < answers; n++) {
      const before = seen.answers;
      await until(() => seen.answers > before + CALLERS * 6, 'the callers are served');
      const [i, port] = n % 2 === 0 ? ([0, ports[0]] as const) : ([1, ports[1]] as const);
      expect(await processes[i]?.end('SIGTERM')).toBe(0);
      processes[i] = await start(port);
    }
    // The service answers these paths as it answers /metrics.
    for (const path of ['/metrics', '/Metrics/', '/METRICS']) {
      expect({ path, status: (await call(`${proxy.url}${path}`)).status }).toEqual({ path, status: 403 });
    }
  } finally {
    stop.abort();
    await Promise.all(callers);
    await Promise.all(processes.map((server) => server.end('SIGTERM')));
  }
  return seen;
}

const nginx = await findNginx();
if (!nginx) console.log('rolling restarts: skipped, this machine has no nginx');

describe.runIf(nginx)('restarts of two processes in turn, behind the documented nginx', () => {
  test('lose no request', async () => {
    const seen = await rollingRestarts(nginx ?? '', 2, 0);
    expect(seen.faults.slice(0, 5)).toEqual([]);
  });

  test('lose none of 20,000, twice', { tags: ['long'], timeout: 1_800_000 }, async () => {
    for (let round = 0; round < 2; round++) {
      const seen = await rollingRestarts(nginx ?? '', 6, 20_000);
      console.log(`${seen.answers} answers, ${seen.faults.length} faults`);
      expect(seen.faults.slice(0, 5)).toEqual([]);
    }
  });
});
