import type { EntityManager } from '@mikro-orm/core';
import { Mensaje, MensajeEvento, MensajeGestion } from '../../db/entities/messages.entity.ts';

/** Takes a patient out of the messages that name them, within the caller's transaction; the messages stay. */
export async function detachMessagesOfPatient(em: EntityManager, id_paciente: number): Promise<number> {
  return await em.nativeUpdate(Mensaje, { id_paciente }, { id_paciente: null });
}

/** Removes a doctor's messages with their history within the caller's transaction, and tells how many. */
export async function removeMessagesOfDoctor(em: EntityManager, id_medico: number): Promise<number> {
  const messages = await em.find(Mensaje, { id_medico }, { fields: ['id_mensaje'] });
  const ids = { id_mensaje: { $in: messages.map(({ id_mensaje }) => id_mensaje) } };
  await em.nativeDelete(MensajeEvento, ids);
  await em.nativeDelete(MensajeGestion, ids);
  return await em.nativeDelete(Mensaje, ids);
}

/** Takes a user out of the messages of others: what they wrote stays, what they looked after is nobody's. */
export async function forgetUserInMessages(em: EntityManager, id_usuario: number, at: Date): Promise<void> {
  await em.nativeUpdate(MensajeEvento, { id_actor_usuario: id_usuario }, { id_actor_usuario: null });
  await em.nativeUpdate(
    MensajeGestion,
    { asignado_admin_id_usuario: id_usuario },
    { asignado_admin_id_usuario: null, actualizado_en: at },
  );
}
