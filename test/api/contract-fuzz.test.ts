// @module-tag heavy
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseKinds } from '../support/database.ts';
import { startGateway, type GatewayDouble } from '../support/epayco-gateway.ts';
import { faultOf } from '../support/fuzz/judge.ts';
import { Population } from '../support/fuzz/population.ts';
import { requests, type Planned } from '../support/fuzz/requests.ts';
import { prepare, send, type Received, type Sent } from '../support/fuzz/send.ts';
import { paymentEnv } from '../support/payments.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Requests in all, over the databases of the run. */
const REQUESTS = Number(process.env['SOM3D_FUZZ_REQUESTS'] ?? 3000);
/** The same seed sends the same requests. */
const SEED = Number(process.env['SOM3D_FUZZ_SEED'] ?? Date.now() % 1_000_000_000);
/** Requests to one population; its rows fill up with what the requests leave. */
const ROUND = 500;
const MS_PER_REQUEST = 100;
const MOST_FAULTS = 20;

/** A fault in one line: what is wrong, the request, and the beginning of the answer. */
function described(why: string, { url, init }: Sent, { status, body }: Received): string {
  const sent = typeof init.body === 'string' ? init.body : JSON.stringify([...(init.body ?? [])]);
  const headers = JSON.stringify(init.headers);
  return `${why}: ${init.method} ${url} ${headers} ${sent.slice(0, 2000)} => ${status} ${body.slice(0, 1000)}`;
}

/** A connection that broke is as bad as an error of the service. */
function noAnswer(error: unknown): Received {
  return { status: 599, type: '', headers: '', body: String(error) };
}

/** Sends requests one after the other and judges each answer. */
class Fuzz {
  readonly statuses = new Map<string, number>();
  readonly faults: string[] = [];
  readonly #api: TestServer;
  #population: Population | undefined;

  constructor(api: TestServer) {
    this.#api = api;
  }

  /** @param from number of the first request, so that a round can be repeated alone */
  async round(from: number, count: number): Promise<void> {
    this.#population = undefined;
    const planned = fc.sample(requests, { numRuns: count, seed: SEED + from });
    for (const [at, request] of planned.entries()) {
      await this.#ask(request, from + at);
      if (this.faults.length >= MOST_FAULTS) return;
    }
  }

  async #ask(planned: Planned, number: number): Promise<void> {
    const population = (this.#population ??= await Population.settle(this.#api));
    const sent = await prepare(planned, population, this.#api.url);
    const received = await send(sent).catch(noAnswer);
    const group = `${Math.floor(received.status / 100)}xx`;
    this.statuses.set(group, (this.statuses.get(group) ?? 0) + 1);
    const why = faultOf(planned, received, population);
    if (why !== undefined) this.faults.push(`${number}, ${planned.caller}, ${described(why, sent, received)}`);
    // A request before it ended the caller's session, or the account.
    if (received.status === 401 && !(await population.signInAgain(planned.caller))) this.#population = undefined;
  }
}

let gateway: GatewayDouble;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
});

test.each(databaseKinds())(
  'answers whatever is sent as the contract declares, and nobody gets what is of another, on %s',
  async (kind) => {
    const env = { ...paymentEnv(gateway), TRUST_PROXY_HEADERS: 'true', SOM3D_QUOTA_OPEN_CHECKOUTS: '1000' };
    const api = await startTestServer(kind, env, { counts: false });
    const fuzz = new Fuzz(api);
    console.log(`fuzz on ${kind}: SOM3D_FUZZ_SEED=${SEED}`);
    const started = performance.now();
    const count = Math.ceil(REQUESTS / databaseKinds().length);
    for (let from = 0; from < count && fuzz.faults.length < MOST_FAULTS; from += ROUND) {
      await fuzz.round(from, Math.min(ROUND, count - from));
    }
    await api.stop();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const counts = JSON.stringify(Object.fromEntries(fuzz.statuses));
    console.log(`fuzz on ${kind}: ${count} requests in ${seconds} s: ${counts}`);
    expect([...fuzz.faults, ...api.errors]).toEqual([]);
  },
  60_000 + REQUESTS * MS_PER_REQUEST,
);
