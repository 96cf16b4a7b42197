import { Readable } from 'node:stream';
import { waitForJob } from '@som3d/client';
import { jobMachinery } from '@som3d/server/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBucket, hasS3, type TestBucket } from '../support/bucket.ts';
import { formBytes, jobRow, openUpload, FORM_TYPE, storedFiles, until, upload } from '../support/jobs.ts';
import { expectProblem, startTestServer, type TestServer } from '../support/server.ts';
import { openWay, type Way } from '../support/way.ts';
import { zipEntries } from '../support/zip-entries.ts';

const FILES = ['hueso.glb', 'hueso.png', 'hueso.stl', 'hueso.web.glb', 'manifest.json', 'modelos.3mf'];

describe.runIf(hasS3())('jobs with their files in S3', () => {
  let bucket: TestBucket;
  let way: Way;
  let api: TestServer;
  beforeAll(async () => {
    bucket = await createBucket();
    way = await openWay(bucket.env['S3_ENDPOINT'] ?? '');
    api = await startTestServer('sqlite', {
      ...bucket.env,
      S3_ENDPOINT: way.url,
      S3_TIMEOUT_SECONDS: '2',
      SOM3D_EMBEDDED_WORKER: 'true',
    });
  });
  afterAll(async () => {
    await api?.stop();
    await way?.[Symbol.asyncDispose]();
    await bucket?.[Symbol.asyncDispose]();
    if (api && api.errors.length > 0) throw new Error(api.errors.join('\n'));
  });

  /** The files of jobs in the bucket. */
  const stored = async (): Promise<string[]> =>
    (await bucket.keys())
      .filter((key) => /^here\/(uploads|results)\//.test(key))
      .map((key) => key.replace(/^here\//, ''));
  const namesIn = (keys: readonly string[]): string[] => keys.map((key) => key.split('/').at(-1) ?? '');

  test('go from the upload to a result that is fetched from the bucket itself', async () => {
    const doctor = await api.doctor();
    const { job_id } = await upload(doctor.client);
    await waitForJob(doctor.client, job_id);
    await until(async () => (await stored()).length === 7, 'the result alone is left');
    const keys = await stored();
    expect(keys.every((key) => key.startsWith(`results/${job_id}/`))).toBe(true);
    expect(namesIn(keys)).toEqual([...FILES, `som3d-${job_id}.zip`]);
    expect(await bucket.openUploads()).toEqual([]);
    await until(async () => (await storedFiles(api.dataDir)).length === 0, 'nothing is left on this machine');

    const { body: result } = await doctor.client.som3d.result({ params: { id: job_id } });
    expect(new URL(result.url).origin).toBe(way.url);
    const whole = await fetch(result.url);
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename=som3d-${job_id}.zip`);
    expect(whole.headers.get('content-type')).toBe('application/zip');
    const zip = Buffer.from(await whole.arrayBuffer());
    const packed = await zipEntries(zip);
    expect([...packed.keys()].toSorted()).toEqual(FILES);

    const { body: models } = await doctor.client.som3d.stls({ params: { id: job_id } });
    const [model] = models.items;
    const urls = {
      'hueso.stl': model?.url,
      'hueso.glb': model?.glb_url,
      'hueso.web.glb': model?.web_glb_url,
      'hueso.png': model?.png_url,
    };
    for (const [name, url] of Object.entries({ ...urls, 'modelos.3mf': models.threemf_url })) {
      expect(new URL(url ?? '').origin).toBe(way.url);
      const content = Buffer.from(await (await fetch(url ?? '')).arrayBuffer());
      expect([name, content.equals(packed.get(name) ?? Buffer.alloc(0))]).toEqual([name, true]);
    }

    const get = (headers: Record<string, string>) =>
      fetch(`${api.url}/som3d/jobs/${job_id}/result/bytes`, {
        headers: { authorization: `Bearer ${doctor.token}`, ...headers },
      });
    const streamed = await get({});
    expect(Buffer.from(await streamed.arrayBuffer()).equals(zip)).toBe(true);
    const etag = streamed.headers.get('etag') ?? '';
    const part = await get({ range: 'bytes=10-19', 'if-range': etag });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(zip.subarray(10, 20))).toBe(true);
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: `bytes=${zip.length}-` })).status).toBe(416);
    const file = await doctor.client.som3d.jobFile({ params: { id: job_id, name: 'hueso.glb' }, headers: {} });
    expect(Buffer.from(await file.body.arrayBuffer()).equals(packed.get('hueso.glb') ?? Buffer.alloc(0))).toBe(true);

    await api.deps.storage.removeAll(`results/${job_id}/`);
    const gone = doctor.client.som3d.jobFile({ params: { id: job_id, name: 'hueso.glb' }, headers: {} });
    await expectProblem(gone, 404, /ya no está disponible/);
    expect(await stored()).toEqual([]);
  });

  test('leave nothing behind that no job names', async () => {
    const doctor = await api.doctor();
    const { job_id } = await upload(doctor.client);
    await waitForJob(doctor.client, job_id);
    const { storage, config } = api.deps;
    const orphans = ['uploads/unknown.zip', 'results/unknown/token/x.stl', `results/${job_id}/earlier/x.stl`];
    for (const key of orphans) await storage.put(key, Readable.from(['content']));
    await jobMachinery.createJobServices(api.deps).sweeper.sweep();
    expect(await stored()).toEqual(expect.arrayContaining(orphans));
    const soon = { ...api.deps, config: { ...config, SOM3D_ORPHAN_GRACE_SECONDS: 1 } };
    await until(async () => {
      await jobMachinery.createJobServices(soon).sweeper.sweep();
      return !(await stored()).some((key) => orphans.includes(key));
    }, 'they are old enough');
    expect((await stored()).filter((key) => key.includes(job_id))).toHaveLength(7);
    await storage.removeAll(`results/${job_id}/`);
  });

  test('keep nothing of an upload that the client broke off', async () => {
    const doctor = await api.doctor();
    const content = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(12 * 1024 ** 2)]);
    const form = formBytes([{ name: 'file', filename: 'scan.zip', content }], { cut: true });
    way.sent.splice(0);
    const { request } = openUpload(api.url, {
      authorization: `Bearer ${doctor.token}`,
      'content-type': FORM_TYPE,
      'content-length': String(form.length * 2),
    });
    request.on('error', () => undefined);
    request.write(form);
    await until(() => way.sent.some((text) => /^PUT \S+partNumber=2/.test(text)), 'it is on its way');
    request.destroy();
    await until(() => way.sent.some((text) => /^DELETE \S+uploadId=/.test(text)), 'it is aborted');
    await until(async () => (await bucket.openUploads()).length === 0, 'its parts are gone');
    expect(await stored()).toEqual([]);
  });

  test('tell a doctor to come back while the storage is away, and serve on when it is there again', async () => {
    const doctor = await api.doctor();
    way.cut();
    const refused = await expectProblem(upload(doctor.client), 503, /El almacenamiento no responde/);
    expect(refused.headers.get('retry-after')).toBeTruthy();
    const health = await fetch(`${api.url}/health`);
    expect([health.status, (await health.json()) as unknown]).toMatchObject([
      503,
      { services: { storage: { status: 'error' } } },
    ]);
    way.mend();
    await until(async () => (await fetch(`${api.url}/health`)).status === 200, 'it is well again');
    await waitForJob(doctor.client, (await upload(doctor.client)).job_id);
    expect(api.errors.splice(0).every((line) => line.includes('"status":503'))).toBe(true);
  });

  test('are tried again when the storage goes away in the middle of storing', async () => {
    const doctor = await api.doctor();
    let outputs = 0;
    way.onRequest = (piece) => {
      if (piece.subarray(0, 4).toString() !== 'PUT ' || !piece.includes('/results/')) return 'pass';
      outputs += 1;
      if (outputs > 2) way.cut();
      return 'pass';
    };
    const { job_id } = await upload(doctor.client);
    const again = await until(async () => {
      const row = await jobRow(api.deps.orm, job_id);
      return row?.status === 'QUEUED' && row.run_after ? row : null;
    }, 'the job waits for the storage');
    expect(again).toMatchObject({ error: null, result_key: null, attempts: 0 });
    way.mend();
    await waitForJob(doctor.client, job_id);
    const done = await jobRow(api.deps.orm, job_id);
    // What the storage did is not counted against the job.
    expect(done).toMatchObject({ status: 'DONE', attempts: 1 });
    const prefix = (done?.result_key ?? '').replace(/[^/]+$/, '');
    await until(async () => {
      const keys = (await stored()).filter((key) => key.includes(job_id));
      return keys.length === 7 && keys.every((key) => key.startsWith(prefix));
    }, 'the result alone is left');
    expect(api.errors.splice(0).every((line) => line.includes('job attempt failed'))).toBe(true);
  });
});
