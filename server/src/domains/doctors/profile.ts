import type { EntityManager } from '@mikro-orm/core';
import type { Actor } from '../../http/context.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';

/**
 * The id of the doctor's profile row, which is made when it is missing (older accounts have none). Two requests at
 * once make one row: the user's unique key decides.
 */
export async function ensureDoctorProfile(em: EntityManager, actor: Actor): Promise<number> {
  if (actor.id_medico !== null) return actor.id_medico;
  const estado = actor.activo ? ('ACTIVO' as const) : ('INACTIVO' as const);
  await em.upsert(
    Medico,
    { id_usuario: actor.id_usuario, estado },
    { onConflictFields: ['id_usuario'], onConflictAction: 'ignore' },
  );
  const { id_medico } = await em.findOneOrFail(Medico, { id_usuario: actor.id_usuario });
  return id_medico;
}
