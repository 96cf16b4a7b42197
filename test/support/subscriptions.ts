import { randomBytes } from 'node:crypto';
import type { Client } from '@som3d/client';
import type { Plan } from '@som3d/contract';
import { inTransaction } from '@som3d/server/db/transaction.js';
import { Usuario } from '@som3d/server/db/entities/auth.entity.js';
import { Medico } from '@som3d/server/db/entities/doctors.entity.js';
import { ensureDoctorProfile } from '@som3d/server/domains/doctors/profile.js';
import { Hospital } from '@som3d/server/db/entities/hospitals.entity.js';
import { activate, revoke, type Granted } from '@som3d/server/domains/subscriptions/activation.js';
import { Pago, Suscripcion } from '@som3d/server/db/entities/subscriptions.entity.js';
import type { Session, TestServer } from './server.ts';

export type Payer = { id_medico: number } | { id_hospital: number };
const MONTHS = { 1: 'MENSUAL', 3: 'TRIMESTRAL', 12: 'ANUAL' } as const;
function unique(): string {
  return randomBytes(4).toString('hex').toUpperCase();
}

/** A new plan, made through the API. */
export async function newPlan(admin: Client, months: keyof typeof MONTHS = 1, precio = 39_900): Promise<Plan> {
  const body = { nombre: `Plan ${unique()}`, precio, periodo: MONTHS[months], duracion_meses: months };
  return (await admin.plans.create({ body })).body;
}

/** A new hospital, as it is in the database. */
export async function newHospital({ deps }: TestServer, estado: Hospital['estado'] = 'ACTIVO'): Promise<number> {
  const em = deps.orm.em.fork();
  const hospital = em.create(Hospital, { nombre: 'Clínica del Sur', codigo: unique(), estado });
  await em.flush();
  return hospital.id_hospital;
}

/** The id of a doctor's profile, which is made when missing; optionally linked to a hospital. */
export async function profileOf({ deps }: TestServer, { user }: Session, id_hospital?: number): Promise<number> {
  const em = deps.orm.em.fork();
  const id_medico = await ensureDoctorProfile(em, { ...user, id_medico: null });
  if (id_hospital !== undefined) await em.nativeUpdate(Medico, { id_medico }, { id_hospital });
  return id_medico;
}

/** A subscription row as given. */
export async function newSubscription(
  { deps }: TestServer,
  row: Payer & { id_plan: number } & Partial<Pick<Suscripcion, 'estado' | 'fecha_inicio' | 'fecha_expiracion'>>,
): Promise<number> {
  const em = deps.orm.em.fork();
  const created = em.create(Suscripcion, { estado: 'PAUSADA', fecha_inicio: new Date('2024-01-01T00:00:00Z'), ...row });
  await em.flush();
  return created.id_suscripcion;
}

export async function subscriptionRow({ deps }: TestServer, id_suscripcion: number): Promise<Suscripcion> {
  return await deps.orm.em.fork().findOneOrFail(Suscripcion, { id_suscripcion });
}

/** A payment as it is granted: its row and the activation, in one transaction. */
export interface Paid extends Granted {
  readonly id_suscripcion: number;
  readonly referencia: string;
}

let references = 0;

export async function pay(
  { deps }: TestServer,
  id_suscripcion: number,
  { now = deps.clock(), months = 1, monto = 39_900 }: { now?: Date; months?: number; monto?: number } = {},
): Promise<Paid> {
  const referencia = `ref-${++references}-${unique()}`;
  const granted = await inTransaction(deps.orm.em, async (em) => {
    const given = await activate(em, { id_suscripcion, now, duracion_meses: months });
    em.create(Pago, { id_suscripcion, referencia_epayco: referencia, monto, fecha_pago: now, ...given });
    return given;
  });
  return { ...granted, id_suscripcion, referencia };
}

/** A payment's reversal: what it gave is taken back as its row now tells it. */
export async function reverse({ deps }: TestServer, paid: Paid, now = deps.clock()): Promise<void> {
  await inTransaction(deps.orm.em, async (em) => {
    const payment = await em.findOneOrFail(Pago, { referencia_epayco: paid.referencia });
    const { id_suscripcion, expiracion_previa = null, expiracion_otorgada = null } = payment;
    await revoke(em, { id_suscripcion, expiracion_previa, expiracion_otorgada, now });
    payment.estado = 'REVERSADO';
  });
}

/** `ACTIVO` or `INACTIVO` of a doctor's profile, and whether the account is active. */
export async function doctorState({ deps }: TestServer, { user }: Session): Promise<[string, boolean]> {
  const em = deps.orm.em.fork();
  const { estado } = await em.findOneOrFail(Medico, { id_usuario: user.id_usuario });
  const { activo } = await em.findOneOrFail(Usuario, { id_usuario: user.id_usuario });
  return [estado, activo];
}

export async function hospitalState({ deps }: TestServer, id_hospital: number): Promise<string> {
  return (await deps.orm.em.fork().findOneOrFail(Hospital, { id_hospital })).estado;
}
