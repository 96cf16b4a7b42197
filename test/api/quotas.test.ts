import { entities } from '@som3d/server/testing';
import type { Usage } from '@som3d/contract';
import { describe, expect, test } from 'vitest';
import { sampleZip, storedFiles, patientOf, upload } from '../support/jobs.ts';
import { describeApi, expectProblem, type Session } from '../support/server.ts';
import { append, begin, createUpload, finish } from '../support/tus.ts';

async function usageOf({ client }: Session): Promise<Usage> {
  return (await client.usage.mine()).body;
}

describeApi(
  'quotas',
  (api) => {
    const em = () => api().deps.orm.em.fork();

    test('are shown to who is signed in only', async () => {
      await expectProblem(api().client.usage.mine(), 401);
    });

    test('bound the jobs that wait, also when many are uploaded at once', async () => {
      const [doctor, other] = [await api().doctor(), await api().doctor()];
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => upload(doctor.client)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      const before = await storedFiles(api().dataDir);
      const { detail } = await expectProblem(upload(doctor.client), 429, /3 trabajos en espera/);
      expect(detail).toMatch(/cancele alguno/);
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);
      expect(before).toHaveLength(3);
      expect(await usageOf(doctor)).toMatchObject({ trabajos_en_espera: { uso: 3, limite: 3 } });

      const { jobs } = (await doctor.client.som3d.list({ query: {} })).body;
      await doctor.client.som3d.cancel({ params: { id: jobs[0]?.job_id ?? '' } });
      await upload(doctor.client);
      await upload(other.client);
    });

    test('give the first job to a repeated request when no other would fit', async () => {
      const doctor = await api().doctor();
      const first = await upload(doctor.client, { idempotencyKey: 'again' });
      await upload(doctor.client);
      await upload(doctor.client);
      expect((await upload(doctor.client, { idempotencyKey: 'again' })).job_id).toBe(first.job_id);
    });

    test('bound the bytes of uploads and results', async () => {
      const doctor = await api().doctor();
      const { job_id } = await upload(doctor.client);
      const { bytes_almacenados } = await usageOf(doctor);
      expect(bytes_almacenados.limite).toBe(1024 ** 3);
      expect(bytes_almacenados.uso).toBeGreaterThan(1000);
      const values = { result_key: `results/${job_id}/t/x.zip`, result_size: 10, stored_bytes: 1024 ** 3 - 10 };
      await em().nativeUpdate(entities.JobConv, { job_id }, { status: 'DONE', ...values });
      expect((await usageOf(doctor)).bytes_almacenados.uso).toBe(1024 ** 3 - 10);
      const before = await storedFiles(api().dataDir);
      await expectProblem(upload(doctor.client), 507, /1 GiB: elimine resultados/);
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);
      const me = { url: api().url, token: doctor.token };
      expect((await createUpload(me, 11)).status).toBe(507);
      // What is reserved fits exactly; the job of it weighs as much.
      const resumable = await begin(me, 10);
      await append(me, resumable, 0, (await sampleZip()).subarray(0, 10));
      const heavier = { stored_bytes: 1024 ** 3 - 9 };
      await em().nativeUpdate(entities.JobConv, { job_id }, heavier);
      expect((await finish(me, resumable)).status).toBe(507);
      await em().nativeUpdate(entities.JobConv, { job_id }, { stored_bytes: 1024 ** 3 - 10 });
      expect(await finish(me, resumable)).toMatchObject({ status: 201, body: { status: 'error' } });
      await em().nativeUpdate(entities.JobConv, { job_id }, { result_key: null, result_size: null });
      await upload(doctor.client);
    });

    test('bound the notes of a day, of each account', async () => {
      const [doctor, other] = [await api().doctor(), await api().doctor()];
      const id = await patientOf(doctor.client);
      const add = async () => await doctor.client.patients.createNote({ params: { id }, body: { texto: 'Control' } });
      await add();
      await add();
      const problem = await expectProblem(add(), 429, /2 notas en 24 horas/);
      expect(Number(problem.headers.get('retry-after'))).toBeGreaterThan(86_000);
      expect(await usageOf(doctor)).toMatchObject({ notas_24h: { uso: 2, limite: 2 } });
      const params = { id: await patientOf(other.client) };
      await other.client.patients.createNote({ params, body: { texto: 'Control' } });
    });

    test('bound the states of the viewer until one is removed', async () => {
      const doctor = await api().doctor();
      const body = { titulo: 'Vista', ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };
      const save = async () => (await doctor.client.visor.create({ body })).body;
      const { id_visor_estado: id } = await save();
      await save();
      await expectProblem(save(), 507, /2 estados del visor/);
      expect(await usageOf(doctor)).toMatchObject({ estados_visor: { uso: 2, limite: 2 } });
      await doctor.client.visor.remove({ params: { id } });
      await save();
    });

    test('bound the messages of a day', async () => {
      const doctor = await api().doctor();
      const text = { titulo: 'No abre', descripcion: 'El visor no abre el modelo' };
      const body = { tipo: 'error', severidad: 'baja', ...text } as const;
      const send = async () => await doctor.client.messages.create({ body });
      await send();
      await send();
      await expectProblem(send(), 429, /2 mensajes en 24 horas/);
      expect(await usageOf(doctor)).toMatchObject({ mensajes_24h: { uso: 2, limite: 2 } });
    });

    test('bound the checkouts that are begun and not ended', async () => {
      const doctor = await api().doctor();
      const plans = em();
      const plan = plans.create(entities.Plan, { nombre: 'Mes', precio: 1000, periodo: 'MENSUAL', duracion_meses: 1 });
      await plans.flush();
      const start = async () => await doctor.client.subscriptions.start({ body: { plan_id: plan.id_plan } });
      await start();
      await start();
      await expectProblem(start(), 429, /2 pagos en 7 días/);
      expect(await usageOf(doctor)).toMatchObject({ pagos_abiertos: { uso: 2, limite: 2 } });
      // Those of a week ago are given up.
      const created_at = new Date(Date.now() - 8 * 86_400_000);
      await em().nativeUpdate(entities.EpaycoCheckout, {}, { created_at });
      await start();
    });
  },
  {
    SOM3D_QUOTA_WAITING_JOBS: '3',
    SOM3D_QUOTA_STORED_GIB: '1',
    SOM3D_QUOTA_NOTES_PER_DAY: '2',
    SOM3D_QUOTA_VIEWER_STATES: '2',
    SOM3D_QUOTA_MESSAGES_PER_DAY: '2',
    SOM3D_QUOTA_OPEN_CHECKOUTS: '2',
  },
);

