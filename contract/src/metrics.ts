import { z } from 'zod';
import { clamped, fields, Id, MAX_PAGE, Page, scalars } from './common/index.ts';

const count = z.int();
const money = z.number().meta({ description: 'COP' });
const instant = z.string().meta({ format: 'date-time' });

/**
 * The dashboard's numbers. Money counts approved payments, not reversed ones; the month is Colombia's (UTC-5). An ACTIVA
 * past its expiry is not active. `active`, `activas` and `activos` of one group are one number under the names that
 * frontends use.
 */
export const Metrics = z
  .object({
    summary: z.object({
      hospitals_total: count,
      doctors_total: count,
      patients_total: count,
      studies_total: count,
      admins_total: count,
    }),
    clinical: z.object({
      active_patients: count,
      studies_last_30_days: count,
      avg_patients_per_doctor: z.number().meta({ description: 'Con dos decimales; 0 sin médicos' }),
      doctors_without_patients: count,
    }),
    finance: z.object({ payments_month_count: count, revenue_month: money }),
    hospitals: z.object({ total: count, activos: count, active: count, without_doctors: count }),
    doctors: z.object({ total: count, activos: count }),
    patients: count,
    studies: count,
    subscriptions: z.object({ total: count, active: count, activas: count, expiring_30_days: count }),
    subscriptions_legacy: z.object({ total: count, activas: count }),
    payments: z.object({ total: count, monto: money }),
    doctors_by_hospital: z.array(z.object({ id_hospital: count, nombre: fields.nombre, doctores: count })),
  })
  .meta({
    id: 'Metrics',
    description: 'Los números del tablero. El dinero cuenta pagos aprobados sin revertir; el mes es el de Colombia',
  });
export type Metrics = z.infer<typeof Metrics>;

export const RecentPaymentsQuery = z.object({
  limit: Page.limit.meta({ description: 'Filas, 1 a 500', default: 10, examples: [10] }),
});

export const RecentPayment = z
  .object({
    id_pago: z.int(),
    referencia_epayco: fields.referencia_epayco,
    referencia: fields.referencia_epayco.meta({ description: 'Lo mismo que referencia_epayco' }),
    monto: money,
    fecha_pago: instant,
    estado: z.enum(['APROBADO', 'REVERSADO']),
    id_suscripcion: z.int(),
    id_plan: z.int(),
    plan: fields.plan,
    pagador: z.enum(['MEDICO', 'HOSPITAL']),
    id_medico: z.int().nullable(),
    id_hospital: z.int().nullable(),
    nombre: fields.nombre.meta({ description: 'Del médico o del hospital que pagó' }),
    correo: fields.correo.nullable(),
    owner: z
      .object({
        type: z.enum(['MEDICO', 'HOSPITAL']),
        id_usuario: z.int().nullable(),
        id_hospital: z.int().nullable(),
        nombre: fields.nombre,
        apellido: fields.apellido.nullable(),
        correo: fields.correo.nullable(),
      })
      .meta({ description: 'Quien pagó; de un hospital, sin usuario ni apellido' }),
  })
  .meta({ id: 'RecentPayment', description: 'Un pago, con quien lo hizo' });
export type RecentPayment = z.infer<typeof RecentPayment>;

/** A doctor with a subscription in force: their own, or the hospital's. */
export const ActiveUserSubscription = z
  .object({
    id_usuario: z.int(),
    id_medico: z.int(),
    nombre: fields.nombre,
    apellido: fields.apellido,
    correo: fields.correo,
    activo: z.boolean(),
    origen: z.enum(['PROPIA', 'HOSPITAL']),
    id_hospital: z.int().nullable(),
    hospital: fields.hospital.nullable(),
    id_suscripcion: z.int(),
    suscripcion_id: z.int().meta({ description: 'Lo mismo que id_suscripcion' }),
    id_plan: z.int(),
    plan: fields.plan,
    periodo: z.string().meta({ examples: ['MENSUAL'] }),
    fecha_inicio: instant,
    fecha_expiracion: instant.nullable(),
  })
  .meta({
    id: 'ActiveUserSubscription',
    description: 'Un médico con una suscripción vigente, propia o de su hospital',
  });
