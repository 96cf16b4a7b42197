import { randomBytes } from 'node:crypto';
import type { Client } from '@som3d/client';
import type { Plan } from '@som3d/contract';
import { accounts, billing, databases, entities } from '@som3d/server/testing';
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
export async function newHospital(
  { deps }: TestServer,
  estado: entities.Hospital['estado'] = 'ACTIVO',
): Promise<number> {
  const em = deps.orm.em.fork();
  const hospital = em.create(entities.Hospital, { nombre: 'Clínica del Sur', codigo: unique(), estado });
  await em.flush();
  return hospital.id_hospital;
}

/** The id of a doctor's profile, which is made when missing; optionally linked to a hospital. */
export async function profileOf({ deps }: TestServer, { user }: Session, id_hospital?: number): Promise<number> {
  const em = deps.orm.em.fork();
  const id_medico = await accounts.ensureDoctorProfile(em, { ...user, id_medico: null, sid: null });
  if (id_hospital !== undefined) await em.nativeUpdate(entities.Medico, { id_medico }, { id_hospital });
  return id_medico;
}

/** A subscription row as given. */
export async function newSubscription(
  { deps }: TestServer,
  row: Payer & { id_plan: number } & Partial<
      Pick<entities.Suscripcion, 'estado' | 'fecha_inicio' | 'fecha_expiracion'>
    >,
): Promise<number> {
  const em = deps.orm.em.fork();
  const created = em.create(entities.Suscripcion, {
    estado: 'PAUSADA',
    fecha_inicio: new Date('2024-01-01T00:00:00Z'),
    ...row,
  });
  await em.flush();
  return created.id_suscripcion;
}

export async function subscriptionRow({ deps }: TestServer, id_suscripcion: number): Promise<entities.Suscripcion> {
  return await deps.orm.em.fork().findOneOrFail(entities.Suscripcion, { id_suscripcion });
}

/** A payment as it is granted: its row and the activation, in one transaction. */
export interface Paid extends billing.Granted {
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
  const granted = await databases.inTransaction(deps.orm.em, async (em) => {
    const given = await billing.activate(em, { id_suscripcion, now, duracion_meses: months });
    em.create(entities.Pago, { id_suscripcion, referencia_epayco: referencia, monto, fecha_pago: now, ...given });
    return given;
  });
  return { ...granted, id_suscripcion, referencia };
}

/** A payment's reversal: what it gave is taken back as its row now tells it. */
export async function reverse({ deps }: TestServer, paid: Paid, now = deps.clock()): Promise<void> {
  await databases.inTransaction(deps.orm.em, async (em) => {
    const payment = await em.findOneOrFail(entities.Pago, { referencia_epayco: paid.referencia });
    const { id_suscripcion, expiracion_previa = null, expiracion_otorgada = null } = payment;
    await billing.revoke(em, { id_suscripcion, expiracion_previa, expiracion_otorgada, now });
    payment.estado = 'REVERSADO';
  });
}

/** `ACTIVO` or `INACTIVO` of a doctor's profile, and whether the account is active. */
export async function doctorState({ deps }: TestServer, { user }: Session): Promise<[string, boolean]> {
  const em = deps.orm.em.fork();
  const { estado } = await em.findOneOrFail(entities.Medico, { id_usuario: user.id_usuario });
  const { activo } = await em.findOneOrFail(entities.Usuario, { id_usuario: user.id_usuario });
  return [estado, activo];
}

export async function hospitalState({ deps }: TestServer, id_hospital: number): Promise<string> {
  return (await deps.orm.em.fork().findOneOrFail(entities.Hospital, { id_hospital })).estado;
}