describe('who may upload', () => {
  const mark = async (api: Parameters<Parameters<typeof describeApi>[1]>[0], doctor: Session, values: object) => {
    const em = api().deps.orm.em.fork();
    await em.nativeUpdate(entities.Usuario, { id_usuario: doctor.user.id_usuario }, values);
  };

  describeApi(
    'only accounts with a proved address',
    (api) => {
      test('are let in', async () => {
        const [doctor, admin] = [await api().doctor(), await api().admin()];
        const me = { url: api().url, token: doctor.token };
        await mark(api, doctor, { unverified_since: null });
        const zip = await sampleZip();
        const resumable = await begin(me, zip.length);
        await append(me, resumable, 0, zip);
        await mark(api, doctor, { unverified_since: new Date() });
        await expectProblem(upload(doctor.client), 403, /Confirme su correo/);
        expect((await createUpload(me, zip.length)).status).toBe(403);
        expect((await finish(me, resumable)).status).toBe(403);
        expect((await usageOf(doctor)).subidas).toEqual({ requiere: 'verified', permitidas: false });
        await mark(api, doctor, { unverified_since: null });
        await upload(doctor.client);
        expect((await usageOf(doctor)).subidas).toEqual({ requiere: 'verified', permitidas: true });
        await upload(admin.client);
      });
    },
    { SOM3D_UPLOAD_REQUIRES: 'verified' },
  );

  describeApi(
    'only active accounts',
    (api) => {
      test('are let in', async () => {
        const doctor = await api().doctor();
        await expectProblem(upload(doctor.client), 403, /no está activa/);
        await mark(api, doctor, { activo: true });
        await upload(doctor.client);
      });
    },
    { SOM3D_UPLOAD_REQUIRES: 'active' },
  );
});
