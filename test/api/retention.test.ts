import { spawnSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { accounts, configuration, databases, entities } from '@som3d/server/testing';
import { expect, test } from 'vitest';
import { patientOf } from '../support/jobs.ts';
import { describeApi, type Session } from '../support/server.ts';

const MAIN = fileURLToPath(import.meta.resolve('../../server/dist/main.js'));
const OLD = new Date('2005-01-01T00:00:00Z');

describeApi('the retention of clinical records', (api) => {
  const round = async (years?: number) => {
    const { deps } = api();
    const config = { ...deps.config, CLINICAL_RETENTION_YEARS: years };
    await new accounts.ClinicalRetention({ ...deps, config }).runDue();
  };
  const exists = async (id: number) =>
    (await api().deps.orm.em.fork().count(entities.Paciente, { id_paciente: id })) > 0;
  /** Everything about a patient happened twenty years ago. */
  const age = async (id: number) => {
    const db = databases.kysely(api().deps.orm.em.fork());
    const stamps = { creado_en: OLD, actualizado_en: OLD };
    const dates = { created_at: OLD, updated_at: OLD };
    await db.updateTable('clinical_note').set(dates).where('id_paciente', '=', id).execute();
    await db
      .updateTable('Estudio')
      .set({ ...stamps, fecha_estudio: OLD })
      .where('id_paciente', '=', id)
      .execute();
    await db.updateTable('JobSTL').set(dates).where('id_paciente', '=', id).execute();
    await db.updateTable('JobConv').set(dates).where('id_paciente', '=', id).execute();
    await db.updateTable('Paciente').set(stamps).where('id_paciente', '=', id).execute();
  };
  const patientWithAll = async (doctor: Session) => {
    const { deps } = api();
    const id = await patientOf(doctor.client);
    await doctor.client.patients.createNote({ params: { id }, body: { texto: 'nota' } });
    await doctor.client.studies.create({ body: { id_paciente: id, fecha_estudio: '2005-01-01' } });
    const job_id = `retention-${id}`;
    const result_key = `results/${job_id}/1/som3d-${job_id}.zip`;
    await deps.storage.put(result_key, Readable.from(['modelo']));
    const em = deps.orm.em.fork();
    const { id_usuario } = doctor.user;
    em.create(entities.JobConv, { job_id, id_usuario, status: 'DONE', result_key, input_key: 'x', id_paciente: id });
    await em.flush();
    em.create(entities.JobSTL, { job_id, id_paciente: id });
    await em.flush();
    await age(id);
    return { id, job_id, result_key };
  };

  test('is off without the variable', async () => {
    const { id } = await patientWithAll(await api().doctor());
    await round();
    expect(await exists(id)).toBe(true);
  });

  test('removes a patient with everything, and audits it', async () => {
    const doctor = await api().doctor();
    const { id, job_id } = await patientWithAll(doctor);
    const fresh = await patientOf(doctor.client);
    await Promise.all([round(15), round(15)]);
    expect([await exists(id), await exists(fresh)]).toEqual([false, true]);
    const em = api().deps.orm.em.fork();
    expect(await em.count(entities.JobConv, { job_id })).toBe(0);
    expect(await em.count(entities.JobSTL, { job_id })).toBe(0);
    expect(await em.count(entities.StorageDeletion, { storage_key: `results/${job_id}/` })).toBe(1);
    const removed = { entity_type: 'PACIENTE', entity_id: id, action: 'DELETE' };
    const row = await em.findOneOrFail(entities.ClinicalAudit, removed);
    expect(row.actor_id_usuario).toBeNull();
    expect(row.meta_json).toContain('fin de la conservación');
    expect(row.before_json).toContain('nota');
  });

  test('keeps whatever has something younger', async () => {
    const doctor = await api().doctor();
    const db = databases.kysely(api().deps.orm.em.fork());
    const young = new Date(api().deps.clock().getTime() - 14 * 365 * 86_400_000);
    const ways: ((id: number) => Promise<unknown>)[] = [
      (id) => db.updateTable('clinical_note').set({ updated_at: young }).where('id_paciente', '=', id).execute(),
      (id) =>
        db
          .updateTable('Estudio')
          .set({ fecha_estudio: young, actualizado_en: OLD })
          .where('id_paciente', '=', id)
          .execute(),
      (id) => db.updateTable('JobSTL').set({ updated_at: young }).where('id_paciente', '=', id).execute(),
      (id) => db.updateTable('JobConv').set({ updated_at: young }).where('id_paciente', '=', id).execute(),
      (id) => db.updateTable('Paciente').set({ actualizado_en: young }).where('id_paciente', '=', id).execute(),
      async (id) => {
        const documents = { ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };
        await doctor.client.visor.create({ body: { titulo: 'vista', ...documents, id_paciente: id } });
      },
    ];
    for (const touch of ways) {
      const { id } = await patientWithAll(doctor);
      await touch(id);
      await round(15);
      expect(await exists(id)).toBe(true);
      await round(200);
      expect(await exists(id)).toBe(true);
    }
  });

  test('a command lists them and changes nothing', async () => {
    const { id } = await patientWithAll(await api().doctor());
    const { config } = api().deps;
    const list = (...args: string[]) =>
      spawnSync(process.execPath, [MAIN, 'retention', ...args], {
        cwd: api().dataDir,
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'] ?? '',
          SOM3D_DATA_DIR: api().dataDir,
          JWT_SECRET: config.JWT_SECRET ?? '',
          ...(config.database.kind === 'mysql' ? { MYSQL_URL: config.database.url } : {}),
        },
      });
    expect(list().status).not.toBe(0);
    expect(list('--years', '3').status).not.toBe(0);
    const { status, stdout } = list('--years', '15');
    expect(status).toBe(0);
    expect(stdout).toContain(`patient ${id} of doctor`);
    expect(stdout).toContain('2005-01-01');
    expect(await exists(id)).toBe(true);
  });
});

test('fewer years than the law asks for are refused', () => {
  expect(() => configuration.readConfig({ CLINICAL_RETENTION_YEARS: '5' })).toThrow(/CLINICAL_RETENTION_YEARS/);
});
