// @module-tag heavy
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createClient } from '@som3d/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { patientOf, upload, until } from '../support/jobs.ts';
import { startProcess, startWorker, type LogLine, type RunningProcess } from '../support/process.ts';
import { call, post } from '../support/stranger.ts';

const account = { correo: 'medico-secreto@som3d.local', password: 'correct horse battery' };
const TOKEN = 'a-token-of-the-scraper-alone';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
}
interface OtlpBody {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: OtlpSpan[] }[] }[];
}

/** A collector of traces: what it was sent over OTLP. */
async function startCollector() {
  const bodies: OtlpBody[] = [];
  const take = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const body = await json(req);
    if (req.url === '/v1/traces') bodies.push(body as OtlpBody);
    res.setHeader('content-type', 'application/json').end('{}');
  };
  const server = createServer((req, res) => void take(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => JSON.stringify(bodies),
    spans: () =>
      bodies.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    stop: () => server.close(),
  };
}

/** One job, from its upload to its result, as the logs, the traces and the numbers of API and worker tell it. */
describe('the story of a job', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  const processes: RunningProcess[] = [];
  beforeEach(async () => {
    database = await createDatabase('sqlite');
    collector = await startCollector();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.end('SIGTERM')));
    collector.stop();
    await database.drop();
  });

  const signUp = async (url: string) => {
    await post(`${url}/auth/register`, { ...account, nombre: 'Ana', apellido: 'Paz' });
    const { body } = await post(`${url}/auth/login`, account);
    const { access_token: token } = JSON.parse(body) as { access_token: string };
    return { token, client: createClient({ baseUrl: url, token, retry: false }) };
  };

  test('is told by its id through API and worker, in one trace, without a word about the patient', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, SOM3D_METRICS_TOKEN: TOKEN };
    const api = await startProcess(database, { ...env, SOM3D_EMBEDDED_WORKER: 'false' });
    const worker = await startWorker(database, { ...env, SOM3D_WORKER_METRICS_PORT: '0' });
    processes.push(api, worker);
    const { client, token } = await signUp(api.url);
    const patient = await patientOf(client);
    const { job_id: id } = await upload(client, { fields: { id_paciente: patient, nombre_proceso: 'Caso secreto' } });
    await until(async () => (await client.som3d.get({ params: { id } })).body.status === 'done', 'the job is done');
    const headers = { authorization: `Bearer ${token}` };
    expect((await call(`${api.url}/som3d/jobs/${id}/result/bytes`, { headers })).status).toBe(200);

    const about = ({ lines }: RunningProcess): LogLine[] => lines.filter((line) => line['job_id'] === id);
    await until(() => about(worker).some(({ msg }) => msg === 'job released'), 'the worker has told its part');
    await until(() => about(api).some(({ msg }) => msg === 'job result sent'), 'the result is told');
    const story = [...about(api), ...about(worker)].toSorted((a, b) =>
      String(a['time']).localeCompare(String(b['time'])),
    );
    const told = story.map(({ msg, stage }) => (typeof stage === 'string' ? `${msg}: ${stage}` : msg));
    const plot = [
      'upload received',
      'job submitted',
      'job started',
      'job stage ended: reading',
      'job stage ended: segmenting',
      'job stage ended: meshing',
      'job stage ended: packing',
      'job stage ended: storing',
      'job attempt ended',
      'job result sent',
    ];
    expect(told.filter((line) => plot.includes(line))).toEqual(plot);
    expect(story.find(({ msg }) => msg === 'upload received')).toMatchObject({ request_id: expect.any(String) });
    expect(story.find(({ msg }) => msg === 'job attempt ended')).toMatchObject({ outcome: 'done', attempt: 1 });

    // One trace over both processes.
    const find = (name: string) => collector.spans().find((span) => span.name === name);
    await until(() => find('job attempt') && find('POST /som3d/jobs'), 'the collector has both ends');
    await until(() => find('job storing'), 'the collector has the stages');
    const [request, attempt] = [find('POST /som3d/jobs'), find('job attempt')];
    expect(attempt).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId });
    expect(find('job meshing')).toMatchObject({ traceId: request?.traceId, parentSpanId: attempt?.spanId });
    const ofTrace = collector.spans().filter(({ traceId }) => traceId === request?.traceId);
    expect(ofTrace.map(({ name }) => name)).toEqual(expect.arrayContaining(['storage put', 'db insert JobConv']));
    for (const step of ['upload received', 'job submitted', 'job started', 'job attempt ended']) {
      expect(story.find(({ msg }) => msg === step)).toMatchObject({ trace_id: request?.traceId });
    }

    // What the worker tells Prometheus.
    const port = worker.lines.find(({ msg }) => msg === 'metrics endpoint listening')?.['port'];
    const status = `http://127.0.0.1:${String(port)}`;
    expect((await call(`${status}/health/live`)).status).toBe(200);
    expect((await call(`${status}/metrics`)).status).toBe(401);
    const metrics = await call(`${status}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(metrics.body).toContain('som3d_job_attempts_total{outcome="done",code=""} 1');
    for (const stage of ['reading', 'segmenting', 'meshing', 'packing', 'storing']) {
      expect(metrics.body).toContain(`som3d_job_stage_duration_seconds_count{stage="${stage}"} 1`);
    }

    // Neither tells who it is about, nor anything that lets somebody in.
    for (const said of [JSON.stringify([...api.lines, ...worker.lines]), collector.text()]) {
      for (const secret of [account.correo, account.password, token, 'Caso secreto', 'Luz', TOKEN]) {
        expect(said.includes(secret)).toBe(false);
      }
    }
  });

  test('goes on when nobody collects the traces', { tags: ['long'] }, async () => {
    collector.stop();
    const api = await startProcess(database, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    processes.push(api);
    const { client } = await signUp(api.url);
    const { job_id: id } = await upload(client);
    await until(async () => (await client.som3d.get({ params: { id } })).body.status === 'done', 'the job is done');
    await until(() => api.lines.some(({ msg }) => msg.startsWith('trace collector unavailable')), 'the worker warns');
    processes.pop();
    expect(await api.end('SIGTERM')).toBe(0);
    expect(api.lines.filter(({ msg }) => msg.startsWith('trace collector unavailable'))).toHaveLength(1);
  });

  test('takes up the trace of its caller', { tags: ['long'] }, async () => {
    const api = await startProcess(database, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    processes.push(api);
    const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await call(`${api.url}/plans`, { headers: { traceparent: caller } });
    await call(`${api.url}/plans`, { headers: { traceparent: 'nonsense' } });
    const plans = () => collector.spans().filter(({ name }) => name === 'GET /plans');
    await until(() => plans().length === 2, 'both are collected');
    expect(plans()).toMatchObject([
      { traceId: '0af7651916cd43dd8448eb211c80319c', parentSpanId: 'b7ad6b7169203331' },
      { traceId: expect.not.stringContaining('0af765') },
    ]);
  });
});
