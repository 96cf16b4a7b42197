import { z } from 'zod';
import { EndedSessions, Ok, Session, User } from './auth.ts';
import { c, defineRoutes, fields, filter, Id, numericOrNull, Page, problems, scalars } from './common/index.ts';
import { CreateDoctorBody, Doctor, DoctorCount, DoctorCountQuery, DoctorQuery, UpdateDoctorBody } from './doctors.ts';
import { CreateHospitalBody, HOSPITAL_STATES, HospitalDetail, ReissuedCode, UpdateHospitalBody } from './hospitals.ts';
import {
  ActiveUserSubscription,
  AuditEntry,
  AuditQuery,
  HospitalBilling,
  Metrics,
  RecentPayment,
  RecentPaymentsQuery,
} from './metrics.ts';

/** Like `CreateHospitalBody`; the service generates an absent code. */
export const AdminCreateHospitalBody = CreateHospitalBody.extend({
  codigo: scalars.codigoHospital.optional.meta({ description: 'Sin él se genera uno de 8 caracteres' }),
  plan_id: numericOrNull(Id).meta({ description: 'Añade una suscripción PAUSADA de este plan' }),
}).meta({ id: 'AdminCreateHospitalBody', description: 'Un hospital nuevo, con código propio o generado' });
export type AdminCreateHospitalBody = z.infer<typeof AdminCreateHospitalBody>;

export const AdminHospitalQuery = z.object({
  estado: filter(HOSPITAL_STATES),
  q: z
    .string()
    .trim()
    .max(120)
    .optional()
    .meta({ description: 'En nombre, ciudad o código', examples: ['bogotá'] }),
  ...Page,
});
export type AdminHospitalQuery = z.infer<typeof AdminHospitalQuery>;

/** Days that a code of a hospital is valid, unless the caller names others. */
export const CODE_DAYS = 30;

const expiresDays = {
  expires_days: numericOrNull(z.int().min(1).max(365)).meta({
    description: 'Días que vale el código',
    default: CODE_DAYS,
    examples: [CODE_DAYS],
  }),
};

export const ReissueCodeQuery = z.object(expiresDays);
/** The same as the query; the query has precedence. */
export const ReissueCodeBody = z
  .object(expiresDays)
  .prefault({})
  .meta({
    id: 'ReissueCodeBody',
    description: 'Cuántos días vale el código nuevo; se puede omitir',
    examples: [{ expires_days: 30 }],
  });
export type ReissueCodeBody = z.infer<typeof ReissueCodeBody>;

export const RevokedCodes = z
  .object({ ok: z.literal(true), revoked: z.int() })
  .meta({ id: 'RevokedCodes', description: 'Cuántos códigos se revocaron' });

export const CreateAdminBody = z
  .object({
    nombre: scalars.personName.required,
    apellido: scalars.surname.required,
    correo: scalars.correo.required,
    password: scalars.password,
    telefono: scalars.telefono.optional,
    direccion: scalars.freeText(255).optional,
    ciudad: scalars.ciudad.optional,
    activo: scalars.Flag.optional().meta({ description: 'true si falta' }),
  })
  .meta({ id: 'CreateAdminBody', description: 'Un administrador nuevo' });
export type CreateAdminBody = z.infer<typeof CreateAdminBody>;

export const UserQuery = z.object({
  q: scalars.personSearch.optional(),
  ...Page,
});
export type UserQuery = z.infer<typeof UserQuery>;

/** An account as administrators see it. */
export const AdminUser = User.extend({ suspendido: z.boolean() }).meta({
  id: 'AdminUser',
  description: 'Una cuenta como la ve un administrador',
});
export type AdminUser = z.infer<typeof AdminUser>;

export const UpdateUserBody = z
  .object({ suspendido: scalars.Flag })
  .meta({ id: 'UpdateUserBody', description: 'Si la cuenta queda suspendida' });
export type UpdateUserBody = z.infer<typeof UpdateUserBody>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador del hospital, médico o usuario' }) });
const access = { access: 'admin' } as const;

