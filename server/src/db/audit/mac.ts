import { createHmac } from 'node:crypto';

/** A row of the audit as its seal covers it: what is stored, in the forms that both databases give back. */
export interface SealedContent {
  readonly id_audit: number;
  readonly entity_type: string;
  readonly entity_id: number;
  readonly action: string;
  readonly actor_id_usuario: number | null;
  /** Who it was, once the account has been removed. */
  readonly actor_eliminado: number | null;
  readonly before_json: string | null;
  readonly after_json: string | null;
  readonly meta_json: string | null;
  readonly created_at: Date;
}

export const SEALED_COLUMNS = [
  'id_audit',
  'entity_type',
  'entity_id',
  'action',
  'actor_id_usuario',
  'actor_eliminado',
  'before_json',
  'after_json',
  'meta_json',
  'created_at',
] as const;

function hmac(key: Buffer, ...parts: readonly unknown[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex');
}

/**
 * The seal of a row: HMAC-SHA256 over its position, its content and the seal of the row before it. The actor's two
 * columns count as one, since the removal of an account moves the number from one to the other.
 *
 * @param previous the seal at the position before; an empty text at the beginning
 * @returns 64 hexadecimal digits
 */
export function sealOf(key: Buffer, previous: string, seq: number, row: SealedContent): string {
  return hmac(
    key,
    previous,
    seq,
    row.id_audit,
    row.entity_type,
    row.entity_id,
    row.action,
    row.actor_id_usuario ?? row.actor_eliminado,
    row.before_json,
    row.after_json,
    row.meta_json,
    row.created_at.getTime(),
  );
}

/** Where rows of the beginning were removed because they were old enough, a signature over the last of them says so. */
export function checkpointSignature(key: Buffer, seq: number, mac: string): string {
  return hmac(key, 'checkpoint', seq, mac);
}
