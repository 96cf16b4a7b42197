import type { EntityManager } from '@mikro-orm/core';
import type { AuditEntry, AuditQuery } from '@som3d/contract';
import { isRecord } from '../../base/raw-json.ts';
import { jsonOrText } from '../../db/json-text.ts';
import { kysely, toInstant } from '../../db/kysely.ts';
import { mapPage, readPage } from '../../http/pages.ts';

interface Range {
  readonly start?: Date;
  /** Not part of the range. */
  readonly end?: Date;
}

/** Who it was is part of what a reader should know, once the account has been removed. */
function metaOf(text: string | null, actor_eliminado: number | null): unknown {
  const meta = jsonOrText(text);
  if (actor_eliminado === null) return meta;
  return isRecord(meta) || meta === null ? { ...meta, actor_eliminado } : { texto: meta, actor_eliminado };
}

/** One page of audit rows, newest first. */
export async function listAudit(em: EntityManager, query: AuditQuery, { start, end }: Range) {
  let rows = kysely(em)
    .selectFrom('ClinicalAudit as a')
    .leftJoin('Usuario as u', 'u.id_usuario', 'a.actor_id_usuario')
    .select([
      'a.id_audit',
      'a.entity_type',
      'a.entity_id',
      'a.action',
      'a.actor_id_usuario',
      'u.correo as actor',
      'a.before_json',
      'a.after_json',
      'a.meta_json',
      'a.actor_eliminado',
      'a.created_at',
    ]);
  if (query.entity_type) rows = rows.where('a.entity_type', '=', query.entity_type);
  if (query.entity_id !== undefined) rows = rows.where('a.entity_id', '=', query.entity_id);
  if (query.action) rows = rows.where('a.action', '=', query.action);
  const { actor } = query;
  if (actor !== undefined) {
    rows = rows.where((where) =>
      where.or([where('a.actor_id_usuario', '=', actor), where('a.actor_eliminado', '=', actor)]),
    );
  }
  if (start) rows = rows.where('a.created_at', '>=', start);
  if (end) rows = rows.where('a.created_at', '<', end);
  const page = await readPage(rows.orderBy('a.created_at', 'desc').orderBy('a.id_audit', 'desc'), query);
  return mapPage(page, ({ before_json, after_json, meta_json, actor_eliminado, created_at, ...row }): AuditEntry => ({
    ...row,
    before: jsonOrText(before_json),
    after: jsonOrText(after_json),
    meta: metaOf(meta_json, actor_eliminado),
    before_json,
    after_json,
    meta_json,
    created_at: toInstant(created_at).toISOString(),
  }));
}
