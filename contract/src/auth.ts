import { z } from 'zod';
import { c, defineRoutes, fields, problems, ROLES, scalars } from './common/index.ts';

/** A user as the service returns it. No answer holds the password's hash. */
export const User = z
  .object({
    id_usuario: z.int(),
    nombre: fields.nombre,
    apellido: fields.apellido,
    correo: fields.correo,
    telefono: fields.telefono.nullable(),
    direccion: fields.direccion.nullable(),
    ciudad: fields.ciudad.nullable(),
    rol: z.enum(ROLES).meta({ examples: ['MEDICO'] }),
    activo: z.boolean(),
  })
  .meta({ id: 'User', description: 'Una cuenta; ninguna respuesta lleva la contraseña' });
export type User = z.infer<typeof User>;

const termsVersion = z
  .string()
  .trim()
  .max(40)
  .meta({ examples: ['2026-12'] });

/** The terms in force; both null while the service asks for none. */
export const Terms = z
  .object({
    version: termsVersion.nullable(),
    url: z
      .string()
      .nullable()
      .meta({ description: 'Dirección del texto', examples: ['https://www.example.com/terminos'] }),
  })
  .meta({ id: 'Terms', description: 'Los términos y la política de datos vigentes; null si el servicio no los pide' });

/** What an account has accepted, beside what is in force. */
export const AcceptedTerms = z
  .object({
    version: termsVersion.nullable().meta({ description: 'La versión aceptada; null si no ha aceptado ninguna' }),
    aceptados_en: scalars.Instant.nullable(),
    vigente: termsVersion.nullable().meta({ description: 'La versión vigente; null si el servicio no los pide' }),
    url: z
      .string()
      .nullable()
      .meta({ description: 'Dirección del texto vigente', examples: ['https://www.example.com/terminos'] }),
  })
  .meta({ id: 'AcceptedTerms', description: 'Los términos que la cuenta aceptó, y los vigentes' });

/** The version that the person has read and accepted. A client of the predecessor sends none. */
const terminos_version = z.preprocess(
  (value) => (value === '' || value === null ? undefined : value),
  termsVersion.optional().meta({ description: 'La versión vigente de los términos, si la persona los aceptó' }),
);

/** One's own account. */
export const Me = User.extend({
  correo_pendiente: z
    .string()
    .meta({ examples: ['maria.nueva@example.com'] })
    .optional()
    .meta({ description: 'El correo nuevo, mientras espera su código' }),
  terminos: AcceptedTerms.optional().meta({ description: 'Si el servicio pide aceptar términos, o se aceptaron' }),
}).meta({ id: 'Me', description: 'La cuenta propia' });
export type Me = z.infer<typeof Me>;

/** A session: one login in one browser or program. */
export const Session = z
  .object({
    id: z.string().meta({ examples: ['3f2b8c1e-9d47-4a60-8e15-0c6a5b7d2f31'] }),
    iniciada_en: scalars.Instant,
    ultimo_uso: scalars.Instant.meta({ description: 'Cuándo se inició o se renovó por última vez' }),
    vence_en: scalars.Instant.meta({ description: 'Vence si no se renueva antes' }),
    direccion_ip: z
      .string()
      .meta({ examples: ['190.25.14.7'] })
      .nullable(),
    navegador: z
      .string()
      .meta({ examples: ['Mozilla/5.0 (Windows NT 10.0; Win64; x64)'] })
      .nullable()
      .meta({ description: 'User-Agent' }),
    actual: z.boolean().meta({ description: 'Si es la sesión que pregunta' }),
  })
  .meta({ id: 'Session', description: 'Una sesión: un ingreso desde un navegador o un programa' });
export type Session = z.infer<typeof Session>;

export const EndedSessions = z
  .object({ ok: z.literal(true), cerradas: z.int() })
  .meta({ id: 'EndedSessions', description: 'Cuántas sesiones se cerraron' });

/** Public registration creates doctors only. */
export const RegisterBody = z
  .object({
    nombre: scalars.personName.required,
    apellido: scalars.surname.required,
    correo: scalars.correo.required,
    password: scalars.password,
    telefono: scalars.telefono.optional,
    direccion: scalars.freeText(255).optional,
    ciudad: scalars.ciudad.optional,
    rol: z.literal('MEDICO').optional(),
    terminos_version,
  })
  .meta({ id: 'RegisterBody', description: 'Una cuenta nueva de médico' });
