import type { EntityManager } from '@mikro-orm/core';
import { kysely } from '../../db/kysely.ts';

/**
 * Detaches the audit rows of a user that is about to be removed, within the caller's transaction. The rows stay, with the
 * user's number as `actor_eliminado`; the account's own removal row says whose number that was.
 */
export async function keepRowsOfActor(em: EntityManager, id_usuario: number): Promise<void> {
  await kysely(em)
    .updateTable('ClinicalAudit')
    .set({ actor_id_usuario: null, actor_eliminado: id_usuario })
    .where('actor_id_usuario', '=', id_usuario)
    .execute();
}
