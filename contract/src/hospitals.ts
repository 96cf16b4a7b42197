import { z } from 'zod';
import { c, choice, defineRoutes, fields, Id, numericOrNull, Page, problems, scalars } from './common/index.ts';
import { StartedCheckout } from './epayco.ts';
import { MySubscriptionStatus } from './subscriptions.ts';

export const HOSPITAL_STATES = ['ACTIVO', 'INACTIVO'] as const;
/** ACTIVO or INACTIVO, in upper or lower case. */
export const HospitalState = choice(HOSPITAL_STATES).meta({ description: 'ACTIVO o INACTIVO', examples: ['ACTIVO'] });

const instant = z.string().nullable().meta({ format: 'date-time' });

export const Hospital = z
  .object({
    id_hospital: z.int(),
    nombre: fields.hospitalName,
    direccion: fields.direccion.nullable(),
    ciudad: fields.ciudad.nullable(),
    telefono: fields.telefono.nullable(),
    correo: fields.correo.nullable(),
    codigo: fields.codigo,
    estado: z.enum(HOSPITAL_STATES),
  })
  .meta({ id: 'Hospital', description: 'Un hospital con su código actual' });
export type Hospital = z.infer<typeof Hospital>;

/** One code of a hospital's history. A hospital of the predecessor may have one without dates. */
export const HospitalCode = z
  .object({
    codigo: fields.codigo,
    expires_at: instant.meta({ description: 'Desde este instante ya no vincula; null: no vence' }),
    used_at: instant,
    revoked_at: instant,
  })
  .meta({ id: 'HospitalCode', description: 'Un código de un hospital, con lo que le pasó' });
export type HospitalCode = z.infer<typeof HospitalCode>;

/** A hospital with the present state of its code and its subscription. */
export const HospitalDetail = Hospital.extend({
  has_active_subscription: z.boolean(),
  code: HospitalCode,
}).meta({ id: 'HospitalDetail', description: 'Un hospital con su código y el estado de su suscripción' });
export type HospitalDetail = z.infer<typeof HospitalDetail>;

/** A hospital with the code that it has just got. */
export const ReissuedCode = HospitalDetail.extend({ expires_at: instant.meta({ description: 'De este código' }) }).meta(
  { id: 'ReissuedCode', description: 'Un hospital con el código que acaba de recibir' },
);

export const CreateHospitalBody = z
  .object({
    nombre: scalars.hospitalName.required,
    codigo: scalars.codigoHospital.required,
    direccion: scalars.freeText(255).optional,
    ciudad: scalars.ciudad.optional,
    telefono: scalars.telefono.optional,
    correo: scalars.correo.optional,
    estado: HospitalState.optional(),
  })
  .meta({ id: 'CreateHospitalBody', description: 'Un hospital nuevo, con su código' });
export type CreateHospitalBody = z.infer<typeof CreateHospitalBody>;

export const UpdateHospitalBody = z
  .object({
    nombre: scalars.hospitalName.patch,
    codigo: scalars.codigoHospital.patch,
    direccion: scalars.freeText(255).clearable,
    ciudad: scalars.ciudad.clearable,
    telefono: scalars.telefono.clearable,
    correo: scalars.correo.clearable,
    estado: HospitalState.optional(),
  })
  .meta({
    id: 'UpdateHospitalBody',
    description: 'Los datos de un hospital que cambian',
    examples: [{ telefono: '+576015551234', ciudad: 'Bogotá' }],
  });
export type UpdateHospitalBody = z.infer<typeof UpdateHospitalBody>;

export const LinkByCodeBody = z
  .object({ codigo: scalars.codigoHospital.required })
  .meta({ id: 'LinkByCodeBody', description: 'El código del hospital al que un médico se vincula' });

export const LinkedHospital = Hospital.extend({
  ok: z.literal(true),
  has_active_subscription: z.boolean(),
}).meta({ id: 'LinkedHospital', description: 'El hospital al que el médico quedó vinculado' });

/** What a code shows of its hospital to somebody who has not signed in: no telephone, mail or address. */
export const PublicHospital = Hospital.omit({ telefono: true, correo: true, direccion: true }).meta({
  id: 'PublicHospital',
  description: 'Lo que un código muestra de su hospital a quien no tiene sesión',
});
export type PublicHospital = z.infer<typeof PublicHospital>;

/** A public hospital with the state of the code at hand. */
export const PublicHospitalDetail = PublicHospital.extend({
  has_active_subscription: z.boolean(),
  code: HospitalCode,
}).meta({ id: 'PublicHospitalDetail', description: 'Lo que un código muestra de su hospital, y si el código sirve' });
export type PublicHospitalDetail = z.infer<typeof PublicHospitalDetail>;

/** The state of a hospital's subscription: the one in force, otherwise its latest. */
export const HospitalStatus = MySubscriptionStatus.extend({
  has_subscription: z.boolean().meta({ description: 'Lo mismo que has' }),
  hospital: PublicHospital,
}).meta({ id: 'HospitalStatus', description: 'La suscripción de un hospital: la vigente, o la última' });
export type HospitalStatus = z.infer<typeof HospitalStatus>;

