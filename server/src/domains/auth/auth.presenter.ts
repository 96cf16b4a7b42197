import type { AdminUser, User } from '@som3d/contract';
import type { Usuario } from '../../db/entities/auth.entity.ts';

/** A user as the contract shows it. */
export function presentUser(user: Usuario): User {
  return {
    id_usuario: user.id_usuario,
    nombre: user.nombre,
    apellido: user.apellido,
    correo: user.correo,
    telefono: user.telefono ?? null,
    direccion: user.direccion ?? null,
    ciudad: user.ciudad ?? null,
    rol: user.rol,
    activo: user.activo,
  };
}

/** A user as administrators see it. */
export function presentAdminUser(user: Usuario): AdminUser {
  return { ...presentUser(user), suspendido: user.suspended_at != null };
}
