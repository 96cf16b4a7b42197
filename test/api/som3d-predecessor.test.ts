import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { downloadStl } from '@som3d/client';
import { databases, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import yazl from 'yazl';
import { patientOf, until } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';

const ROOT = 'former/jobs/';
const STLS = { 'femur.stl': 'femur'.repeat(5000), 'tibia.stl': 'tibia' };

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return await buffer(zip.outputStream);
}

describeApi(
  "jobs of the predecessor's",
  (api) => {
    let jobs = 0;
    const folder = (job_id: string) => path.join(api().dataDir, 'files', ROOT, job_id);
    const isStored = async (job_id: string) => (await readdir(folder(job_id)).catch(() => [])).length > 0;

    /** A finished job with a registered result and the ZIP that the predecessor left. */
    const finished = async ({ user }: Session, zip: Buffer | null, id_paciente: number | null = null) => {
      const em = api().deps.orm.em.fork();
      const job_id = `former-${user.id_usuario}-${++jobs}`;
      em.create(entities.JobConv, {
        job_id,
        id_usuario: user.id_usuario,
        status: 'DONE',
        queue_name: 'Fémur viejo',
        started_at: new Date('2025-05-01T10:00:00Z'),
        finished_at: new Date('2025-05-01T10:20:00Z'),
      });
      await em.flush();
      const result = em.create(entities.JobSTL, { job_id, id_paciente, stl_size: 1000, num_stl_archivos: 2 });
      await em.flush();
      if (zip) {
        await mkdir(folder(job_id), { recursive: true });
        await writeFile(path.join(folder(job_id), 'stl_result.zip'), zip);
      }
      return { params: { id: job_id }, id_jobstl: result.id_jobstl };
    };

    test('have their name, the numbers of their result and their duration', async () => {
      const doctor = await api().doctor();
      const { params } = await finished(doctor, null);
      const expected = {
        nombre_proceso: 'Fémur viejo',
        is_processing: false,
        params: { nombre_proceso: 'Fémur viejo' },
        metrics: { stl_count: 2, stl_zip_size: 1000, durations: { total_seconds: 1200 }, mesh: { files_total: 2 } },
        log_tail: [],
      };
      expect((await doctor.client.som3d.get({ params })).body).toMatchObject(expected);
      expect((await doctor.client.som3d.list()).body.jobs).toMatchObject([expected]);
      expect((await doctor.client.som3d.log({ params })).body).toMatchObject({
        status: 'done',
        phase: 'finished',
        lines: [],
        full_available: false,
        fallback: true,
      });
    });

    test('give their models one by one, and their ZIP', async () => {
      const [doctor, other] = [await api().doctor(), await api().doctor()];
      const zip = await zipOf({ ...STLS, 'stl/femur.stl': 'another of the same name', 'log.txt': 'no model' });
      const { params } = await finished(doctor, zip);
      const { som3d } = doctor.client;
      const { body } = await som3d.stls({ params });
      expect(body).toMatchObject({ count: 2, threemf: null });
      expect(body.items.map(({ filename, size, glb_url }) => [filename, size, glb_url])).toEqual(
        Object.entries(STLS).map(([name, text]) => [name, text.length, null]),
      );
      for (const item of body.items) {
        const stl = await downloadStl(doctor.client, item);
        expect(await stl.text()).toBe(STLS[item.filename as keyof typeof STLS]);
      }
      const url = body.items[0]!.url;
      const answer = await fetch(url);
      await answer.arrayBuffer();
      expect(answer.headers.get('content-type')).toBe('model/stl');
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename=femur.stl');
      const etag = answer.headers.get('etag') ?? '';
      expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
      const head = await fetch(url, { method: 'HEAD' });
      expect(head.headers.get('content-length')).toBe(String(STLS['femur.stl'].length));

      const link = (await som3d.result({ params, query: { expires: 60 } })).body;
      expect(link.expires_in).toBe(60);
      const bytes = Buffer.from(await (await fetch(link.url)).arrayBuffer());
      expect(bytes.equals(zip)).toBe(true);
      expect(Buffer.from(await (await som3d.resultBytes({ params })).body.bytes()).equals(zip)).toBe(true);
      const named = await som3d.jobFile({ params: { ...params, name: 'tibia.stl' } });
      expect(await named.body.text()).toBe('tibia');
      for (const name of ['rotula.stl', 'log.txt', 'manifest.json']) {
        await expectProblem(som3d.jobFile({ params: { ...params, name } }), 404);
      }
      await expectProblem(other.client.som3d.stls({ params }), 404);
      api().advance(61_000);
      expect((await fetch(link.url)).status).toBe(403);
      expect((await fetch(url)).status).toBe(200);
    });

    test('say that their result is gone, or damaged', async () => {
      const doctor = await api().doctor();
      const { som3d } = doctor.client;
      const gone = await finished(doctor, null);
      await expectProblem(som3d.stls({ params: gone.params }), 404, /ya no está disponible/);
      await expectProblem(som3d.result({ params: gone.params }), 404);
      await expectProblem(som3d.resultBytes({ params: gone.params }), 404);
      const damaged = await finished(doctor, (await zipOf(STLS)).subarray(0, 40));
      await expectProblem(som3d.stls({ params: damaged.params }), 404, /dañado/);
      await expectProblem(som3d.jobFile({ params: { ...damaged.params, name: 'femur.stl' } }), 404, /dañado/);
    });

    test('are finalized with the numbers of their result', async () => {
      const doctor = await api().doctor();
      const { params, id_jobstl } = await finished(doctor, await zipOf(STLS));
      const id_paciente = await patientOf(doctor.client);
      const { body } = await doctor.client.som3d.finalize({ params, body: { id_paciente, notas: 'lista' } });
      expect(body).toMatchObject({ id_jobstl, id_paciente, stl_size: 1000, num_stl_archivos: 2, notas: 'lista' });
    });

    test('lose their files with their last result, and with their owner', async () => {
      const [doctor, admin] = [await api().doctor(), await api().admin()];
      const [first, second] = [await finished(doctor, await zipOf(STLS)), await finished(doctor, await zipOf(STLS))];
      await doctor.client.som3d.removeResult({ params: { id: first.id_jobstl } });
      await until(async () => !(await isStored(first.params.id)), 'the files are gone');
      await expectProblem(doctor.client.som3d.stls({ params: first.params }), 404);
      const id_paciente = await patientOf(doctor.client);
      const again = doctor.client.som3d.finalize({ params: first.params, body: { id_paciente } });
      await expectProblem(again, 409, /se eliminó/);

      expect(await isStored(second.params.id)).toBe(true);
      const { id_usuario: id } = doctor.user;
      await databases
        .kysely(api().deps.orm.em.fork())
        .updateTable('Usuario')
        .set({ activo: false })
        .where('id_usuario', '=', id)
        .execute();
      await admin.client.admin.removeUser({ params: { id } });
      await until(async () => !(await isStored(second.params.id)), 'the files are gone');
    });
  },
  { SOM3D_PREDECESSOR_RESULTS: ROOT },
);