export type ActiveUserSubscription = z.infer<typeof ActiveUserSubscription>;

/** The subscription and the payments of one hospital. */
export const HospitalBilling = z
  .object({
    id_hospital: z.int(),
    nombre: fields.nombre,
    ciudad: fields.ciudad.nullable(),
    estado: z.enum(['ACTIVO', 'INACTIVO']),
    doctores: count,
    has_active_subscription: z.boolean(),
    suscripciones: count.meta({ description: 'Cuántas ha tenido' }),
    suscripcion_id: z.int().nullable(),
    plan: fields.plan.nullable(),
    precio: money.nullable(),
    fecha_expiracion: instant.nullable(),
    pagos: count,
    monto: money.meta({ description: 'Total pagado, COP' }),
    ultimo_pago: instant.nullable().meta({ description: 'Instante del último pago' }),
    ultimo_pago_detalle: z.object({ fecha_pago: instant, monto: money, referencia: fields.referencia }).nullable(),
  })
  .meta({ id: 'HospitalBilling', description: 'La suscripción y los pagos de un hospital' });
export type HospitalBilling = z.infer<typeof HospitalBilling>;

/** A day is a whole day of Colombia; anything else is an instant by the one rule. */
const moment = z.union([z.iso.date(), scalars.instant.required]);

export const AuditQuery = z.object({
  entity_type: z
    .string()
    .trim()
    .toUpperCase()
    .max(32)
    .optional()
    .meta({ description: 'PACIENTE, ESTUDIO, PLAN, HOSPITAL, MEDICO, USUARIO…', examples: ['PACIENTE'] }),
  entity_id: Id.optional().meta({ description: 'Clave del registro' }),
  action: z
    .string()
    .trim()
    .toUpperCase()
    .max(20)
    .optional()
    .meta({ description: 'CREATE, UPDATE, DELETE, READ, EXPORT, DENIED', examples: ['UPDATE'] }),
  actor: Id.optional().meta({ description: 'id_usuario de quien lo hizo' }),
  from: moment.optional().meta({ description: 'Desde este instante, o día de Colombia', examples: ['2026-03-01'] }),
  to: moment
    .optional()
    .meta({ description: 'Hasta este instante, o día de Colombia inclusive', examples: ['2026-03-31'] }),
  limit: clamped(1, MAX_PAGE)
    .optional()
    .meta({ description: `Filas por respuesta; más de ${MAX_PAGE} son ${MAX_PAGE} (sin valor: ${MAX_PAGE})` }),
  offset: Page.offset,
});
export type AuditQuery = z.infer<typeof AuditQuery>;

export const AuditEntry = z
  .object({
    id_audit: z.int(),
    entity_type: z.string().meta({ examples: ['PACIENTE'] }),
    entity_id: z.int(),
    action: z.string().meta({ examples: ['UPDATE'] }),
    actor_id_usuario: z.int().nullable(),
    actor: z
      .string()
      .meta({ examples: ['maria.gomez@example.com'] })
      .nullable()
      .meta({ description: 'Correo de quien lo hizo, mientras la cuenta exista' }),
    before: z.unknown().meta({ description: 'El registro antes; null si no lo había' }),
    after: z.unknown().meta({ description: 'El registro después' }),
    meta: z.unknown(),
    before_json: fields.before_json.nullable().meta({ description: 'before, como texto' }),
    after_json: fields.after_json.nullable().meta({ description: 'after, como texto' }),
    meta_json: fields.meta_json.nullable().meta({ description: 'meta, como texto' }),
    created_at: instant,
  })
  .meta({ id: 'AuditEntry', description: 'Un cambio en un registro: quién, cuándo, y el registro antes y después' });
export type AuditEntry = z.infer<typeof AuditEntry>;
