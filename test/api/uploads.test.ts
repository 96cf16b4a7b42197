import { buffer } from 'node:stream/consumers';
import { createClient } from '@som3d/client';
import { entities, jobMachinery } from '@som3d/server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBucket, hasS3, type TestBucket } from '../support/bucket.ts';
import { jobRow, patientOf, sampleZip, upload, until } from '../support/jobs.ts';
import {
  describeApi,
  expectNoErrors,
  expectProblem,
  PASSWORD,
  startTestServer,
  type TestServer,
} from '../support/server.ts';
import { append, begin, createUpload, finish, head, openAppend, terminate, TUS } from '../support/tus.ts';

const DAY = 86_400_000;
const ENV = { SOM3D_MAX_UPLOAD_MB: '20', SOM3D_QUOTA_STORED_GIB: '1' };

/** A ZIP that is longer than one stored part, by bytes behind its beginning that no reader needs. */
async function longZip(bytes: number): Promise<Buffer<ArrayBuffer>> {
  const zip = await sampleZip();
  return Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(bytes, 7), zip]);
}

function resumable(api: () => TestServer): void {
  const keys = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of api().deps.storage.list(prefix)) found.push(key);
    return found;
  };
  const isHeld = async (path: string): Promise<boolean> => {
    const row = await api().deps.orm.em.fork().findOneOrFail(entities.Upload, path.slice(15));
    return row.lease_token !== null;
  };
  const sweep = () => jobMachinery.createJobServices(api().deps).sweeper.sweep();
  const doctor = async () => {
    const session = await api().doctor();
    return { ...session, url: api().url };
  };

  test('go on after an interruption and become the job that a form makes', async () => {
    const me = await doctor();
    const zip = await longZip(9 * 1024 ** 2);
    const metadata = 'filename ZXN0dWRpby56aXA=';
    const created = await createUpload(me, zip.length, { ...TUS, 'upload-metadata': metadata });
    expect(created.status).toBe(201);
    expect(created.headers.get('tus-resumable')).toBe('1.0.0');
    const path = created.headers.get('location') ?? '';
    expect(path).toMatch(/^\/som3d\/uploads\/[\w-]{36}$/);

    // Half a part, and the connection is cut: what has arrived counts.
    const cut = openAppend(me, path, { offset: 0, length: zip.length });
    cut.write(zip.subarray(0, 300_000));
    await until(() => isHeld(path), 'the first writer holds it');
    expect((await append(me, path, 0, zip)).status).toBe(423);
    cut.destroy();
    const kept = await until(async () => {
      const at = Number((await head(me, path)).headers.get('upload-offset'));
      return at > 0 ? at : undefined;
    }, 'what arrived is stored');
    expect(kept).toBeLessThanOrEqual(300_000);
    const state = await head(me, path);
    expect(state.headers.get('upload-length')).toBe(String(zip.length));
    expect(state.headers.get('upload-metadata')).toBe(metadata);
    expect(state.headers.get('cache-control')).toBe('no-store');
    expect(Date.parse(state.headers.get('upload-expires') ?? '')).toBeGreaterThan(api().deps.clock().getTime());
    expect((await me.client.uploads.get({ params: { id: path.slice(15) } })).body).toMatchObject({
      offset: kept,
      size: zip.length,
    });

    const early = await finish(me, path);
    expect(early.status).toBe(409);
    expect(early.body['detail']).toMatch(/faltan \d+ bytes/);
    await until(async () => !(await isHeld(path)), 'the first writer has gone');
    const rest = await append(me, path, kept, zip.subarray(kept));
    expect(rest).toMatchObject({ status: 204 });
    expect(rest.headers.get('upload-offset')).toBe(String(zip.length));

    const fields = { nombre_proceso: ' Rodilla  derecha', id_paciente: await patientOf(me.client), cranio: true };
    const job = await finish(me, path, fields);
    expect(job).toMatchObject({ status: 201, body: { status: 'queued' } });
    expect(job.headers.get('location')).toBe(`/som3d/jobs/${String(job.body['job_id'])}`);
    expect(job.body['params']).toMatchObject({ ...fields, nombre_proceso: 'Rodilla derecha' });
    const stored = await api().deps.storage.read(`uploads/${String(job.body['job_id'])}.zip`);
    expect((await buffer(stored)).equals(zip)).toBe(true);
    expect((await jobRow(api().deps.orm, String(job.body['job_id'])))?.input_size).toBe(zip.length);

    // The lost answer: the same request gives the same job, and another one does not.
    expect(await finish(me, path, fields)).toMatchObject({ status: 200, body: { job_id: job.body['job_id'] } });
    expect((await finish(me, path, { ...fields, teeth: true })).status).toBe(409);
    expect((await head(me, path)).status).toBe(404);
    expect(await keys(path.replace('/som3d/uploads', 'parts') + '/')).toEqual([]);
  });

  test('refuse what does not fit the protocol', async () => {
    const [me, other] = [await doctor(), await doctor()];
    const zip = await sampleZip();
    expect((await createUpload(me, zip.length, {})).status).toBe(412);
    expect((await createUpload(me, zip.length, { 'tus-resumable': '0.2.2' })).headers.get('tus-version')).toBe('1.0.0');
    expect((await createUpload(me, -1)).status).toBe(422);
    expect((await createUpload(me, 0)).body['detail']).toMatch(/vacío/);
    expect((await createUpload(me, 21 * 1024 ** 2)).status).toBe(413);
    expect((await createUpload({ ...me, token: 'x' }, 1)).status).toBe(401);

    const path = await begin(me, zip.length);
    const nowhere = '/som3d/uploads/00000000-0000-4000-8000-000000000000';
    for (const [caller, place] of [
      [other, path],
      [me, nowhere],
    ] as const) {
      expect((await head(caller, place)).status).toBe(404);
      expect((await append(caller, place, 0, zip)).status).toBe(404);
      expect((await finish(caller, place)).status).toBe(404);
      expect((await terminate(caller, place)).status).toBe(404);
    }
    const nobody = { ...me, token: 'x' };
    for (const answer of [
      await head(nobody, path),
      await append(nobody, path, 0, zip),
      await terminate(nobody, path),
      await finish(nobody, path),
    ]) {
      expect(answer.status).toBe(401);
    }
    expect((await head(me, '/som3d/uploads/x')).status).toBe(422);
    expect((await append(me, '/som3d/uploads/x', 0, zip)).status).toBe(422);
    expect((await terminate(me, '/som3d/uploads/x')).status).toBe(422);
    expect((await finish(me, path, { umbral_min: 300, umbral_max: 200 })).status).toBe(422);

    expect((await append(me, path, 0, zip, { 'tus-resumable': '2.0.0' })).status).toBe(412);
    expect((await terminate(me, path, { 'tus-resumable': '2.0.0' })).status).toBe(412);
    expect((await append(me, path, 0, zip, { 'content-type': 'application/zip' })).status).toBe(415);
    const elsewhere = await append(me, path, 7, zip.subarray(7));
    expect(elsewhere.status).toBe(409);
    expect(elsewhere.body['detail']).toMatch(/tiene 0 bytes/);
    expect((await append(me, path, 0, Buffer.concat([zip, zip]))).status).toBe(413);
    expect((await append(me, path, 0, Buffer.from('this is a text'))).body['detail']).toMatch(/no es un ZIP/);
    expect((await head(me, path)).headers.get('upload-offset')).toBe('0');
    expect((await append(me, path, 0, zip)).status).toBe(204);
    expect((await append(me, path, zip.length, zip)).status).toBe(413);

    expect((await terminate(me, path)).status).toBe(204);
    expect((await terminate(me, path)).status).toBe(404);
  });

  test('keep what arrived of a body that turns out longer than announced', async () => {
    const me = await doctor();
    const zip = await sampleZip();
    const path = await begin(me, zip.length);
    const chunked = await fetch(new URL(path, me.url), {
      method: 'PATCH',
      headers: {
        ...TUS,
        authorization: `Bearer ${me.token}`,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      },
      body: new Blob([zip, zip]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect((await head(me, path)).headers.get('upload-offset')).toBe(String(zip.length));
    expect((await finish(me, path)).status).toBe(201);
  });

  test('make a job with an error of a ZIP whose directory shows that it is of no use', async () => {
    const me = await doctor();
    const zip = (await sampleZip()).subarray(0, 5000);
    const path = await begin(me, zip.length);
    await append(me, path, 0, zip);
    expect(await finish(me, path)).toMatchObject({ status: 201, body: { status: 'error' } });
  });

  test('that have lost a part in the storage are gone', async () => {
    const me = await doctor();
    const zip = await sampleZip();
    const path = await begin(me, zip.length);
    await append(me, path, 0, zip.subarray(0, 1000));
    await append(me, path, 1000, zip.subarray(1000));
    const [first = ''] = await keys(path.replace('/som3d/uploads', 'parts') + '/');
    await api().deps.storage.remove(first);
    const before = await keys('uploads/');
    expect((await finish(me, path)).status).toBe(410);
    expect(await keys('uploads/')).toEqual(before);
  });

  test('reserve their space, and expire after a day without bytes', async () => {
    let me = await doctor();
    const { correo } = me.user;
    const signInAgain = async () => {
      const { body } = await api().client.auth.login({ body: { correo, password: PASSWORD } });
      const client = createClient({ baseUrl: api().url, token: body.access_token, retry: false });
      me = { ...me, token: body.access_token, client };
    };
    const used = async () => (await me.client.usage.mine()).body.bytes_almacenados.uso;
    const zip = await sampleZip();
    const [continued, abandoned] = [await begin(me, zip.length), await begin(me, 20 * 1024 ** 2)];
    expect(await used()).toBe(zip.length + 20 * 1024 ** 2);
    await append(me, abandoned, 0, zip);
    api().advance(DAY - 60_000);
    await signInAgain();
    expect((await append(me, continued, 0, zip.subarray(0, 1000))).status).toBe(204);
    api().advance(120_000);
    for (const look of ['before the clean-up', 'after it']) {
      expect([look, (await head(me, abandoned)).status]).toEqual([look, 410]);
      expect((await append(me, abandoned, zip.length, zip)).status).toBe(410);
      expect((await finish(me, abandoned)).status).toBe(410);
      await expectProblem(me.client.uploads.get({ params: { id: abandoned.slice(15) } }), 410);
      await expectProblem(me.client.uploads.get({ params: { id: 'no-es-una' } }), 422);
      await expectProblem(api().client.uploads.get({ params: { id: abandoned.slice(15) } }), 401);
      await sweep();
    }
    expect(await keys(abandoned.replace('/som3d/uploads', 'parts') + '/')).toEqual([]);
    expect(await used()).toBe(zip.length);
    expect((await append(me, continued, 1000, zip.subarray(1000))).status).toBe(204);
    expect((await finish(me, continued)).status).toBe(201);
  });

  test('one request at a time writes, or makes the job', async () => {
    const me = await doctor();
    const zip = await longZip(4 * 1024 ** 2);
    const path = await begin(me, zip.length);
    const writers = await Promise.all(Array.from({ length: 4 }, () => append(me, path, 0, zip)));
    expect(writers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(writers.every(({ status }) => [204, 409, 423].includes(status))).toBe(true);
    const makers = await Promise.all(Array.from({ length: 4 }, () => finish(me, path)));
    expect(makers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(makers.every(({ status }) => [200, 201, 423].includes(status))).toBe(true);
    expect((await me.client.som3d.list({ query: {} })).body.jobs).toHaveLength(1);
  });

  test('are bounded in number and in pieces', async () => {
    const me = await doctor();
    const zip = await sampleZip();
    const path = await begin(me, zip.length);
    let at = 0;
    for (; at < 32 + 1; at += 1) await append(me, path, at, zip.subarray(at, at + 1));
    const many = await append(me, path, at, zip.subarray(at, at + 1));
    expect(many).toMatchObject({ status: 429 });
    for (let open = 1; open < 20; open += 1) await begin(me, 10);
    expect((await createUpload(me, 10)).body['detail']).toMatch(/20 subidas sin terminar/);
    await terminate(me, path);
    expect((await createUpload(me, 10)).status).toBe(201);
  });

  test('count to the space of the account, and to its waiting jobs', async () => {
    const me = await doctor();
    const zip = await sampleZip();
    const path = await begin(me, zip.length);
    await append(me, path, 0, zip);
    for (let open = 0; open < 2; open += 1) await upload(me.client);
    await expect(finish(me, path)).resolves.toMatchObject({ status: 429 });
    const { jobs } = (await me.client.som3d.list({ query: {} })).body;
    await me.client.som3d.cancel({ params: { id: jobs[0]?.job_id ?? '' } });
    expect((await finish(me, path, { id_paciente: 999_999 })).status).toBe(404);
    expect((await finish(me, path)).status).toBe(201);
  });

  test('go with their account', async () => {
    const [me, admin] = [await doctor(), await api().admin()];
    const path = await begin(me, 100);
    await append(me, path, 0, (await sampleZip()).subarray(0, 50));
    await admin.client.admin.removeUser({ params: { id: me.user.id_usuario } });
    await sweep();
    expect(await keys(path.replace('/som3d/uploads', 'parts') + '/')).toEqual([]);
  });

  test('show browsers of other origins what they need', async () => {
    const preflight = await fetch(new URL('/som3d/uploads', api().url), {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'tus-resumable,upload-offset,authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('tus-extension')).toBe('creation,expiration,termination');
    expect(preflight.headers.get('tus-max-size')).toBe(String(20 * 1024 ** 2));
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('upload-offset');
    const me = await doctor();
    const answer = await fetch(new URL('/som3d/uploads', api().url), {
      method: 'POST',
      headers: { ...TUS, origin: 'https://app.example.com', authorization: `Bearer ${me.token}`, 'upload-length': '9' },
    });
    expect(answer.headers.get('access-control-expose-headers')).toMatch(/location.*upload-offset/);
  });
}

describeApi('resumable uploads', resumable, { ...ENV, SOM3D_QUOTA_WAITING_JOBS: '2' });

describe.runIf(hasS3())('resumable uploads to S3', () => {
  let bucket: TestBucket;
  let api: TestServer;
  beforeAll(async () => {
    bucket = await createBucket();
    api = await startTestServer('sqlite', { ...bucket.env, ...ENV, SOM3D_QUOTA_WAITING_JOBS: '2' });
  });
  afterAll(async () => {
    await api?.stop();
    await bucket?.[Symbol.asyncDispose]();
    expectNoErrors(api);
  });
  resumable(() => api);
});
