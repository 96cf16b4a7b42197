import { z } from 'zod';
import { defineRoutes, problems, ROLES, scalars } from './common/index.ts';

/** A user as the service returns it. The password's hash is in no answer. */
export const User = z
  .object({
    id_usuario: z.int(),
    nombre: z.string(),
    apellido: z.string(),
    correo: z.string(),
    telefono: z.string().nullable(),
    direccion: z.string().nullable(),
    ciudad: z.string().nullable(),
    rol: z.enum(ROLES),
    activo: z.boolean(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;

/** Public registration makes doctors only. */
export const RegisterBody = z
  .object({
    nombre: scalars.personName.required,
    apellido: scalars.personName.required,
    correo: scalars.correo.required,
    password: scalars.password,
    telefono: scalars.telefono.optional,
    direccion: scalars.freeText(255).optional,
    ciudad: scalars.ciudad.optional,
    rol: z.literal('MEDICO').optional(),
  })
  .meta({ id: 'RegisterBody' });
export type RegisterBody = z.infer<typeof RegisterBody>;

export const LoginBody = z
  .object({ correo: scalars.correo.required, password: z.string().min(1).max(128) })
  .meta({ id: 'LoginBody' });
export type LoginBody = z.infer<typeof LoginBody>;

export const AccessToken = z
  .object({ access_token: z.string(), token_type: z.literal('bearer') })
  .meta({ id: 'AccessToken' });

/** A partial update of one's own data; `null` clears a field that may be empty. */
export const UpdateMeBody = z
  .object({
    nombre: scalars.personName.patch,
    apellido: scalars.personName.patch,
    correo: scalars.correo.patch,
    password: scalars.password.optional(),
    telefono: scalars.telefono.optional,
    direccion: scalars.freeText(255).optional,
    ciudad: scalars.ciudad.optional,
  })
  .meta({ id: 'UpdateMeBody' });
export type UpdateMeBody = z.infer<typeof UpdateMeBody>;

export const auth = defineRoutes({
  register: {
    method: 'POST',
    path: '/auth/register',
    summary: 'Registrar un médico',
    description: 'Crea un usuario MEDICO inactivo. El correo no distingue mayúsculas.',
    metadata: { access: 'public' },
    body: RegisterBody,
    responses: { 201: User, ...problems(403, 409) },
  },
  login: {
    method: 'POST',
    path: '/auth/login',
    summary: 'Iniciar sesión',
    description:
      'Usuario o contraseña errados responden el mismo 401. Cinco fallos de una cuenta (o 50 de una dirección) en 15 minutos bloquean con 429 y Retry-After.',
    metadata: { access: 'public' },
    body: LoginBody,
    responses: { 200: AccessToken, ...problems(401, 429) },
  },
  me: {
    method: 'GET',
    path: '/auth/me',
    summary: 'El usuario de la sesión',
    metadata: { access: 'bearer' },
    responses: { 200: User },
  },
  updateMe: {
    method: 'PATCH',
    path: '/auth/me',
    summary: 'Cambiar los datos propios',
    metadata: { access: 'bearer' },
    body: UpdateMeBody,
    responses: { 200: User, ...problems(409) },
  },
});