export type RegisterBody = z.infer<typeof RegisterBody>;

/** A password that was chosen before: whether it is good is for the account to say. */
const presentPassword = z
  .string()
  .min(1)
  .max(128)
  .meta({ description: 'La contraseña de la cuenta', examples: ['Sierra-Nevada-2026'], format: 'password' });

/** A code of the authenticator app, or a recovery code. */
const SecondFactorCode = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .meta({ description: 'Los 6 dígitos de la aplicación, o un código de recuperación', examples: ['482913'] });

export const LoginBody = z
  .object({ correo: scalars.correo.required, password: presentPassword, totp: SecondFactorCode.optional() })
  .meta({
    id: 'LoginBody',
    description: 'El correo y la contraseña de una cuenta, y el segundo factor si la cuenta lo tiene',
    examples: [{ correo: 'maria.gomez@example.com', password: 'Sierra-Nevada-2026' }],
  });
export type LoginBody = z.infer<typeof LoginBody>;

export const AccessToken = z
  .object({
    access_token: z.string().meta({ examples: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'] }),
    token_type: z.literal('bearer'),
  })
  .meta({ id: 'AccessToken', description: 'El token de la sesión; va en Authorization: Bearer' });

/**
 * A partial update of one's own data; `null` clears a field that may be empty. A new password or address needs the
 * present password beside it.
 */
export const UpdateMeBody = z
  .object({
    nombre: scalars.personName.patch,
    apellido: scalars.surname.patch,
    correo: scalars.correo.patch,
    password: scalars.password.optional(),
    password_actual: presentPassword.optional().meta({ description: 'Con password o con un correo nuevo' }),
    telefono: scalars.telefono.clearable,
    direccion: scalars.freeText(255).clearable,
    ciudad: scalars.ciudad.clearable,
    terminos_version,
  })
  .meta({
    id: 'UpdateMeBody',
    description: 'Los datos propios que cambian; null vacía un campo que puede estar vacío',
    examples: [{ telefono: '+573104567890', ciudad: 'Medellín' }],
  });
export type UpdateMeBody = z.infer<typeof UpdateMeBody>;

/** Whether the account has a second factor. */
export const SecondFactor = z
  .object({
    activo: z.boolean(),
    confirmado_en: scalars.Instant.nullable(),
    codigos_restantes: z.int().meta({ description: 'Códigos de recuperación sin usar' }),
  })
  .meta({ id: 'SecondFactor', description: 'El segundo factor de la cuenta propia' });
export type SecondFactor = z.infer<typeof SecondFactor>;

export const SecondFactorSecret = z
  .object({
    secret: z.string().meta({ description: 'Para escribirlo a mano', examples: ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'] }),
    otpauth_uri: z.string().meta({
      description: 'Para un código QR',
      examples: ['otpauth://totp/SOM3D:admin%40example.com?issuer=SOM3D&secret=JBSWY3DPEHPK3PXP'],
    }),
  })
  .meta({ id: 'SecondFactorSecret', description: 'El secreto para la aplicación; se muestra una sola vez' });

export const RecoveryCodes = z
  .object({ codigos: z.array(z.string().meta({ examples: ['k7qm-x2fd-9tcb-4hwa'] })) })
  .meta({
    id: 'RecoveryCodes',
    description: 'Los códigos de recuperación; cada uno sirve una vez y se muestran solo ahora',
  });

export const PasswordBody = z
  .object({ password_actual: presentPassword })
  .meta({ id: 'PasswordBody', description: 'La contraseña de la cuenta' });
export const SecondFactorBody = z
  .object({ totp: SecondFactorCode })
  .meta({ id: 'SecondFactorBody', description: 'Un código de la aplicación' });
export const RemoveSecondFactorBody = PasswordBody.extend({ totp: SecondFactorCode }).meta({
  id: 'RemoveSecondFactorBody',
  description: 'La contraseña, y un código de la aplicación o de recuperación',
});

export const Ok = z.object({ ok: z.literal(true) }).meta({ id: 'Ok', description: 'La operación se hizo' });

/** The service mailed a code. The client keeps `token` and sends it with the code. */
export const PendingCode = z
  .object({
    ok: z.literal(true),
    token: z.string().meta({ examples: ['Zk3vX9t2Qw7Lr5Yb'] }),
    expires_in: z.int().meta({ description: 'Minutos' }),
  })
  .meta({ id: 'PendingCode', description: 'Se envió un código por correo; el token lo acompaña al confirmarlo' });

/** The value for X-CSRF-Token, under the two names that frontends use. A frontend on another host cannot read the cookie. */
export const CsrfToken = z
  .object({
    ok: z.literal(true),
    csrf: z.string().meta({ examples: ['b7Qk2mX9fT4c'] }),
    csrf_token: z.string().meta({ examples: ['b7Qk2mX9fT4c'] }),
  })
  .meta({ id: 'CsrfToken', description: 'El valor de la cookie csrf_token, bajo los dos nombres que se usan' });

const Token = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'El `token` que acompaña al código o al enlace', examples: ['Zk3vX9t2Qw7Lr5Yb'] });
const Code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, { error: 'El código tiene 6 dígitos' })
  .meta({ description: 'El código de 6 dígitos que llegó por correo', examples: ['482913'] });

export const ConfirmCodeBody = z
  .object({ token: Token, code: Code })
  .meta({ id: 'ConfirmCodeBody', description: 'El código que llegó por correo, con el token de su solicitud' });
export const CodeBody = z
  .object({ code: Code })
  .meta({ id: 'CodeBody', description: 'El código que llegó por correo' });
export const CorreoBody = z
  .object({ correo: scalars.correo.required })
  .meta({ id: 'CorreoBody', description: 'El correo de una cuenta' });
export const ResetPasswordBody = z
  .object({ token: Token, new_password: scalars.password })
  .meta({ id: 'ResetPasswordBody', description: 'La contraseña nueva, con el token del enlace' });

/** The token or the account identifies the request for a code; for an account its last request counts. */
export const ResetPasswordCodeBody = z
  .object({ token: Token.optional(), correo: scalars.correo.patch, code: Code, new_password: scalars.password })
  .superRefine(({ token, correo }, context) => {
    if (token === undefined && correo === undefined) {
      context.addIssue({ code: 'custom', path: ['token'], message: 'Indique token o correo' });
    }
  })
  .meta({
    id: 'ResetPasswordCodeBody',
    description: 'La contraseña nueva, con el código que llegó y el token o el correo de la solicitud',
    anyOf: [{ required: ['token'] }, { required: ['correo'] }],
  });
export type ResetPasswordCodeBody = z.infer<typeof ResetPasswordCodeBody>;

const page = c.otherResponse({
  contentType: 'text/html',
  body: z.string().meta({ examples: ['<!doctype html><html lang="es"><title>Contraseña nueva</title></html>'] }),
});
const csrfHeader = {
  'x-csrf-token': z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Igual a la cookie csrf_token', examples: ['b7Qk2mX9fT4c'] }),
};

export const auth = defineRoutes({
  register: {
    method: 'POST',
    path: '/auth/register',
    summary: 'Registrar un médico',
    description:
      'Crea un usuario MEDICO inactivo. El correo no distingue mayúsculas, y no puede ser igual al de otra cuenta salvo por tildes. La contraseña no puede ser de las más usadas ni formarse con los datos propios. Veinte registros por hora desde una dirección.',
    metadata: { access: 'public' },
    body: RegisterBody,
    responses: { 201: User, ...problems(403, 409, 429) },
  },
  login: {
    method: 'POST',
    path: '/auth/login',
    summary: 'Iniciar sesión',
    description:
      'Usuario o contraseña errados responden el mismo 401. Cinco fallos de una cuenta desde una dirección (o 50 de una dirección) en 15 minutos bloquean con 429 y Retry-After; un equipo en el que ya se ingresó tiene su propia cuenta. Si la cuenta tiene segundo factor, 401 de tipo second-factor hasta que `totp` lo traiga. 403 si la cuenta está suspendida. Deja las cookies refresh_token, csrf_token y som3d_device.',
    metadata: { access: 'public' },
    body: LoginBody,
    responses: { 200: AccessToken, ...problems(401, 403, 429) },
  },
  terms: {
    method: 'GET',
    path: '/auth/terms',
    summary: 'Los términos vigentes',
    description: 'Lo que una página de registro muestra y pide aceptar: la versión va en terminos_version.',
    metadata: { access: 'public' },
    responses: { 200: Terms },
  },
  me: {
    method: 'GET',
    path: '/auth/me',
    summary: 'El usuario de la sesión',
    description: 'Los datos de la cuenta de la sesión, y el correo nuevo que espera su código.',
    metadata: { access: 'bearer' },
    responses: { 200: Me },
  },
  updateMe: {
    method: 'PATCH',
    path: '/auth/me',
    summary: 'Cambiar los datos propios',
    description:
      'Una contraseña o un correo nuevos piden password_actual (403 sin ella). La contraseña nueva cierra todas las sesiones. El correo nuevo queda en correo_pendiente hasta que se confirma con el código que llega allí.',
    metadata: { access: 'bearer' },
    body: UpdateMeBody,
    responses: { 200: Me, ...problems(403, 409, 429) },
  },
  confirmEmail: {
    method: 'POST',
    path: '/auth/me/confirm-email',
    summary: 'Confirmar el correo nuevo con el código',
    description: 'Con el código que llegó al correo nuevo, que desde entonces es el de la cuenta.',
    metadata: { access: 'bearer' },
    body: CodeBody,
    responses: { 200: Me, ...problems(400, 409) },
  },
  secondFactor: {
    method: 'GET',
    path: '/auth/me/totp',
    summary: 'El segundo factor propio',
    description: 'Si está activo, desde cuándo, y cuántos códigos de recuperación quedan.',
    metadata: { access: 'admin' },
    responses: { 200: SecondFactor },
  },
  enrolSecondFactor: {
    method: 'POST',
    path: '/auth/me/totp',
    summary: 'Pedir un secreto para el segundo factor',
    description:
      'No cambia nada hasta que se confirme; pedirlo otra vez da otro secreto. 403 si la contraseña no es correcta; 409 si ya está activo.',
    metadata: { access: 'admin' },
    body: PasswordBody,
    responses: { 200: SecondFactorSecret, ...problems(403, 409, 429) },
  },
  confirmSecondFactor: {
    method: 'POST',
    path: '/auth/me/totp/confirm',
    summary: 'Activar el segundo factor',
    description:
      'Con un código de la aplicación. Responde los códigos de recuperación. 400 si el código no es válido; 409 si no hay un secreto por confirmar.',
    metadata: { access: 'admin' },
    body: SecondFactorBody,
    responses: { 200: RecoveryCodes, ...problems(400, 409, 429) },
  },
  removeSecondFactor: {
    method: 'POST',
    path: '/auth/me/totp/remove',
    summary: 'Quitar el segundo factor',
    description:
      'Con la contraseña y un código. 400 si el código no es válido; 403 si la contraseña no es correcta; 409 si no está activo.',
    metadata: { access: 'admin' },
    body: RemoveSecondFactorBody,
    responses: { 200: Ok, ...problems(400, 403, 409, 429) },
  },
  sessions: {
    method: 'GET',
    path: '/auth/sessions',
    summary: 'Las sesiones propias, la usada por último primero',
    description: 'Cada ingreso que sigue abierto, con su navegador y su dirección.',
    metadata: { access: 'bearer' },
    responses: { 200: z.array(Session) },
  },
  endOtherSessions: {
    method: 'DELETE',
    path: '/auth/sessions',
    summary: 'Cerrar las demás sesiones propias',
    description: 'Todas menos la que lo pide.',
    metadata: { access: 'bearer' },
    responses: { 200: EndedSessions },
  },
  endSession: {
    method: 'DELETE',
    path: '/auth/sessions/:id',
    summary: 'Cerrar una sesión propia',
    description: 'La sesión deja de servir de inmediato, también para renovarse.',
    metadata: { access: 'bearer' },
    pathParams: z.object({
      id: z
        .string()
        .trim()
        .min(1)
        .max(64)
        .meta({ description: 'Identificador de la sesión', examples: ['3f2b8c1e-9d47-4a60-8e15-0c6a5b7d2f31'] }),
    }),
    responses: { 204: c.noBody(), ...problems(404) },
  },
  emailExists: {
    method: 'GET',
    path: '/auth/email-exists',
    summary: 'Responde siempre lo mismo: no revela cuentas',
    description: 'Siempre responde `exists: false`: nadie puede averiguar qué correos tienen cuenta.',
    metadata: { access: 'public' },
    query: z.object({ correo: scalars.correo.required }),
    responses: { 200: z.object({ exists: z.literal(false) }) },
  },
  csrf: {
    method: 'GET',
    path: '/auth/csrf',
    summary: 'Emitir la cookie CSRF',
    description: 'Deja la cookie csrf_token (la que ya hay, si la hay) y devuelve su valor.',
    metadata: { access: 'public' },
    responses: { 200: CsrfToken },
  },
  refresh: {
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Renovar la sesión',
    description:
      'Toma la cookie refresh_token y la cambia por otra. Usar una ya cambiada cierra la sesión, salvo que el mismo navegador la repita en 30 segundos: entonces recibe la última. X-CSRF-Token debe ser igual a la cookie csrf_token.',
    metadata: { access: 'public', credentials: [['refreshCookie', 'csrfCookie', 'csrfHeader']] },
    headers: csrfHeader,
    body: c.noBody(),
    responses: { 200: AccessToken, ...problems(401, 403) },
  },
  logout: {
    method: 'POST',
    path: '/auth/logout',
    summary: 'Cerrar la sesión',
    description:
      'Cierra la sesión de la cookie y la del token, si las hay, y borra las cookies. Repetirlo no cambia nada.',
    metadata: { access: 'public', credentials: [['refreshCookie'], ['bearer'], []] },
    body: c.noBody(),
    responses: { 200: Ok },
  },
  preRegister: {
    method: 'POST',
    path: '/auth/pre-register',
    summary: 'Registrarse con un código enviado por correo',
    description:
      'Envía un código de 6 dígitos. Responde lo mismo si el correo ya tiene cuenta. Seis solicitudes en 15 minutos por cuenta y dirección.',
    metadata: { access: 'public' },
    body: RegisterBody,
    responses: { 200: PendingCode, ...problems(429) },
  },
  confirmCode: {
    method: 'POST',
    path: '/auth/register/confirm-code',
    summary: 'Confirmar el registro con el código',
    description: 'Crea el usuario inactivo. Un código admite cinco intentos y sirve una vez.',
    metadata: { access: 'public' },
    body: ConfirmCodeBody,
    responses: { 200: User.extend({ ok: z.literal(true) }), ...problems(400, 409) },
  },
  forgotPassword: {
    method: 'POST',
    path: '/auth/forgot-password',
    summary: 'Pedir un enlace para cambiar la contraseña',
    description: 'Responde siempre lo mismo. Seis solicitudes en 15 minutos por cuenta y dirección.',
    metadata: { access: 'public' },
    body: CorreoBody,
    responses: { 200: Ok, ...problems(429) },
  },
  resetForm: {
    method: 'GET',
    path: '/auth/reset-password/form',
    summary: 'La página del enlace',
    description:
      'La página web que abre el enlace del correo. Con un enlace vencido o usado responde 400, también con una página.',
    metadata: { access: 'public' },
    query: z.object({
      token: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'El del enlace', examples: ['Zk3vX9t2Qw7Lr5Yb'] }),
    }),
    responses: { 200: page, 400: page },
  },
  resetPassword: {
    method: 'POST',
    path: '/auth/reset-password',
    summary: 'Cambiar la contraseña con el enlace',
    description: 'El enlace sirve una vez. Cierra todas las sesiones.',
    metadata: { access: 'public' },
    body: ResetPasswordBody,
    responses: { 200: Ok, ...problems(400) },
  },
  forgotPasswordCode: {
    method: 'POST',
    path: '/auth/forgot-password/code',
    summary: 'Pedir un código para cambiar la contraseña',
    description: 'Responde siempre lo mismo. Seis solicitudes en 15 minutos por cuenta y dirección.',
    metadata: { access: 'public' },
    body: CorreoBody,
    responses: { 200: PendingCode, ...problems(429) },
  },
  resetPasswordCode: {
    method: 'POST',
    path: '/auth/reset-password/code',
    summary: 'Cambiar la contraseña con el código',
    description:
      'Con el token de la solicitud o con el correo. Un código admite cinco intentos y sirve una vez; tras diez códigos errados de una cuenta en una semana solo sirve el enlace.',
    metadata: { access: 'public' },
    body: ResetPasswordCodeBody,
    responses: { 200: Ok, ...problems(400) },
  },
});