// Express uses the first match, so literal paths come before `:id`.
export const admin = defineRoutes({
  generateCode: {
    method: 'GET',
    path: '/admin/hospitals/generate-code',
    summary: 'Un código libre para un hospital',
    description: 'No queda reservado: lo decide la creación.',
    metadata: access,
    responses: { 200: z.object({ codigo: fields.codigo }) },
  },
  listHospitals: {
    method: 'GET',
    path: '/admin/hospitals',
    summary: 'Hospitales, por nombre',
    description: 'Todos los hospitales, con su código y el estado de su suscripción.',
    metadata: access,
    query: AdminHospitalQuery,
    responses: { 200: z.array(HospitalDetail) },
  },
  getHospital: {
    method: 'GET',
    path: '/admin/hospitals/:id',
    summary: 'Un hospital con su código',
    description: 'Un hospital, activo o no, con su código actual y el estado de su suscripción.',
    metadata: access,
    pathParams,
    responses: { 200: HospitalDetail, ...problems(404) },
  },
  createHospital: {
    method: 'POST',
    path: '/admin/hospitals',
    summary: 'Crear un hospital',
    description: 'Genera el código si falta. Con un plan desconocido (404) no se crea nada.',
    metadata: access,
    body: AdminCreateHospitalBody,
    responses: { 201: HospitalDetail, ...problems(404, 409) },
  },
  updateHospital: {
    method: 'PATCH',
    path: '/admin/hospitals/:id',
    summary: 'Cambiar un hospital',
    description: 'Un campo ausente queda como está; null vacía un campo que puede estar vacío.',
    metadata: access,
    pathParams,
    body: UpdateHospitalBody,
    responses: { 200: HospitalDetail, ...problems(404, 409) },
  },
  removeHospital: {
    method: 'DELETE',
    path: '/admin/hospitals/:id',
    summary: 'Eliminar un hospital con sus suscripciones, pagos y códigos',
    description: 'Desvincula a sus médicos. La auditoría conserva lo eliminado.',
    metadata: access,
    pathParams,
    responses: { 204: c.noBody(), ...problems(404) },
  },
  reissueCode: {
    method: 'POST',
    path: '/admin/hospitals/:id/codes/reissue',
    summary: 'Emitir un código nuevo',
    description: 'Revoca los anteriores que nadie usó. Los días van en la consulta o en el contenido.',
    metadata: access,
    pathParams,
    query: ReissueCodeQuery,
    body: ReissueCodeBody,
    responses: { 200: ReissuedCode, ...problems(404) },
  },
  revokeCodes: {
    method: 'POST',
    path: '/admin/hospitals/:id/codes/revoke-active',
    summary: 'Revocar los códigos que nadie usó',
    description: 'Una vez más no cambia nada: `revoked` es 0.',
    metadata: access,
    pathParams,
    body: c.noBody(),
    responses: { 200: RevokedCodes, ...problems(404) },
  },
  countDoctors: {
    method: 'GET',
    path: '/admin/doctors/count',
    summary: 'Cuántos médicos hay',
    description: 'Cuántos médicos hay, activos e inactivos; de todos o de un hospital.',
    metadata: access,
    query: DoctorCountQuery,
    responses: { 200: DoctorCount },
  },
  listDoctors: {
    method: 'GET',
    path: '/admin/doctors',
    summary: 'Médicos, por nombre',
    description: 'Los médicos, con filtros por hospital, estado y texto.',
    metadata: access,
    query: DoctorQuery,
    responses: { 200: z.array(Doctor) },
  },
  createDoctor: {
    method: 'POST',
    path: '/admin/doctors',
    summary: 'Crear un médico con su cuenta',
    description: 'De `estado` y `activo` el que falta sigue al otro; sin ninguno, el médico queda activo.',
    metadata: access,
    body: CreateDoctorBody,
    responses: { 201: Doctor, ...problems(404, 409) },
  },
  updateDoctor: {
    method: 'PATCH',
    path: '/admin/doctors/:id',
    summary: 'Cambiar un médico',
    description: 'De `estado` y `activo` el que falta sigue al otro.',
    metadata: access,
    pathParams,
    body: UpdateDoctorBody,
    responses: { 200: Doctor, ...problems(404, 409) },
  },
  removeDoctor: {
    method: 'DELETE',
    path: '/admin/doctors/:id',
    summary: 'Eliminar un médico con todo lo suyo',
    description:
      'Pacientes, estudios, notas, estados del visor, trabajos, resultados y sus archivos, mensajes, suscripciones, pagos, sesiones y la cuenta. La auditoría conserva lo eliminado. 409 si la cuenta es la propia o la del último administrador.',
    metadata: access,
    pathParams,
    responses: { 204: c.noBody(), ...problems(404, 409) },
  },
  listInactiveUsers: {
    method: 'GET',
    path: '/admin/users/inactive',
    summary: 'Usuarios inactivos, el más reciente primero',
    description: 'Las cuentas que aún no se activaron o que se desactivaron.',
    metadata: access,
    query: UserQuery,
    responses: { 200: z.array(AdminUser) },
  },
  listSuspendedUsers: {
    method: 'GET',
    path: '/admin/users/suspended',
    summary: 'Usuarios suspendidos, el más reciente primero',
    description: 'Las cuentas que un administrador suspendió.',
    metadata: access,
    query: UserQuery,
    responses: { 200: z.array(AdminUser) },
  },
  listAdmins: {
    method: 'GET',
    path: '/admin/users/admins',
    summary: 'Administradores, el más reciente primero',
    description: 'Las cuentas de los administradores.',
    metadata: access,
    query: UserQuery,
    responses: { 200: z.array(AdminUser) },
  },
  createAdmin: {
    method: 'POST',
    path: '/admin/users/admins',
    summary: 'Crear un administrador',
    description:
      'Crea la cuenta de un administrador, activa si no se dice otra cosa. 409 si el correo ya tiene cuenta.',
    metadata: access,
    body: CreateAdminBody,
    responses: { 201: User, ...problems(409) },
  },
  updateUser: {
    method: 'PATCH',
    path: '/admin/users/:id',
    summary: 'Suspender o reactivar una cuenta',
    description:
      'Una cuenta suspendida no puede ingresar, y todas sus sesiones se cierran. Ni la propia ni la del último administrador (409).',
    metadata: access,
    pathParams,
    body: UpdateUserBody,
    responses: { 200: AdminUser, ...problems(404, 409) },
  },
  userSessions: {
    method: 'GET',
    path: '/admin/users/:id/sessions',
    summary: 'Las sesiones abiertas de un usuario',
    description: 'Cada ingreso del usuario que sigue abierto, con su navegador y su dirección.',
    metadata: access,
    pathParams,
    responses: { 200: z.array(Session), ...problems(404) },
  },
  endUserSessions: {
    method: 'DELETE',
    path: '/admin/users/:id/sessions',
    summary: 'Cerrar todas las sesiones de un usuario',
    description: 'El usuario debe ingresar otra vez en todas partes. Repetirlo no cambia nada.',
    metadata: access,
    pathParams,
    responses: { 200: EndedSessions, ...problems(404) },
  },
  sendPasswordReset: {
    method: 'POST',
    path: '/admin/users/:id/password-reset',
    summary: 'Enviar al usuario un enlace para cambiar la contraseña',
    description: 'El usuario recibe el mismo correo que si lo hubiera pedido.',
    metadata: access,
    pathParams,
    body: c.noBody(),
    responses: { 200: Ok, ...problems(404) },
  },
  removeUser: {
    method: 'DELETE',
    path: '/admin/users/:id',
    summary: 'Eliminar un usuario con todo lo suyo',
    description:
      'Solo una cuenta inactiva (409 si no lo es), y ninguna de administrador (403). De un médico se elimina todo, como con DELETE /admin/doctors/{id}.',
    metadata: access,
    pathParams,
    responses: { 204: c.noBody(), ...problems(403, 404, 409) },
  },
  metrics: {
    method: 'GET',
    path: '/admin/metrics',
    summary: 'Los números del tablero',
    description: 'Cuentas, pacientes, estudios, suscripciones y pagos. El mes es el de Colombia (UTC-5).',
    metadata: access,
    responses: { 200: Metrics },
  },
  recentPayments: {
    method: 'GET',
    path: '/admin/overview/recent-payments',
    summary: 'Los últimos pagos',
    description: 'Los pagos más recientes, con quien los hizo y su plan.',
    metadata: access,
    query: RecentPaymentsQuery,
    responses: { 200: z.array(RecentPayment) },
  },
  activeUserSubscriptions: {
    method: 'GET',
    path: '/admin/overview/active-users-subs',
    summary: 'Médicos con una suscripción activa, propia o de su hospital; la que vence antes, primero',
    description: 'Cada médico con una suscripción vigente, y de dónde le viene.',
    metadata: access,
    query: z.object(Page),
    responses: { 200: z.array(ActiveUserSubscription) },
  },
  hospitalsBilling: {
    method: 'GET',
    path: '/admin/overview/hospitals-billing',
    summary: 'Suscripción y pagos de cada hospital, por nombre',
    description: 'De cada hospital, su suscripción, su vencimiento y la suma de sus pagos.',
    metadata: access,
    query: z.object(Page),
    responses: { 200: z.array(HospitalBilling) },
  },
  clinicalAudit: {
    method: 'GET',
    path: '/admin/audit/clinical',
    summary: 'Quién hizo qué con cada registro, lo más reciente primero',
    description:
      'Cada cambio de un registro, con el registro antes y después. Se filtra por registro, acción, persona y fechas.',
    metadata: access,
    query: AuditQuery,
    responses: { 200: z.array(AuditEntry) },
  },
});
