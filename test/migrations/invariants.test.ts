import { databases } from '@som3d/server/testing';
import type { Insertable, Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, databaseKinds } from '../support/database.ts';

describe.each(databaseKinds())('what the database itself refuses on %s', (kind) => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let db: Kysely<databases.Database>;

  beforeAll(async () => {
    database = await createDatabase(kind);
    db = databases.kysely(database.orm.em);
    await insert('Usuario', { ...PERSON, id_usuario: 1, correo: 'ana@som3d.local', rol: 'MEDICO' });
    await insert('Usuario', { ...PERSON, id_usuario: 2, correo: 'luz@som3d.local', rol: 'MEDICO' });
    await insert('Medico', { id_medico: 1, id_usuario: 1 });
    await insert('Hospital', { id_hospital: 1, nombre: 'San José', codigo: 'HSJ' });
    await insert('HospitalCode', { id_hospital: 1, codigo: 'HSJ' });
    await insert('Plan', { id_plan: 1, ...MONTHLY, nombre: 'Basico' });
    await insert('Paciente', { id_paciente: 1, ...PATIENT, doc_tipo: 'CC', doc_numero: '77' });
    await insert('JobConv', { job_id: 'j1', id_usuario: 1, idempotency_key: 'k1' });
    await insert('JobSTL', { job_id: 'j1', id_paciente: 1 });
    await insert('Suscripcion', { id_suscripcion: 1, id_plan: 1, id_medico: 1, estado: 'ACTIVA' });
    await insert('Suscripcion', { id_suscripcion: 2, id_plan: 1, id_hospital: 1, estado: 'ACTIVA' });
    await insert('Pago', { id_suscripcion: 1, referencia_epayco: 'r1', monto: 1, invoice: 'i1' });
    await insert('payment_webhook_event', { ref_payco: 'r1' });
    await insert('epayco_checkout', { invoice: 'i1', amount: 1, duracion_meses: 1 });
    await insert('epayco_event', { ...EVENT, firma_valida: true });
    await insert('auth_refresh_session', { id_usuario: 1, jti: 'a', expires_at: new Date() });
    await insert('mail_outbox', { ...MAIL, dedupe_key: 'd1' });
  });
  afterAll(() => database.drop());

  const insert = async <T extends keyof databases.Database>(
    table: T,
    row: Insertable<databases.Database[T]>,
  ): Promise<void> => {
    await db.insertInto(table).values(row).execute();
  };
  const refusal = <T extends keyof databases.Database>(
    table: T,
    row: Insertable<databases.Database[T]>,
  ): Promise<unknown> =>
    insert(table, row).then(
      () => 'accepted',
      (error: unknown) => databases.uniqueViolation(error) ?? error,
    );

  test('a second account of one address, whatever its case', async () => {
    expect(await refusal('Usuario', { ...PERSON, correo: 'ANA@som3d.LOCAL', rol: 'MEDICO' })).toBe('uq_usuario_correo');
  });

  test('a second profile of one user', async () => {
    expect(await refusal('Medico', { id_usuario: 1 })).toBe('uq_medico_id_usuario');
  });

  test('a second ACTIVA of one payer, inserted or changed into one', async () => {
    expect(await refusal('Suscripcion', { id_plan: 1, id_medico: 1 })).toBe('uq_suscripcion_activa_medico');
    expect(await refusal('Suscripcion', { id_plan: 1, id_hospital: 1 })).toBe('uq_suscripcion_activa_hospital');
    await insert('Suscripcion', { id_suscripcion: 3, id_plan: 1, id_medico: 1, estado: 'PAUSADA' });
    await insert('Suscripcion', { id_suscripcion: 4, id_plan: 1, id_medico: 1, estado: 'PAUSADA' });
    const activated = db.updateTable('Suscripcion').set({ estado: 'ACTIVA' }).where('id_suscripcion', '=', 3).execute();
    await expect(activated).rejects.toSatisfy(
      (error) => databases.uniqueViolation(error) === 'uq_suscripcion_activa_medico',
    );
  });

  test.each([
    ['no payer', {}, 'ck_suscripcion_un_pagador'],
    ['two payers', { id_medico: 1, id_hospital: 1 }, 'ck_suscripcion_un_pagador'],
    [
      'an expiry at the start',
      { id_medico: 1, fecha_inicio: new Date('2026-01-01'), fecha_expiracion: new Date('2026-01-01') },
      'ck_suscripcion_vigencia',
    ],
  ])('a subscription with %s', async (_, row, check) => {
    const error = await refusal('Suscripcion', { id_plan: 1, estado: 'PAUSADA', ...row });
    expect(error).toMatchObject({ message: expect.stringContaining(check) });
  });

  test('a plan of one name twice', async () => {
    expect(await refusal('Plan', { ...MONTHLY, nombre: 'BASICO' })).toBe('uq_plan_nombre');
  });

  test('a hospital code that is or was given', async () => {
    expect(await refusal('Hospital', { nombre: 'Otro', codigo: 'HSJ' })).toBe('uq_hospital_codigo');
    expect(await refusal('HospitalCode', { id_hospital: 1, codigo: 'HSJ' })).toBe('uq_hospitalcode_codigo');
  });

  test('a document twice, but any number of patients without one', async () => {
    expect(await refusal('Paciente', { ...PATIENT, doc_tipo: 'CC', doc_numero: '77' })).toBe(
      'uq_paciente_medico_documento',
    );
    await insert('Paciente', PATIENT);
    await insert('Paciente', PATIENT);
  });

  test("a job's result twice for one patient", async () => {
    expect(await refusal('JobSTL', { job_id: 'j1', id_paciente: 1 })).toBe('uq_jobstl_job_paciente');
  });

  test('an idempotency key twice of one user, but not of two, and not in another case', async () => {
    const key = { idempotency_key: 'k1' };
    expect(await refusal('JobConv', { job_id: 'j2', id_usuario: 1, ...key })).toBe('uq_jobconv_idempotency');
    expect(await refusal('JobConv', { job_id: 'j3', id_usuario: 2, ...key })).toBe('accepted');
    expect(await refusal('JobConv', { job_id: 'j4', id_usuario: 1, idempotency_key: 'K1' })).toBe('accepted');
  });

  test('a payment, an invoice or a reference twice', async () => {
    const payment = { id_suscripcion: 1, monto: 1 };
    expect(await refusal('Pago', { ...payment, referencia_epayco: 'r1' })).toBe('uq_pago_referencia_epayco');
    expect(await refusal('Pago', { ...payment, referencia_epayco: 'r2', invoice: 'i1' })).toBe('uq_pago_invoice');
    const checkout = { invoice: 'i1', amount: 1, duracion_meses: 1 };
    expect(await refusal('epayco_checkout', checkout)).toBe('uq_epaycocheckout_invoice');
    expect(await refusal('payment_webhook_event', { ref_payco: 'r1' })).toBe('uq_webhook_ref_payco');
  });

  test('by the name of the key, whatever the value says', async () => {
    const payment = { id_suscripcion: 1, monto: 1, referencia_epayco: "r9' for key 'Pago.other" };
    await insert('Pago', payment);
    expect(await refusal('Pago', payment)).toBe('uq_pago_referencia_epayco');
  });

  test('an event of the gateway twice, but a badly signed one does not take its place', async () => {
    expect(await refusal('epayco_event', { ...EVENT, firma_valida: true })).toBe('uq_epaycoevent_distinct');
    expect(await refusal('epayco_event', { ...EVENT, firma_valida: false })).toBe('accepted');
    expect(await refusal('epayco_event', { ...EVENT, firma_valida: true, cod_response: '6' })).toBe('accepted');
  });

  test('a refresh token, a mail or a primary key twice', async () => {
    const session = { id_usuario: 1, jti: 'a', expires_at: new Date() };
    expect(await refusal('auth_refresh_session', session)).toBe('uq_authrefresh_jti');
    expect(await refusal('mail_outbox', { ...MAIL, dedupe_key: 'd1' })).toBe('uq_mailoutbox_dedupe');
    expect(await refusal('JobConv', { job_id: 'j1', id_usuario: 1 })).toBe('PRIMARY');
  });

  test('a reference to nothing', async () => {
    expect(await refusal('Medico', { id_usuario: 99 })).toMatchObject({
      message: expect.stringMatching(/foreign key constraint/i),
    });
  });

  test('a state that does not exist', async () => {
    const row = { job_id: 'j9', id_usuario: 1, status: 'LOST' as 'DONE' };
    expect(await refusal('JobConv', row)).toMatchObject({ message: expect.stringMatching(/status/) });
  });
});

const PERSON = { nombre: 'Ana', apellido: 'Ruiz', contrasena: 'x' };
const MONTHLY = { precio: 39_900, periodo: 'MENSUAL', duracion_meses: 1 } as const;
const PATIENT = { id_medico: 1, nombres: 'María', apellidos: 'Gómez' };
const EVENT = { ref_payco: 'r1', transaction_id: 't1', cod_response: '1' };
const MAIL = { kind: 'test', to_address: 'a@som3d.local', subject: 's', text_body: 't' };
