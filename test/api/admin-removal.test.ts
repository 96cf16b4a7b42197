import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { databases, entities, jobMachinery } from '@som3d/server/testing';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createHospital } from '../support/hospitals.ts';
import { imagingChildren, jobRow, patientOf, storedFiles, until, upload } from '../support/jobs.ts';
import { describeApi, expectProblem, problemOf, type Session } from '../support/server.ts';
import { newPlan, newSubscription, pay, profileOf } from '../support/subscriptions.ts';

const VIEW = { titulo: 'Vista', ui_json: '{}', modelos_json: '[]', notas_json: '[]', i18n_json: '{}' };
const TABLES = [
  entities.Usuario,
  entities.Medico,
  entities.Paciente,
  entities.Estudio,
  entities.ClinicalNote,
  entities.VisorEstado,
  entities.JobConv,
  entities.JobLog,
  entities.JobSTL,
  entities.Mensaje,
  entities.MensajeEvento,
  entities.MensajeGestion,
  entities.Suscripcion,
  entities.Pago,
  entities.RefreshSession,
  entities.OneTimeToken,
  entities.HospitalCode,
  entities.StorageDeletion,
] as const;

describeApi('removing a doctor', (api) => {
  const em = () => api().deps.orm.em.fork();

  /** A doctor with something in every table, and with ties to another doctor's records. */
  const busyDoctor = async (admin: Session, other: Session) => {
    const doctor = await api().doctor();
    const { id_usuario } = doctor.user;
    const { codigo } = await createHospital(admin);
    await doctor.client.hospitals.linkByCode({ body: { codigo } });
    const id_medico = await profileOf(api(), doctor);
    const [mine, second, theirs] = [
      await patientOf(doctor.client),
      await patientOf(doctor.client),
      await patientOf(other.client),
    ];
    const otherMedico = await profileOf(api(), other);
    const { job_id } = await upload(doctor.client, { fields: { id_paciente: mine } });
    const fork = em();
    fork.create(entities.JobLog, { job_id, line: 'Una línea' });
    await fork.nativeUpdate(
      entities.JobConv,
      { job_id },
      { status: 'DONE', result_key: `results/${job_id}/t/som3d.zip` },
    );
    for (const file of ['som3d.zip', 'hueso.stl']) {
      await api().deps.storage.put(`results/${job_id}/t/${file}`, Readable.from(['x']));
    }
    const result = fork.create(entities.JobSTL, { job_id, id_paciente: mine });
    const shared = fork.create(entities.JobSTL, { job_id, id_paciente: theirs });
    const study = fork.create(entities.Estudio, { id_paciente: theirs, id_medico, descripcion: 'De otro' });
    fork.create(entities.Estudio, { id_paciente: mine, id_medico, descripcion: 'Rodilla' });
    const note = fork.create(entities.ClinicalNote, { id_paciente: theirs, id_medico, texto: 'De otro' });
    fork.create(entities.ClinicalNote, { id_paciente: second, id_medico, texto: 'Propia' });
    const message = fork.create(entities.Mensaje, {
      id_medico,
      id_paciente: mine,
      tipo: 'error',
      titulo: 'Título',
      descripcion: 'Una descripción',
      severidad: 'baja',
    });
    const kept = fork.create(entities.Mensaje, {
      id_medico: otherMedico,
      id_paciente: second,
      tipo: 'error',
      titulo: 'Otro título',
      descripcion: 'Otra descripción',
      severidad: 'baja',
    });
    await fork.flush();
    fork.create(entities.VisorEstado, { ...VIEW, id_medico, id_paciente: mine, id_jobstl: result.id_jobstl });
    const view = fork.create(entities.VisorEstado, {
      ...VIEW,
      id_medico: otherMedico,
      id_paciente: theirs,
      id_jobstl: shared.id_jobstl,
    });
    fork.create(entities.MensajeEvento, {
      id_mensaje: message.id_mensaje,
      id_actor_usuario: id_usuario,
      accion: 'crear',
    });
    fork.create(entities.MensajeGestion, {
      id_mensaje: message.id_mensaje,
      asignado_admin_id_usuario: admin.user.id_usuario,
    });
    const event = fork.create(entities.MensajeEvento, {
      id_mensaje: kept.id_mensaje,
      id_actor_usuario: id_usuario,
      accion: 'ver',
    });
    fork.create(entities.RefreshSession, { id_usuario, jti: `jti-${id_usuario}`, expires_at: new Date() });
    fork.create(entities.OneTimeToken, {
      id_usuario,
      purpose: 'reset',
      correo: doctor.user.correo,
      token_hash: `hash-${id_usuario}`,
      expires_at: new Date(),
    });
    await fork.flush();
    const { id_plan } = await newPlan(admin.client);
    const id_suscripcion = await newSubscription(api(), { id_medico, id_plan });
    await pay(api(), id_suscripcion);
    return {
      doctor,
      id_medico,
      job_id,
      mine,
      theirs,
      otherMedico,
      study,
      note,
      view,
      kept,
      event,
      codigo,
      id_suscripcion,
    };
  };

  test('removes everything of theirs, keeps what is others’, and tells it in the audit', async () => {
    const [admin, other] = [await api().admin(), await api().doctor()];
    await profileOf(api(), other);
    const it = await busyDoctor(admin, other);
    const { id_medico, job_id, doctor } = it;
    const { id_usuario } = doctor.user;
    const before = await storedFiles(api().dataDir);
    expect(before.filter((file) => file.includes(job_id))).toHaveLength(3);
    expect((await admin.client.admin.removeDoctor({ params: { id: id_medico } })).status).toBe(204);

    const after = em();
    for (const entity of [
      entities.Medico,
      entities.Paciente,
      entities.Estudio,
      entities.ClinicalNote,
      entities.VisorEstado,
      entities.Mensaje,
      entities.Suscripcion,
    ] as const) {
      expect([entity.meta.tableName, await after.count(entity as typeof entities.Medico, { id_medico })]).toEqual([
        entity.meta.tableName,
        0,
      ]);
    }
    for (const entity of [
      entities.Usuario,
      entities.JobConv,
      entities.RefreshSession,
      entities.OneTimeToken,
    ] as const) {
      expect(await after.count(entity as typeof entities.Usuario, { id_usuario })).toBe(0);
    }
    expect(await after.count(entities.JobSTL, { job_id })).toBe(0);
    expect(await after.count(entities.JobLog, { job_id })).toBe(0);
    expect(await after.count(entities.Pago, { id_suscripcion: it.id_suscripcion })).toBe(0);
    expect(await after.count(entities.StorageDeletion)).toBe(0);
    expect((await storedFiles(api().dataDir)).filter((file) => file.includes(job_id))).toEqual([]);
    await expectProblem(doctor.client.auth.me(), 401);
    await expectProblem(admin.client.admin.removeDoctor({ params: { id: id_medico } }), 404);

    // What belongs to another doctor's patient is that doctor's now.
    const { otherMedico } = it;
    expect(await after.findOneOrFail(entities.Estudio, it.study.id_estudio)).toMatchObject({ id_medico: otherMedico });
    expect(await after.findOneOrFail(entities.ClinicalNote, it.note.id_note)).toMatchObject({ id_medico: otherMedico });
    expect(await after.findOneOrFail(entities.VisorEstado, it.view.id_visor_estado)).toMatchObject({ id_jobstl: null });
    expect(await after.findOneOrFail(entities.Mensaje, it.kept.id_mensaje)).toMatchObject({ id_paciente: null });
    expect(await after.findOneOrFail(entities.MensajeEvento, it.event.id_evento)).toMatchObject({
      id_actor_usuario: null,
    });
    // The code they used stays used.
    const code = await after.findOneOrFail(entities.HospitalCode, { codigo: it.codigo });
    expect(code).toMatchObject({ usado_por_id_medico: null, used_at: expect.any(Date) as Date });

    const removals = await after.find(entities.ClinicalAudit, {
      action: 'DELETE',
      actor_id_usuario: admin.user.id_usuario,
    });
    expect(removals.map(({ entity_type }) => entity_type).toSorted()).toEqual([
      'ESTADO_VISOR',
      'ESTUDIO',
      'MEDICO',
      'PACIENTE',
      'PACIENTE',
      'RESULTADO',
      'RESULTADO',
      'TRABAJO',
      'USUARIO',
    ]);
    const recordOf = (type: string) => removals.find(({ entity_type }) => entity_type === type);
    expect(recordOf('MEDICO')).toMatchObject({ entity_id: id_medico });
    expect(JSON.parse(recordOf('MEDICO')?.before_json ?? '')).toMatchObject({
      id_usuario,
      suscripciones: [{ id_suscripcion: it.id_suscripcion }],
      pagos: [{ monto: 39_900 }],
    });
    expect(JSON.parse(recordOf('MEDICO')?.meta_json ?? '')).toMatchObject({ pacientes: 2, mensajes: 1 });
    expect(JSON.parse(recordOf('USUARIO')?.before_json ?? '')).toMatchObject({ correo: doctor.user.correo });
    expect(recordOf('USUARIO')?.before_json).not.toMatch(/argon2|contrasena/);
    expect(JSON.parse(recordOf('USUARIO')?.meta_json ?? '')).toEqual({ trabajos: 1, resultados: 2 });
    // Rows of what they did themselves stay, and say whose they were.
    const own = await after.find(entities.ClinicalAudit, {
      entity_type: 'PACIENTE',
      entity_id: it.mine,
      action: 'CREATE',
    });
    expect(own.map(({ actor_id_usuario, actor_eliminado }) => [actor_id_usuario, actor_eliminado])).toEqual([
      [null, id_usuario],
    ]);
  });

  test('removes all or nothing', async () => {
    const [admin, other] = [await api().admin(), await api().doctor()];
    await profileOf(api(), other);
    const { doctor, id_medico } = await busyDoctor(admin, other);
    const db = databases.kysely(em());
    // The last row to go is held by a table that the service does not know.
    await sql`create table blocker (id int primary key, id_usuario int not null, foreign key (id_usuario) references Usuario (id_usuario))`.execute(
      db,
    );
    await sql`insert into blocker values (1, ${doctor.user.id_usuario})`.execute(db);
    const countAll = async () =>
      await Promise.all(TABLES.map(async (entity) => await em().count(entity as typeof entities.Usuario)));
    const [counts, files] = [await countAll(), await storedFiles(api().dataDir)];
    await expectProblem(admin.client.admin.removeDoctor({ params: { id: id_medico } }), 500);
    expect(api().errors.splice(0)).not.toEqual([]);
    expect(await countAll()).toEqual(counts);
    expect(await storedFiles(api().dataDir)).toEqual(files);
    expect((await doctor.client.patients.list()).body).toHaveLength(2);
    await sql`drop table blocker`.execute(db);
    expect((await admin.client.admin.removeDoctor({ params: { id: id_medico } })).status).toBe(204);
  });

  test('removes by the user too, with or without a profile', async () => {
    const [admin, plain, doctor] = [await api().admin(), await api().doctor(), await api().doctor()];
    const id_medico = await profileOf(api(), doctor);
    for (const { user } of [plain, doctor]) {
      expect((await admin.client.admin.removeUser({ params: { id: user.id_usuario } })).status).toBe(204);
    }
    expect(await em().count(entities.Medico, { id_medico })).toBe(0);
  });

  test('lets no upload and no patient slip in while the doctor goes', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const id = await profileOf(api(), doctor);
    const calls = [
      ...Array.from({ length: 4 }, () => patientOf(doctor.client)),
      ...Array.from({ length: 3 }, () => upload(doctor.client)),
      admin.client.admin.removeDoctor({ params: { id } }),
    ];
    const answers = await Promise.allSettled(calls);
    expect(answers.at(-1)?.status).toBe('fulfilled');
    const { id_usuario } = doctor.user;
    expect(await em().count(entities.Paciente, { id_medico: id })).toBe(0);
    expect(await em().count(entities.JobConv, { id_usuario })).toBe(0);
    const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
    for (const reason of refused) expect([401, 503]).toContain((await problemOf(Promise.reject(reason))).status);
    // A 503 is logged as an error.
    api().errors.splice(0);
    const atOnce = { ...api().deps.config, SOM3D_ORPHAN_GRACE_SECONDS: -1 };
    await jobMachinery.createJobServices({ ...api().deps, config: atOnce }).sweeper.sweep();
    // A refused upload is answered before its draft is gone.
    await expect.poll(() => storedFiles(api().dataDir)).toEqual([]);
  });

  test('tries again to remove a file that could not be removed', async () => {
    const [admin, doctor] = [await api().admin(), await api().doctor()];
    const { job_id } = await upload(doctor.client);
    const file = path.join(api().dataDir, 'files', 'uploads', `${job_id}.zip`);
    await rm(file);
    await mkdir(file);
    await writeFile(path.join(file, 'in the way'), '');
    await admin.client.admin.removeUser({ params: { id: doctor.user.id_usuario } });
    const [noted, ...more] = await em().find(entities.StorageDeletion, {});
    expect(more).toEqual([]);
    expect(noted).toMatchObject({ storage_key: `uploads/${job_id}.zip`, attempts: 1 });
    expect(noted?.last_error).toBeTruthy();
    await rm(file, { recursive: true });
    await jobMachinery.createJobServices(api().deps).sweeper.sweep();
    expect(await em().count(entities.StorageDeletion)).toBe(1);
    api().advance(61_000);
    await jobMachinery.createJobServices(api().deps).sweeper.sweep();
    expect(await em().count(entities.StorageDeletion)).toBe(0);
  });
});

describeApi(
  'removing a doctor whose job runs',
  (api) => {
    test('ends the computation and leaves no file', async () => {
      const [admin, doctor] = [await api().admin(), await api().doctor()];
      const { job_id } = await upload(doctor.client, { form: 'large' });
      await until(() => imagingChildren().length > 0, 'the conversion runs');
      expect((await jobRow(api().deps.orm, job_id))?.status).toBe('RUNNING');
      await admin.client.admin.removeUser({ params: { id: doctor.user.id_usuario } });
      expect(await jobRow(api().deps.orm, job_id)).toBeUndefined();
      await until(() => imagingChildren().length === 0, 'the conversion has ended');
      await until(async () => (await storedFiles(api().dataDir)).length === 0, 'no file is left');
    });
  },
  { SOM3D_EMBEDDED_WORKER: 'true' },
);