/** The same for the caller's own hospital. Without one, `has_hospital` is false and the other fields are empty. */
export const MyHospitalStatus = MySubscriptionStatus.extend({
  has_hospital: z.boolean(),
  linked: z.boolean().meta({ description: 'Lo mismo que has_hospital' }),
  hospital: Hospital.nullable(),
}).meta({
  id: 'MyHospitalStatus',
  description: 'La suscripción del hospital propio; sin hospital, has_hospital es false y lo demás está vacío',
});
export type MyHospitalStatus = z.infer<typeof MyHospitalStatus>;

export const StartHospitalSubscriptionBody = z
  .object({
    codigo: scalars.codigoHospital.required,
    plan_id: numericOrNull(Id)
      .optional()
      .meta({ description: 'Sin él, el plan de la última suscripción del hospital' }),
  })
  .meta({ id: 'StartHospitalSubscriptionBody', description: 'El código del hospital y, si se quiere otro, el plan' });

export const StartedHospitalCheckout = StartedCheckout.extend({ hospital: PublicHospital }).meta({
  id: 'StartedHospitalCheckout',
  description: 'La suscripción de un hospital por pagar, con los datos de la pasarela',
});

export const HospitalQuery = z.object({
  include_all: scalars.Flag.optional().meta({
    description: 'También los inactivos; solo para un administrador',
    default: false,
  }),
  ...Page,
});
export type HospitalQuery = z.infer<typeof HospitalQuery>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador del hospital' }) });
const byCode = z.object({ codigo: scalars.codigoHospital.required });

// Express uses the first match, so literal paths come before `:id`.
export const hospitals = defineRoutes({
  list: {
    method: 'GET',
    path: '/hospitals',
    summary: 'Hospitales activos, por nombre',
    description: 'Los hospitales activos. Con include_all un administrador ve también los inactivos.',
    metadata: { access: 'bearer' },
    query: HospitalQuery,
    responses: { 200: z.array(Hospital) },
  },
  byCode: {
    method: 'GET',
    path: '/hospitals/by-code/:codigo',
    summary: 'El hospital de un código, y si el código sirve',
    description: 'Un código anterior se reconoce y dice que fue revocado. Un hospital inactivo no se muestra.',
    metadata: { access: 'public' },
    pathParams: byCode,
    responses: { 200: PublicHospitalDetail, ...problems(404, 429) },
  },
  status: {
    method: 'GET',
    path: '/hospitals/status/:codigo',
    summary: 'La suscripción del hospital que tiene hoy este código',
    description: 'También de uno inactivo, que así puede volver a pagar.',
    metadata: { access: 'public' },
    pathParams: byCode,
    responses: { 200: HospitalStatus, ...problems(404, 429) },
  },
  mineStatus: {
    method: 'GET',
    path: '/hospitals/mine-status',
    summary: 'La suscripción del hospital propio',
    description: 'La suscripción del hospital del médico; sin hospital, `has_hospital` es false.',
    metadata: { access: 'bearer' },
    responses: { 200: MyHospitalStatus },
  },
  startSubscription: {
    method: 'POST',
    path: '/hospitals/start-subscription',
    summary: 'Iniciar el pago de un hospital con su código de hoy',
    description:
      'Sin `plan_id` se toma el plan de su última suscripción; si no tiene ninguna, 422. Con una activa y sin vencer, 409.',
    metadata: { access: 'public' },
    body: StartHospitalSubscriptionBody,
    responses: { 200: StartedHospitalCheckout, ...problems(404, 409, 429) },
  },
  linkByCode: {
    method: 'POST',
    path: '/hospitals/link-by-code',
    summary: 'Vincularse a un hospital con su código',
    description:
      'El código se gasta y la cuenta se activa (HOSPITAL_LINK_ACTIVATES). Quien ya está vinculado a otro hospital pasa a este; quien ya está activo en este no gasta el código. 409 dice si el código fue revocado, usado o venció.',
    metadata: { access: 'medico' },
    body: LinkByCodeBody,
    responses: { 200: LinkedHospital, ...problems(404, 409, 429) },
  },
  create: {
    method: 'POST',
    path: '/hospitals',
    summary: 'Crear un hospital',
    description: 'Emite su código, que vale 30 días. Un código es único entre los actuales y los anteriores.',
    metadata: { access: 'admin' },
    body: CreateHospitalBody,
    responses: { 201: Hospital, ...problems(409) },
  },
  get: {
    method: 'GET',
    path: '/hospitals/:id',
    summary: 'Un hospital',
    description: 'Uno inactivo lo ven un administrador y sus propios médicos.',
    metadata: { access: 'bearer' },
    pathParams,
    responses: { 200: Hospital, ...problems(404) },
  },
  update: {
    method: 'PATCH',
    path: '/hospitals/:id',
    summary: 'Cambiar un hospital',
    description: 'Un código nuevo vale 30 días y revoca los anteriores que nadie usó.',
    metadata: { access: 'admin' },
    pathParams,
    body: UpdateHospitalBody,
    responses: { 200: Hospital, ...problems(404, 409) },
  },
  remove: {
    method: 'DELETE',
    path: '/hospitals/:id',
    summary: 'Eliminar un hospital',
    description:
      'Elimina también sus suscripciones, pagos y códigos, y desvincula a sus médicos. La auditoría conserva lo eliminado.',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(404) },
  },
});
