import type { EntityManager, RequiredEntityData } from '@mikro-orm/core';
import { Usuario } from '../db/entities/auth.entity.ts';
import { Medico } from '../db/entities/doctors.entity.ts';
import { Paciente } from '../db/entities/patients.entity.ts';
import { Plan } from '../db/entities/plans.entity.ts';
import { Suscripcion } from '../db/entities/subscriptions.entity.ts';
import { uniqueViolation } from '../db/errors.ts';
import { inTransaction } from '../db/transaction.ts';

/** The plans of the founding document; prices in COP. */
const PLANS = [
  { nombre: 'Basico Mensual', precio: 39_900, periodo: 'MENSUAL', duracion_meses: 1 },
  { nombre: 'Profesional Mensual', precio: 69_900, periodo: 'MENSUAL', duracion_meses: 1 },
  { nombre: 'Profesional Trimestral', precio: 179_900, periodo: 'TRIMESTRAL', duracion_meses: 3 },
  { nombre: 'Empresarial Anual', precio: 599_900, periodo: 'ANUAL', duracion_meses: 12 },
] as const satisfies readonly RequiredEntityData<Plan>[];

export const DEMO_DOCTOR = 'medico.demo@som3d.local';
export const DEMO_ADMIN = 'admin@som3d.local';

/**
 * Adds the missing standard plans, identified by their names. A plan that was changed stays as it is.
 *
 * @returns the names of the added plans
 */
export function seedPlans(em: EntityManager): Promise<string[]> {
  return ensured(em, async (tx) => {
    const known = new Set((await tx.find(Plan, {}, { fields: ['nombre'] })).map(({ nombre }) => nombre.toLowerCase()));
    const missing = PLANS.filter(({ nombre }) => !known.has(nombre.toLowerCase()));
    for (const plan of missing) tx.create(Plan, plan);
    return missing.map(({ nombre }) => nombre);
  });
}

export interface DemoOptions {
  /** Hash of the demo doctor's password. */
  readonly doctorPasswordHash: string;
  /** Hash of the administrator's password. */
  readonly adminPasswordHash: string;
  readonly now: Date;
}

export interface DemoReport {
  readonly correo_medico: string;
  readonly correo_admin: string;
  /** Whether the given passwords are valid for these accounts. */
  readonly doctorCreated: boolean;
  readonly adminCreated: boolean;
  readonly patientCreated: boolean;
}

/**
 * Adds a doctor with a subscription of one year and a patient, and an administrator, for a trial of the service. Existing
 * rows stay as they are.
 */
export async function seedDemo(em: EntityManager, options: DemoOptions): Promise<DemoReport> {
  await seedPlans(em);
  return ensured(em, async (tx) => {
    const admin = await ensureUser(tx, {
      nombre: 'Administradora',
      apellido: 'SOM3D',
      correo: DEMO_ADMIN,
      contrasena: options.adminPasswordHash,
      rol: 'ADMINISTRADOR',
      activo: true,
    });
    const doctor = await ensureUser(tx, {
      nombre: 'Mariana',
      apellido: 'Restrepo',
      correo: DEMO_DOCTOR,
      contrasena: options.doctorPasswordHash,
      telefono: '+573001234567',
      ciudad: 'Medellín',
      rol: 'MEDICO',
      activo: true,
    });
    const id_medico = await ensureProfile(tx, doctor.id);
    await ensureSubscription(tx, id_medico, options.now);
    const patientCreated = await ensurePatient(tx, id_medico);
    return {
      correo_medico: DEMO_DOCTOR,
      correo_admin: DEMO_ADMIN,
      doctorCreated: doctor.created,
      adminCreated: admin.created,
      patientCreated,
    };
  });
}

/** Two processes can seed at once: the second one repeats the work and finds all rows. */
async function ensured<T>(em: EntityManager, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  try {
    return await inTransaction(em, work);
  } catch (error) {
    if (!uniqueViolation(error)) throw error;
    return inTransaction(em, work);
  }
}

async function ensureUser(tx: EntityManager, data: RequiredEntityData<Usuario> & { correo: string }) {
  const known = await tx.findOne(Usuario, { correo: data.correo });
  if (known) return { id: known.id_usuario, created: false };
  const user = tx.create(Usuario, data);
  await tx.flush();
  return { id: user.id_usuario, created: true };
}

async function ensureProfile(tx: EntityManager, id_usuario: number): Promise<number> {
  const known = await tx.findOne(Medico, { id_usuario });
  if (known) return known.id_medico;
  const profile = tx.create(Medico, { id_usuario, estado: 'ACTIVO' });
  await tx.flush();
  return profile.id_medico;
}

async function ensureSubscription(tx: EntityManager, id_medico: number, now: Date): Promise<void> {
  if (await tx.findOne(Suscripcion, { id_medico })) return;
  const plan = await tx.findOneOrFail(Plan, { periodo: 'ANUAL' }, { orderBy: { precio: 'asc' } });
  const fecha_expiracion = new Date(now);
  fecha_expiracion.setUTCFullYear(now.getUTCFullYear() + 1);
  tx.create(Suscripcion, { id_medico, id_plan: plan.id_plan, estado: 'ACTIVA', fecha_inicio: now, fecha_expiracion });
}

async function ensurePatient(tx: EntityManager, id_medico: number): Promise<boolean> {
  const document = { doc_tipo: 'CC', doc_numero: '1020304050' };
  if (await tx.findOne(Paciente, document)) return false;
  tx.create(Paciente, {
    ...document,
    id_medico,
    nombres: 'Carlos Andrés',
    apellidos: 'Gómez Peña',
    fecha_nacimiento: '1984-05-17',
    sexo: 'M',
    ciudad: 'Medellín',
    estado: 'ACTIVO',
  });
  return true;
}
