import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { createClient, resumableUpload, uploadJob, type Client, type Pace, type UploadStore } from '@som3d/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../support/cutting-proxy.ts';
import { sampleZip, storedFiles } from '../support/jobs.ts';
import { expectNoErrors, expectProblem, startTestServer, type TestServer } from '../support/server.ts';
import { serve } from './support/server.ts';

const MiB = 1024 * 1024;
const baseDelayMs = 20;

function memoryStore(): UploadStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (key) => kept.get(key),
    set: (key, id) => void kept.set(key, id),
    remove: (key) => void kept.delete(key),
  };
}

describe('a resumable upload', () => {
  let api: TestServer;
  let proxy: CuttingProxy;
  let zip: Buffer<ArrayBuffer>;
  beforeAll(async () => {
    api = await startTestServer('sqlite', { SOM3D_MAX_UPLOAD_MB: '64' });
    proxy = await startCuttingProxy(api.url);
    zip = Buffer.concat([Buffer.from('PK\x03\x04'), randomBytes(20 * MiB), await sampleZip()]);
  });
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]();
    await api?.stop();
    expectNoErrors(api);
  });

  const doctor = async (): Promise<Client> => {
    const { token } = await api.doctor();
    return createClient({ baseUrl: proxy.url, token });
  };
  const file = () => new File([zip], 'rodilla.zip');
  const storedAs = async (jobId: string) => await buffer(await api.deps.storage.read(`uploads/${jobId}.zip`));

  test('ends whole through a line that is cut twice', async () => {
    const client = await doctor();
    const store = memoryStore();
    const cuts = [5 * MiB, 15 * MiB];
    const seen: [number, Pace][] = [];
    const onProgress = (loaded: number, total: number, pace: Pace) => {
      expect(total).toBe(zip.length);
      seen.push([loaded, pace]);
      if (loaded > (cuts[0] ?? Infinity)) {
        cuts.shift();
        proxy.cut();
      }
    };
    const fields = { nombre_proceso: 'Rodilla', extra_tasks: ['piel'], cranio: true };
    const job = await resumableUpload(client, { file: file(), fields, store, onProgress, baseDelayMs }).job;
    expect(cuts).toEqual([]);
    expect(job).toMatchObject({ status: 'queued', params: { nombre_proceso: 'Rodilla', extra_tasks: ['piel'] } });
    expect((await storedAs(job.job_id)).equals(zip)).toBe(true);
    expect(seen.at(-1)?.[0]).toBe(zip.length);
    expect(seen.some(([, { bytesPerSecond, secondsLeft }]) => bytesPerSecond > 0 && (secondsLeft ?? -1) > 0)).toBe(
      true,
    );
    // The second cut costs what was under way, not what had arrived.
    const afterwards = seen.slice(seen.findIndex(([loaded]) => loaded > 15 * MiB)).map(([loaded]) => loaded);
    expect(Math.min(...afterwards)).toBeGreaterThan(4 * MiB);
    expect(store.kept.size).toBe(0);
  });

  test('is held and goes on', async () => {
    const client = await doctor();
    let furthest = 0;
    const upload = resumableUpload(client, {
      file: file(),
      store: memoryStore(),
      baseDelayMs,
      onProgress: (loaded) => {
        if (furthest < 4 * MiB && loaded >= 4 * MiB) upload.pause();
        furthest = Math.max(furthest, loaded);
      },
    });
    await expect.poll(() => furthest).toBeGreaterThanOrEqual(4 * MiB);
    const held = await Promise.race([upload.job, new Promise((resolve) => void setImmediate(resolve, 'held'))]);
    expect(held).toBe('held');
    expect(furthest).toBeLessThan(20 * MiB);
    upload.resume();
    expect((await storedAs((await upload.job).job_id)).equals(zip)).toBe(true);
  });

  test('is continued by a later run, from what has arrived', async () => {
    const client = await doctor();
    const store = memoryStore();
    const stop = new AbortController();
    const gone = new Error('the page was closed');
    const first = uploadJob(client, {
      file: file(),
      resumable: store,
      signal: stop.signal,
      onProgress: (loaded) => {
        if (loaded > 12 * MiB) stop.abort(gone);
      },
    });
    await expect(first).rejects.toBe(gone);
    expect(store.kept.size).toBe(1);
    const seen: number[] = [];
    const options = { file: file(), resumable: store, onProgress: (loaded: number) => void seen.push(loaded) };
    const job = await uploadJob(client, options);
    expect(seen[0]).toBeGreaterThanOrEqual(8 * MiB);
    expect((await storedAs(job.job_id)).equals(zip)).toBe(true);
    // Another file of the same name and size is another upload.
    const other = Buffer.from(zip);
    other[100] = zip.readUInt8(100) ^ 1;
    const second = await uploadJob(client, { file: new File([other], 'rodilla.zip'), resumable: store });
    expect((await storedAs(second.job_id)).equals(other)).toBe(true);
  });

  test('whose last answer was lost gives the same job', async () => {
    const client = await doctor();
    const small = new File([await sampleZip()], 'a.zip');
    const store = memoryStore();
    let fingerprint = '';
    let id = '';
    const spying: UploadStore = { ...store, set: (key, value) => void ([fingerprint, id] = [key, value]) };
    const first = await resumableUpload(client, { file: small, store: spying }).job;
    store.kept.set(fingerprint, id);
    expect((await resumableUpload(client, { file: small, store }).job).job_id).toBe(first.job_id);
    store.kept.set(fingerprint, id);
    const fields = { cranio: true };
    expect((await resumableUpload(client, { file: small, store, fields }).job).job_id).not.toBe(first.job_id);
  });

  test('learns of wrong fields before it has sent anything', async () => {
    const client = await doctor();
    let sent = 0;
    const options = { file: file(), store: memoryStore(), onProgress: (loaded: number) => (sent = loaded) };
    await expectProblem(resumableUpload(client, { ...options, fields: { nombre_proceso: 'x' } }).job, 422);
    await expectProblem(
      resumableUpload(client, { ...options, fields: { id_paciente: 999_999 } }).job,
      404,
      /paciente/i,
    );
    await expectProblem(resumableUpload(client, { file: new File(['PK'.repeat(40 * MiB)], 'x.zip') }).job, 413);
    expect(sent).toBe(0);
  });

  test('is abandoned with what has arrived', async () => {
    const client = await doctor();
    const store = memoryStore();
    const upload = resumableUpload(client, {
      file: file(),
      store,
      onProgress: (loaded) => {
        if (loaded > 9 * MiB) upload.pause();
      },
    });
    await expect.poll(() => store.kept.size).toBe(1);
    const [id = ''] = store.kept.values();
    await upload.abandon();
    await expect(upload.job).rejects.toThrow('abandoned');
    expect(store.kept.size).toBe(0);
    await expectProblem(client.uploads.get({ params: { id } }), 404);
    expect((await client.usage.mine()).body.bytes_almacenados.uso).toBe(0);
    // The request that was cut ends by itself, and takes back what it has stored too late.
    const left = async () =>
      (await storedFiles(api.dataDir)).filter((name) => name.includes(id) || name.startsWith('tmp'));
    await expect.poll(left).toEqual([]);
  });

  test('gives up after its patience', async () => {
    await using server = await serve((_request, response) => void response.destroy());
    const client = createClient({ baseUrl: server.url, retry: false });
    const upload = resumableUpload(client, { file: file(), baseDelayMs: 1, patienceMs: 100 });
    await expect(upload.job).rejects.toThrow(/No answer from/);
    expect(server.requests.length).toBeGreaterThan(2);
  });

  test('needs a file that can be cut', async () => {
    const whole = { size: 4, stream: () => new Blob(['PK12']).stream() };
    await expect(uploadJob(await doctor(), { file: whole, resumable: true })).rejects.toThrow('slice');
  });
});
