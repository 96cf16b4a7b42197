import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { waitForJob } from '@som3d/client';
import type { Job } from '@som3d/contract';
import { entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { upload } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';
import { zipEntries } from '../support/zip-entries.ts';

const TYPES: Record<string, string> = {
  'hueso.stl': 'model/stl',
  'hueso.glb': 'model/gltf-binary',
  'hueso.web.glb': 'model/gltf-binary',
  'hueso.png': 'image/png',
  'modelos.3mf': 'model/3mf',
  'manifest.json': 'application/json; charset=utf-8',
};

describeApi(
  'som3d files',
  (api) => {
    let doctor: Session;
    let job: Job;
    const ready = async (): Promise<{ doctor: Session; job: Job }> => {
      doctor ??= await api().doctor();
      job ??= await waitForJob(doctor.client, (await upload(doctor.client)).job_id);
      return { doctor, job };
    };
    const get = async (name: string, headers: Record<string, string> = {}, token = doctor.token) => {
      const url = `${api().url}/som3d/jobs/${job.job_id}/files/${name}`;
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
      return { response, content: Buffer.from(await response.arrayBuffer()) };
    };
    /** Asks with the path as it is written: a URL would have its dots resolved before it is sent. */
    const statusOf = async (name: string): Promise<number | undefined> => {
      const { hostname, port } = new URL(api().url);
      const path = `/som3d/jobs/${job.job_id}/files/${name}`;
      const asked = request({ hostname, port, path, headers: { authorization: `Bearer ${doctor.token}` } }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    };

    test('serves each file that the manifest names, and the ZIP with all of them', async () => {
      await ready();
      const zipName = `som3d-${job.job_id}.zip`;
      const contents = new Map<string, Buffer>();
      for (const [name, type] of Object.entries({ ...TYPES, [zipName]: 'application/zip' })) {
        const { response, content } = await get(name);
        expect([name, response.status, response.headers.get('content-type')]).toEqual([name, 200, type]);
        expect(response.headers.get('content-disposition')).toBe(`attachment; filename=${name}`);
        expect(response.headers.get('accept-ranges')).toBe('bytes');
        contents.set(name, content);
      }
      const packed = await zipEntries(contents.get(zipName)!);
      expect([...packed.keys()].toSorted()).toEqual(Object.keys(TYPES).toSorted());
      for (const [name, content] of packed) expect([name, content.equals(contents.get(name)!)]).toEqual([name, true]);
      const manifest = JSON.parse(contents.get('manifest.json')!.toString()) as {
        meshes: { files: Record<string, { filename: string; sizeBytes: number }> }[];
        threemf: { filename: string; sizeBytes: number };
      };
      const listed = [...manifest.meshes.flatMap(({ files }) => Object.values(files)), manifest.threemf];
      expect(listed.map(({ filename, sizeBytes }) => [filename, sizeBytes])).toEqual(
        ['hueso.stl', 'hueso.glb', 'hueso.web.glb', 'hueso.png', 'modelos.3mf'].map((name) => [
          name,
          contents.get(name)!.length,
        ]),
      );
    });

    test('names them in the list of models, with URLs that need no session', async () => {
      const { doctor: owner, job: done } = await ready();
      const { body } = await owner.client.som3d.stls({ params: { id: done.job_id } });
      const [model] = body.items;
      const urls = {
        'hueso.stl': model!.url,
        'hueso.glb': model!.glb_url,
        'hueso.web.glb': model!.web_glb_url,
        'hueso.png': model!.png_url,
      };
      for (const [name, url] of Object.entries({ ...urls, 'modelos.3mf': body.threemf_url })) {
        const response = await fetch(url!);
        expect([name, response.status, response.headers.get('content-type')]).toEqual([name, 200, TYPES[name]]);
        expect((await response.arrayBuffer()).byteLength).toBe((await get(name)).content.length);
      }
      const listed = async (filename: string) => ({
        filename,
        size: (await get(filename)).content.length,
        media_type: TYPES[filename],
      });
      expect(model!.files).toEqual({
        stl: await listed('hueso.stl'),
        glb: await listed('hueso.glb'),
        web_glb: await listed('hueso.web.glb'),
        png: await listed('hueso.png'),
      });
      expect(model!.plate_stl_url).toBeNull();
      expect(body.threemf).toEqual(await listed('modelos.3mf'));
    });

    test('serves ranges, and nothing to a caller who has it already', async () => {
      await ready();
      const { response, content } = await get('hueso.glb');
      const etag = response.headers.get('etag') ?? '';
      const part = await get('hueso.glb', { range: 'bytes=4-11' });
      expect(part.response.status).toBe(206);
      expect(part.response.headers.get('content-range')).toBe(`bytes 4-11/${content.length}`);
      expect(part.content.equals(content.subarray(4, 12))).toBe(true);
      const outside = await get('hueso.glb', { range: `bytes=${content.length}-` });
      expect(outside.response.status).toBe(416);
      const known = await get('hueso.glb', { 'if-none-match': etag });
      expect([known.response.status, known.content.length]).toEqual([304, 0]);
      const { body } = await doctor.client.som3d.jobFile({
        params: { id: job.job_id, name: 'hueso.glb' },
        headers: { range: 'bytes=0-3' },
      });
      expect(await body.text()).toBe('glTF');
    });

    test('hides them from everybody but the owner and administrators', async () => {
      const { doctor: owner, job: done } = await ready();
      const [other, admin] = [await api().doctor(), await api().admin()];
      const params = { id: done.job_id, name: 'hueso.stl' };
      await expectProblem(api().client.som3d.jobFile({ params, headers: {} }), 401);
      await expectProblem(other.client.som3d.jobFile({ params, headers: {} }), 404, /El trabajo no existe/);
      expect((await get('hueso.stl', {}, admin.token)).response.status).toBe(200);
      await expectProblem(owner.client.som3d.jobFile({ params: { ...params, id: 'a b' }, headers: {} }), 422);
      await expectProblem(
        owner.client.som3d.jobFile({ params: { ...params, name: 'x'.repeat(201) }, headers: {} }),
        422,
      );
    });

    test('knows no other names, however they are written', async () => {
      const { job: done } = await ready();
      const names = [
        'piel.stl',
        'HUESO.STL',
        'hueso.stl%00.png',
        '..%2Fhueso.stl',
        `..%2F..%2F..%2Fuploads%2F${done.job_id}.zip`,
        '%2e%2e%2f%2e%2e%2fsom3d.sqlite',
        '..%5Chueso.stl',
        '%2Fetc%2Fpasswd',
        '.',
        '..',
        '../files/../../..',
        '%2e%2e',
        'constructor',
        '__proto__',
      ];
      for (const name of names) expect([name, await statusOf(name)]).toEqual([name, 404]);
    });

    test('has none until the job is done', async () => {
      const { doctor: owner } = await ready();
      const em = api().deps.orm.em.fork();
      em.create(entities.JobConv, { job_id: 'waiting_1', id_usuario: owner.user.id_usuario, status: 'ERROR' });
      await em.flush();
      await expectProblem(
        owner.client.som3d.jobFile({ params: { id: 'waiting_1', name: 'hueso.stl' }, headers: {} }),
        409,
      );
    });

    test('presents jobs made before there were other forms', async () => {
      const { doctor: owner, job: done } = await ready();
      const em = api().deps.orm.em.fork();
      const current = await em.findOneOrFail(entities.JobConv, done.job_id);
      const metrics = JSON.parse(current.metrics_json ?? '') as { meshes: Record<string, unknown>[] };
      const meshes = metrics.meshes.map(({ files: _files, ...mesh }) => mesh);
      const former = { ...metrics, meshes, threemf: undefined };
      em.create(entities.JobConv, {
        job_id: 'former_1',
        id_usuario: owner.user.id_usuario,
        status: 'DONE',
        metrics_json: JSON.stringify(former),
        result_key: current.result_key ?? null,
      });
      await em.flush();
      const { body } = await owner.client.som3d.stls({ params: { id: 'former_1' } });
      expect(body).toMatchObject({ count: 1, threemf_url: null });
      expect(body.items[0]).toMatchObject({ filename: 'hueso.stl', glb_url: null, web_glb_url: null, png_url: null });
      expect(body.items[0]).not.toHaveProperty('files');
      const file = (name: string) => owner.client.som3d.jobFile({ params: { id: 'former_1', name }, headers: {} });
      expect((await file('hueso.stl')).status).toBe(200);
      await expectProblem(file('hueso.glb'), 404);
      await expectProblem(file('modelos.3mf'), 404);
    });

    test('names files after the case, and adds copies on the plate where asked', async () => {
      const { doctor: owner } = await ready();
      const fields = { nombre_proceso: 'Rodilla n.º 2, José', acomodar: true };
      const named = await waitForJob(owner.client, (await upload(owner.client, { fields })).job_id);
      expect(named.params).toMatchObject({ acomodar: true, fragmento_min: null });
      const { body } = await owner.client.som3d.stls({ params: { id: named.job_id } });
      const [model] = body.items;
      const stem = 'rodilla-n-2-jose';
      expect(model!.filename).toBe(`${stem}-hueso.stl`);
      expect(body.threemf?.filename).toBe(`${stem}-modelos.3mf`);
      expect(model!.files?.plate_stl).toMatchObject({
        filename: `${stem}-hueso-acomodado.stl`,
        media_type: 'model/stl',
      });
      const response = await fetch(model!.plate_stl_url!);
      expect(response.headers.get('content-disposition')).toContain(`${stem}-hueso-acomodado.stl`);
      expect((await response.arrayBuffer()).byteLength).toBe(model!.files?.plate_stl?.size);
    });

    test('says when a file is gone', async () => {
      const { doctor: owner } = await ready();
      const other = await waitForJob(owner.client, (await upload(owner.client)).job_id);
      await api().deps.storage.removeAll(`results/${other.job_id}/`);
      const params = { id: other.job_id, name: 'hueso.png' };
      await expectProblem(owner.client.som3d.jobFile({ params, headers: {} }), 404, /ya no está disponible/);
    });
  },
  { SOM3D_EMBEDDED_WORKER: 'true' },
);
