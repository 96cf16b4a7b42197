import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Job } from '@som3d/contract';
import { expect, test } from 'vitest';
import {
  FORM_TYPE,
  formBytes,
  openUpload,
  sampleZip,
  sendForm,
  storedFiles,
  until,
  patientOf,
  upload,
} from '../support/jobs.ts';
import { describeApi, expectProblem } from '../support/server.ts';

async function filePart() {
  return { name: 'file', filename: 'a.zip', content: await sampleZip() };
}
function at(field: string) {
  return { status: 422, errors: [{ loc: ['body', field] }] };
}

describeApi(
  'som3d uploads',
  (api) => {
    const fileOf = (job: Job): string => path.join(api().dataDir, 'files/uploads', `${job.job_id}.zip`);

    test('takes an upload and queues it', async () => {
      const doctor = await api().doctor();
      const id_paciente = await patientOf(doctor.client);
      const form = formBytes([
        { name: 'nombre_proceso', content: ' Rodilla  derecha ' },
        await filePart(),
        // Fields may come after the file as well.
        { name: 'enable_ortopedia', content: 'true' },
        { name: 'cranio', content: '1' },
        { name: 'teeth', content: 'off' },
        { name: 'extra_tasks', content: 'Piel, grasa,,piel' },
        { name: 'id_paciente', content: String(id_paciente) },
        { name: 'umbral_min', content: '-300.5' },
        { name: 'umbral_max', content: '' },
        { name: 'suavizado', content: '5' },
        { name: 'separar_partes', content: 'si' },
        { name: 'fragmento_min', content: '12.5' },
        { name: 'acomodar', content: '1' },
        { name: 'serie', content: '3' },
        { name: 'unknown', content: 'ignored' },
      ]);
      const { status, headers, body } = await sendForm({ url: api().url, token: doctor.token }, form);
      const job = body as unknown as Job;
      expect(status).toBe(201);
      expect(headers.get('location')).toBe(`/som3d/jobs/${job.job_id}`);
      expect(job).toMatchObject({
        status: 'queued',
        phase: 'queued',
        percent: 0,
        error: null,
        metrics: {},
        started_at: null,
        finished_at: null,
        params: {
          nombre_proceso: 'Rodilla derecha',
          id_paciente,
          enable_ortopedia: true,
          enable_appendicular: false,
          enable_muscles: false,
          enable_hip_implant: false,
          teeth: false,
          cranio: true,
          extra_tasks: ['piel', 'grasa'],
          umbral_min: -300.5,
          umbral_max: null,
          suavizado: 5,
          reduccion: null,
          separar_partes: true,
          fragmento_min: 12.5,
          acomodar: true,
          serie: '3',
        },
      });
      await access(fileOf(job));
      expect((await doctor.client.som3d.get({ params: { id: job.job_id } })).body).toEqual(job);
      expect((await doctor.client.som3d.progress({ params: { id: job.job_id } })).body).toEqual({
        status: 'queued',
        phase: 'queued',
        percent: 0,
        error: null,
      });
    });

    test('refuses what is no upload, and keeps nothing of it', async () => {
      const doctor = await api().doctor();
      const target = { url: api().url, token: doctor.token };
      const before = await storedFiles(api().dataDir);
      const zip = await filePart();
      const refused = async (expected: object, body: Uint8Array<ArrayBuffer>, headers?: Record<string, string>) => {
        const answer = await sendForm(target, body, headers);
        expect({ status: answer.status, ...answer.body }).toMatchObject(expected);
      };

      await refused({ status: 415 }, Buffer.from('{}'), { 'content-type': 'application/json' });
      await refused({ status: 400 }, formBytes([zip]), { 'content-type': 'multipart/form-data' });
      await refused({ status: 400 }, formBytes([zip], { cut: true }));
      await refused({ status: 400 }, formBytes([zip]).subarray(0, 5000));
      await refused(at('file'), formBytes([{ name: 'teeth', content: 'true' }]));
      await refused(at('file'), formBytes([{ name: 'file', content: 'a text, not a file' }]));
      await refused(at('file'), formBytes([zip, zip]));
      await refused(at('archivo'), formBytes([{ ...zip, name: 'archivo' }]));
      await refused(at('nombre_proceso'), formBytes([{ name: 'nombre_proceso', content: 'ab' }, zip]));
      await refused(at('teeth'), formBytes([zip, { name: 'teeth', content: 'perhaps' }]));
      await refused(at('id_paciente'), formBytes([{ name: 'id_paciente', content: '0' }, zip]));
      await refused(at('suavizado'), formBytes([{ name: 'suavizado', content: '101' }, zip]));
      await refused(at('reduccion'), formBytes([{ name: 'reduccion', content: 'half' }, zip]));
      await refused(
        at('umbral_max'),
        formBytes([{ name: 'umbral_min', content: '300' }, zip, { name: 'umbral_max', content: '300' }]),
      );
      await refused(at('extra_tasks'), formBytes([{ name: 'extra_tasks', content: 'x'.repeat(20_000) }, zip]));
      const many = Array.from({ length: 60 }, (_, index) => ({ name: `f${index}`, content: 'x' }));
      await refused({ status: 422 }, formBytes([...many, zip]));
      const notZip = { status: 400, detail: expect.stringContaining('no es un ZIP') as string };
      await refused(notZip, formBytes([{ ...zip, content: 'this is a text' }]));
      await refused(notZip, formBytes([{ ...zip, content: 'PK' }]));
      await refused(
        { status: 400, detail: expect.stringContaining('vacío') as string },
        formBytes([{ ...zip, content: '' }]),
      );
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);
      expect((await doctor.client.som3d.list({ query: {} })).body.jobs).toEqual([]);
    });

    test('refuses a file that is too large, said beforehand or found on the way', async () => {
      const doctor = await api().doctor();
      const before = await storedFiles(api().dataDir);
      const zip = Buffer.concat([await sampleZip(), Buffer.alloc(4 * 1024 ** 2)]);
      const form = formBytes([{ name: 'file', filename: 'a.zip', content: zip }]);
      const said = await sendForm({ url: api().url, token: doctor.token }, form);
      expect({ status: said.status, ...said.body }).toMatchObject({
        status: 413,
        detail: expect.stringContaining('2 MB') as string,
      });

      // Chunked, and never ended: the answer comes while the client is still sending.
      const { request, answer } = openUpload(api().url, {
        authorization: `Bearer ${doctor.token}`,
        'content-type': FORM_TYPE,
      });
      request.write(form.subarray(0, 3 * 1024 ** 2));
      expect((await answer).status).toBe(413);
      request.destroy();
      await until(async () => (await storedFiles(api().dataDir)).length === before.length, 'nothing stays');
    });

    test('keeps nothing of an upload that its client breaks off', async () => {
      const doctor = await api().doctor();
      const before = await storedFiles(api().dataDir);
      const form = formBytes([await filePart()]);
      const { request } = openUpload(api().url, {
        authorization: `Bearer ${doctor.token}`,
        'content-type': FORM_TYPE,
        'content-length': String(form.length),
      });
      request.write(form.subarray(0, form.length - 1000));
      await until(
        async () => (await storedFiles(api().dataDir)).some((file) => file.startsWith('tmp/')),
        'it is written',
      );
      request.destroy();
      await until(async () => (await storedFiles(api().dataDir)).length === before.length, 'nothing stays');
      expect((await doctor.client.som3d.list({ query: {} })).body.jobs).toEqual([]);
    });

    test('takes only a patient of the caller, before and after the file', async () => {
      const [doctor, other, admin] = [await api().doctor(), await api().doctor(), await api().admin()];
      const before = await storedFiles(api().dataDir);
      const id_paciente = await patientOf(other.client);
      await expectProblem(upload(doctor.client, { fields: { id_paciente } }), 403);
      await expectProblem(upload(doctor.client, { fields: { id_paciente: 2_000_000_000 } }), 404);
      const late = formBytes([await filePart(), { name: 'id_paciente', content: String(id_paciente) }]);
      expect(await sendForm({ url: api().url, token: doctor.token }, late)).toMatchObject({ status: 403 });
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);
      expect(await upload(admin.client, { fields: { id_paciente } })).toMatchObject({ params: { id_paciente } });
    });

    test('tells at once what the directory of a ZIP shows to be wrong', async () => {
      const doctor = await api().doctor();
      const zip = await sampleZip();
      const bad = async (content: Uint8Array, error: RegExp) => {
        const form = formBytes([{ name: 'file', filename: 'a.zip', content }]);
        const { status, body } = await sendForm({ url: api().url, token: doctor.token }, form);
        expect({ status, body }).toMatchObject({
          status: 201,
          body: { status: 'error', phase: 'error', error: expect.stringMatching(error) as string },
        });
        await expect(access(fileOf(body as unknown as Job))).rejects.toThrow('ENOENT');
      };
      await bad(zip.subarray(0, zip.length - 500), /incompleto o dañado/);
      // An empty archive is its end record alone.
      await bad(Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex'), /ningún archivo/);
      const encrypted = Buffer.from(zip);
      const directory = encrypted.indexOf(Buffer.from('504b0102', 'hex'));
      encrypted.writeUInt16LE(encrypted.readUInt16LE(directory + 8) | 1, directory + 8);
      await bad(encrypted, /contraseña/);
    });

    test('gives the first job to a repeated request', async () => {
      const [doctor, other] = [await api().doctor(), await api().doctor()];
      const target = { url: api().url, token: doctor.token };
      const form = formBytes([{ name: 'teeth', content: 'true' }, await filePart()]);
      const headers = { 'idempotency-key': 'first-key' };
      const first = await sendForm(target, form, headers);
      const again = await sendForm(target, form, headers);
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body['job_id']).toBe(first.body['job_id']);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));

      const fields = formBytes([{ name: 'teeth', content: 'yes!' }, await filePart()]);
      expect(fields.length).toBe(form.length);
      expect((await sendForm(target, fields, headers)).status).toBe(422);
      const changed = formBytes([{ name: 'skull', content: 'true' }, await filePart()]);
      expect(changed.length).toBe(form.length);
      expect((await sendForm(target, changed, headers)).status).toBe(409);
      const after = formBytes([
        { name: 'teeth', content: 'true' },
        await filePart(),
        { name: 'cranio', content: 'true' },
      ]);
      expect((await sendForm(target, after, headers)).status).toBe(409);
      expect((await sendForm({ ...target, token: other.token }, form, headers)).status).toBe(201);
      expect((await doctor.client.som3d.list({ query: {} })).body.jobs).toHaveLength(1);
    });

    test('refuses another file of the same length under one key, and keeps nothing of it', async () => {
      const doctor = await api().doctor();
      const target = { url: api().url, token: doctor.token };
      const endRecord = (comment: string) =>
        Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(17), Buffer.from(comment)]);
      const send = async (content: Uint8Array) =>
        await sendForm(target, formBytes([{ name: 'file', filename: 'x.zip', content }]), {
          'idempotency-key': 'digest',
        });
      const first = await send(endRecord('\0'));
      const before = await storedFiles(api().dataDir);
      const other = await send(endRecord('x'));
      const again = await send(endRecord('\0'));
      expect([first.status, other.status, again.status]).toEqual([201, 409, 200]);
      expect(again.body['job_id']).toBe(first.body['job_id']);
      await expect.poll(() => storedFiles(api().dataDir)).toEqual(before);
    });

    test('makes one job and keeps one file when two requests of one key race', async () => {
      const doctor = await api().doctor();
      const before = await storedFiles(api().dataDir);
      const form = formBytes([await filePart()]);
      const sent = [0, 1, 2].map(() => {
        const opened = openUpload(api().url, {
          authorization: `Bearer ${doctor.token}`,
          'content-type': FORM_TYPE,
          'content-length': String(form.length),
          'idempotency-key': 'race',
        });
        opened.request.write(form.subarray(0, form.length - 100));
        return opened;
      });
      // All are past the look for the key before the first one is complete.
      const drafts = async () => (await storedFiles(api().dataDir)).filter((file) => file.startsWith('tmp/')).length;
      await until(async () => (await drafts()) === 3, 'three uploads are under way');
      for (const { request } of sent) request.end(form.subarray(form.length - 100));
      const answers = await Promise.all(sent.map(({ answer }) => answer));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
      expect(new Set(answers.map(({ body }) => body['job_id'])).size).toBe(1);
      await expect.poll(() => storedFiles(api().dataDir)).toHaveLength(before.length + 1);
      expect((await doctor.client.som3d.list({ query: {} })).body.jobs).toHaveLength(1);
    });
  },
  { SOM3D_MAX_UPLOAD_MB: '2' },
);
