import {
  createClient,
  downloadPreview,
  downloadResult,
  downloadStl,
  NotFoundError,
  paginate,
  uploadJob,
  ValidationError,
  waitForJob,
} from '@som3d/client';
import { mockApi } from '@som3d/client/testing/msw';
import { contract, routesOf } from '@som3d/contract';
import { validateBytes } from 'gltf-validator';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rejection } from './support/server.ts';

/** Nothing listens there: every answer is a mocked one. */
const BASE = 'http://som3d.localhost';
const api = mockApi(BASE);
const server = setupServer(...api.handlers);
const client = createClient({ baseUrl: BASE, token: 'token' });

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

describe('the mocked service', () => {
  test('answers every route as the contract declares it', async () => {
    const wrong: string[] = [];
    for (const { name, route } of routesOf(contract)) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? {} : { body: '{}' };
      const response = await fetch(BASE + route.path.replaceAll(/:\w+/g, '1'), { method: route.method, ...body });
      const declared: unknown = route.responses[response.status];
      const text = await response.text();
      const isJson = declared instanceof z.ZodType;
      const type = isJson ? 'application/json' : (declared as { contentType?: string }).contentType;
      const problem = isJson ? declared.safeParse(JSON.parse(text)).error?.message : undefined;
      if (problem) wrong.push(`${name}: ${problem}`);
      if (!response.ok || declared === undefined) wrong.push(`${name}: ${response.status}`);
      if ((response.headers.get('content-type') ?? undefined) !== type) wrong.push(`${name}: not ${type}`);
      if ((text === '') !== (type === undefined)) wrong.push(`${name}: its body`);
    }
    expect(wrong).toEqual([]);
    expect(api.handlers).toHaveLength(routesOf(contract).length);
  });

  test('takes a scan from the upload to its models', async () => {
    const queued = await uploadJob(client, { file: new Blob(['zip']), filename: 'a.zip', fields: {} });
    const job = await waitForJob(client, queued.job_id);
    expect(job).toEqual(api.som3d.get.example);
    const { body: stls } = await client.som3d.stls({ params: { id: job.job_id } });
    for (const item of stls.items) {
      const stl = await (await downloadStl(client, item)).bytes();
      expect(stl.length).toBe(84 + 50 * new DataView(stl.buffer).getUint32(80, true));
    }
    const glb = await (await downloadPreview(client, job.job_id)).bytes();
    const { issues } = await validateBytes(glb);
    expect(issues.messages).toEqual([]);
    expect(await (await downloadResult(client, job.job_id)).text()).toMatch(/^PK/);
  });

  test('answers what a test says in place of the examples, a list page by page', async () => {
    const [patient] = api.patients.list.example;
    const body = Array.from({ length: 7 }, (_value, at) => ({ ...patient, id_paciente: at + 1 })) as never;
    server.use(api.patients.list({ body }));
    const seen: number[] = [];
    for await (const { id_paciente } of paginate(client.patients.list, {}, { pageSize: 3 })) seen.push(id_paciente);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    server.use(api.som3d.list({ body: { jobs: [] } }), api.som3d.preview({ body: 'glTF' }));
    expect((await client.som3d.list()).body).toEqual({ jobs: [] });
    expect(await (await downloadPreview(client, '1')).text()).toBe('glTF');
  });

  test('fails as the service does', async () => {
    server.use(api.patients.get({ status: 404, detail: 'El paciente no existe' }));
    const missing = await rejection(client.patients.get({ params: { id: 1 } }));
    expect(missing).toBeInstanceOf(NotFoundError);
    expect(missing).toMatchObject({ type: 'urn:som3d:problem:not-found', detail: 'El paciente no existe' });
    const errors = [{ loc: ['body', 'nombres'], msg: 'Faltan los nombres', type: 'too_small' }];
    server.use(api.patients.create({ status: 422, errors }));
    const refused = await rejection(client.patients.create({ body: { nombres: '', apellidos: '' } }));
    expect(refused).toBeInstanceOf(ValidationError);
    expect(refused).toMatchObject({ errors });
  });
});
