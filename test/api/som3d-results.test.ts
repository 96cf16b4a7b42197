import path from 'node:path';
import { waitForJob } from '@som3d/client';
import type { Job } from '@som3d/contract';
import { databases } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { jobRow, storedFiles, until, patientOf, upload } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

async function bytes(url: string, headers: Record<string, string> = {}, method = 'GET') {
  const response = await fetch(url, { method, headers });
  return { response, content: Buffer.from(await response.arrayBuffer()) };
}

describeApi(
  'som3d results',
  (api) => {
    let doctor: Session;
    let job: Job;
    const ready = async (): Promise<{ doctor: Session; job: Job; params: { id: string } }> => {
      doctor ??= await api().doctor();
      job ??= await waitForJob(doctor.client, (await upload(doctor.client)).job_id);
      return { doctor, job, params: { id: job.job_id } };
    };
    test('computes an upload, and leaves nothing but its result', async () => {
      const { job: done } = await ready();
      expect(done).toMatchObject({ status: 'done', phase: 'finished', percent: 100, error: null });
      expect(done.log_tail.join('\n')).toMatch(
        /Conversión iniciada \(intento 1 de 3\)\.\n[^]*\nConversión terminada: 1 modelo\.$/,
      );
      const files = await until(async () => {
        const stored = await storedFiles(api().dataDir);
        return stored.every((file) => file.startsWith('files/results/')) ? stored : null;
      }, 'the upload and the work folder are gone');
      expect(files.map((file) => path.basename(file)).toSorted((a, b) => a.localeCompare(b))).toEqual(
        [
          'hueso.glb',
          'hueso.png',
          'hueso.stl',
          'hueso.web.glb',
          'manifest.json',
          'modelos.3mf',
          `som3d-${done.job_id}.zip`,
        ].toSorted((a, b) => a.localeCompare(b)),
      );
    });

    test('registers the result when the job ends, and says what it measured', async () => {
      const { doctor: owner, job: done } = await ready();
      const context = async (id: string) => (await owner.client.som3d.stateContext({ params: { id } })).body;
      const alone = await context(done.job_id);
      expect(alone).toMatchObject({ id_jobstl: expect.any(Number) as number, id_paciente: null });
      expect(alone.resultados).toMatchObject([{ num_stl_archivos: 1, id_paciente: null }]);
      expect(done.is_processing).toBe(false);
      const { body: stls } = await owner.client.som3d.stls({ params: { id: done.job_id } });
      expect(done.metrics).toMatchObject({
        stl_count: 1,
        stl_zip_size: expect.any(Number) as number,
        durations: { reading_seconds: expect.any(Number) as number, total_seconds: expect.any(Number) as number },
        mesh: { files_total: 1, triangles_total: stls.items[0]?.triangles },
      });
    });

    test('lists the models with what was measured and URLs that need no session', async () => {
      const { doctor: owner, params } = await ready();
      const { body } = await owner.client.som3d.stls({ params });
      expect(body).toMatchObject({ job_id: params.id, count: 1 });
      const [model] = body.items;
      expect(model).toMatchObject({
        filename: 'hueso.stl',
        tissue: 'hueso',
        label: 'Hueso',
        watertight: true,
        open_edges: 0,
      });
      const { response, content } = await bytes(model!.url);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('model/stl');
      expect(response.headers.get('content-disposition')).toBe('attachment; filename=hueso.stl');
      expect(content.length).toBe(model!.size);
      expect(content.readUInt32LE(80)).toBe(model!.triangles);
    });

    test('gives a URL of the ZIP that expires and can not be forged', async () => {
      const { doctor: owner, params } = await ready();
      const { body } = await owner.client.som3d.result({ params });
      expect(body).toMatchObject({ job_id: params.id, expires_in: 900 });
      expect(body.url.startsWith(`${api().url}/som3d/files/`)).toBe(true);
      const { response, content } = await bytes(body.url);
      expect(response.headers.get('content-type')).toBe('application/zip');
      expect(content.readUInt32LE(0)).toBe(0x04034b50);

      const token = body.url.split('/').at(-1)!;
      const [payload = '', signature = ''] = token.split('.');
      const parts = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
      const forged = [
        `${Buffer.from(JSON.stringify([...parts.slice(0, 3), 9_999_999_999])).toString('base64url')}.${signature}`,
        `${payload}.${signature.slice(0, -2)}AA`,
        payload,
        `${payload}.`,
        `${token}.x`,
        'x',
      ];
      for (const wrong of forged) {
        await expectProblem(api().client.som3d.file({ params: { token: wrong }, headers: {} }), 403);
      }
      api().advance(901_000);
      await expectProblem(api().client.som3d.file({ params: { token }, headers: {} }), 403);
    });

    test('serves the ZIP in ranges and says when the caller has it already', async () => {
      const { doctor: owner, params } = await ready();
      const url = `${api().url}/som3d/jobs/${params.id}/result/bytes`;
      const authorization = `Bearer ${owner.token}`;
      const get = (headers: Record<string, string> = {}) => bytes(url, { authorization, ...headers });
      const { response, content } = await get();
      const { headers } = response;
      const etag = headers.get('etag') ?? '';
      expect(response.status).toBe(200);
      expect(etag).toMatch(/^"[^"]+"$/);
      expect(headers.get('accept-ranges')).toBe('bytes');
      expect(headers.get('content-length')).toBe(String(content.length));
      expect(headers.get('content-disposition')).toBe(`attachment; filename=som3d-${params.id}.zip`);
      expect((await jobRow(api().deps.orm, params.id))?.result_etag).toBe(etag);

      const size = content.length;
      const ranges: [string, number, number][] = [
        ['bytes=0-0', 0, 1],
        ['bytes=10-19', 10, 20],
        [`bytes=${size - 5}-`, size - 5, size],
        ['bytes=-7', size - 7, size],
        [`bytes=5-${size + 100}`, 5, size],
        [`bytes=-${size + 100}`, 0, size],
      ];
      for (const [range, from, to] of ranges) {
        const part = await get({ range });
        expect(part.response.status).toBe(206);
        expect(part.response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${size}`);
        expect(part.response.headers.get('content-length')).toBe(String(to - from));
        expect(part.content.equals(content.subarray(from, to))).toBe(true);
      }
      for (const range of [`bytes=${size}-`, 'bytes=-0']) {
        const outside = await get({ range });
        expect(outside.response.status).toBe(416);
        expect(outside.response.headers.get('content-range')).toBe(`bytes */${size}`);
      }
      for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=a-b']) {
        expect((await get({ range })).response.status).toBe(200);
      }
      expect((await get({ range: 'bytes=0-3', 'if-range': etag })).response.status).toBe(206);
      expect((await get({ range: 'bytes=0-3', 'if-range': headers.get('last-modified') ?? '' })).response.status).toBe(
        206,
      );
      expect((await get({ range: 'bytes=0-3', 'if-range': '"another"' })).response.status).toBe(200);
      const known = await get({ 'if-none-match': `"x", ${etag}` });
      expect(known.response.status).toBe(304);
      expect(known.content).toHaveLength(0);
      const head = await bytes(url, { authorization }, 'HEAD');
      expect(head.response.headers.get('content-length')).toBe(String(size));
    });

    test('computes with the thresholds and the tissues that were asked for', async () => {
      const { doctor: owner } = await ready();
      const id_paciente = await patientOf(owner.client);
      const tuned = await upload(owner.client, {
        fields: {
          id_paciente,
          umbral_min: 200.5,
          suavizado: 0,
          reduccion: 0,
          enable_ortopedia: true,
          extra_tasks: ['piel'],
        },
      });
      expect(tuned).toMatchObject({ is_processing: true, metrics: {}, log_tail: [] });
      const { metrics, params } = await waitForJob(owner.client, tuned.job_id);
      expect(params).toMatchObject({ umbral_min: 200.5, suavizado: 0, enable_ortopedia: true, extra_tasks: ['piel'] });
      expect(metrics).toMatchObject({
        parameters: { umbral_min: 200.5, umbral_max: null, suavizado: 0, reduccion: 0 },
      });
      const { body } = await owner.client.som3d.stls({ params: { id: tuned.job_id } });
      expect(body.items.map(({ tissue }) => tissue)).toContain('piel');

      // The result is the patient's without a word of the doctor, and what is saved of it is theirs too.
      const { body: listed } = await owner.client.som3d.patientsWithStl();
      expect(listed).toMatchObject([{ job_id: tuned.job_id, id_paciente }]);
      const id_jobstl = listed[0]!.id_jobstl;
      const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };
      const { body: view } = await owner.client.visor.create({ body: { titulo: 'Vista', ...documents, id_jobstl } });
      expect(view).toMatchObject({ id_jobstl, id_paciente });
      const finalized = await owner.client.som3d.finalize({ params: { id: tuned.job_id }, body: { id_paciente } });
      expect(finalized.body.id_jobstl).toBe(id_jobstl);
    });

    test('serves a stored file by its URL like the result itself, until it is gone', async () => {
      const { doctor: owner } = await ready();
      const other = await waitForJob(owner.client, (await upload(owner.client)).job_id);
      const params = { id: other.job_id };
      const { body } = await owner.client.som3d.result({ params });
      expect((await bytes(body.url, { range: 'bytes=0-3' })).response.status).toBe(206);
      expect((await bytes(body.url, { range: 'bytes=999999999-' })).response.status).toBe(416);
      const etag = (await bytes(body.url)).response.headers.get('etag') ?? '';
      expect((await bytes(body.url, { 'if-none-match': etag })).response.status).toBe(304);
      await api().deps.storage.removeAll(`results/${other.job_id}/`);
      expect((await bytes(body.url)).response.status).toBe(404);
      await expectProblem(owner.client.som3d.resultBytes({ params, headers: {} }), 404);
      await expectProblem(owner.client.som3d.cancel({ params }), 409);
    });

    test('registers a result for a patient, once', async () => {
      const { doctor: owner, params } = await ready();
      const [other, admin] = [await api().doctor(), await api().admin()];
      const [id_paciente, foreign] = [await patientOf(owner.client), await patientOf(other.client)];
      const finalize = (body: Parameters<typeof owner.client.som3d.finalize>[0]['body']) =>
        owner.client.som3d.finalize({ params, body });
      await expectProblem(finalize({}), 400, /id_paciente/);
      await expectProblem(finalize({ id_paciente: foreign }), 403);
      await expectProblem(finalize({ id_paciente: 2_000_000_000 }), 404);
      await expectProblem(finalize({ id_paciente, stl_size: -1 }), 422);

      const { body: models } = await owner.client.som3d.stls({ params });
      const first = (await finalize({ id_paciente, notas: 'Lista para imprimir' })).body;
      expect(first).toMatchObject({
        job_id: params.id,
        id_paciente,
        stl_size: models.items[0]?.size,
        num_stl_archivos: 1,
        notas: 'Lista para imprimir',
      });
      const second = (await finalize({ id_paciente, stl_size: 5, num_stl_archivos: 2 })).body;
      expect(second).toEqual({ ...first, stl_size: 5, num_stl_archivos: 2 });
      const race = await Promise.all([1, 2, 3, 4].map((stl_size) => finalize({ id_paciente, stl_size })));
      expect(new Set(race.map(({ body }) => body.id_jobstl))).toEqual(new Set([first.id_jobstl]));
      const rows = await databases
        .kysely(api().deps.orm.em.fork())
        .selectFrom('JobSTL')
        .selectAll()
        .where('job_id', '=', params.id)
        .execute();
      expect(rows).toHaveLength(1);
      expect((await admin.client.som3d.finalize({ params, body: { id_paciente: foreign } })).status).toBe(200);
      const bare = (await admin.client.som3d.finalize({ params, body: {} })).body;
      expect(bare.id_paciente).toBeNull();
      expect((await admin.client.som3d.finalize({ params, body: { notas: 'x' } })).body.id_jobstl).toBe(bare.id_jobstl);
    });
  },
  { SOM3D_EMBEDDED_WORKER: 'true' },
);
