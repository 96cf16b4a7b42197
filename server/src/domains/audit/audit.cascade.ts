import type { EntityManager } from '@mikro-orm/core';
import { sql } from 'kysely';
import { kysely } from '../../db/kysely.ts';

/**
 * Detaches the audit rows of a user that is about to be removed, within the caller's transaction: the rows stay, and
 * `meta_json` keeps the id as `actor_eliminado`. The account's own removal row tells whose id that was.
 */
export async function keepRowsOfActor(em: EntityManager, id_usuario: number): Promise<void> {
  await kysely(em)
    .updateTable('ClinicalAudit')
    .set({
      actor_id_usuario: null,
      // The predecessor's text is left as it is when it is no JSON.
      meta_json: sql<string>`case when meta_json is null or json_valid(meta_json)
        then json_set(coalesce(meta_json, '{}'), '$.actor_eliminado', ${sql.lit(id_usuario)})
        else meta_json end`,
    })
    .where('actor_id_usuario', '=', id_usuario)
    .execute();
}
