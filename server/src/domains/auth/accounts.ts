import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { SqlitePlatform } from '@mikro-orm/sql';
import { sql } from 'kysely';
import { AppError } from '../../base/errors.ts';
import { Usuario } from '../../db/entities/auth.entity.ts';
import { uniqueViolation } from '../../db/errors.ts';
import { kysely } from '../../db/kysely.ts';

export const CORREO_TAKEN = 'Correo ya registrado';

/** Maps an e-mail address that is another account's, also one that was taken at the same moment, to its 409. */
export function refuseTakenCorreo(error: unknown): never {
  if (uniqueViolation(error) === 'uq_usuario_correo') throw new AppError('conflict', CORREO_TAKEN, { cause: error });
  throw error;
}

/**
 * The account with exactly this address, whatever its case. MySQL compares without accents: a row that it finds under
 * another spelling is another person's account.
 *
 * @param correo in lower case, as the contract gives it
 */
export async function findAccount(em: EntityManager, correo: string): Promise<Usuario | null> {
  const user = await em.findOne(Usuario, { correo });
  return user?.correo.toLowerCase() === correo ? user : null;
}

/** An address without case and accents, as MySQL's unique key compares it. */
function folded(correo: string): string {
  return correo.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Accounts whose address differs from this one by case and accents alone: as MySQL's unique key compares, on both. */
async function similarAccounts(em: EntityManager, correo: string) {
  const all = kysely(em).selectFrom('Usuario').select(['id_usuario', 'correo']);
  if (!(em.getPlatform() instanceof SqlitePlatform)) return await all.where('correo', '=', correo).execute();
  // SQLite folds ASCII alone: the few addresses with other letters are looked through.
  const key = folded(correo);
  const candidates = await all
    .where((where) => where.or([where('correo', '=', key), sql<boolean>`correo glob '*[^ -~]*'`]))
    .execute();
  return candidates.filter((row) => folded(row.correo) === key);
}

/** Whether another account has this address, or one that differs by case and accents alone. */
export async function isTaken(em: EntityManager, correo: string, exceptId?: number): Promise<boolean> {
  const similar = await similarAccounts(em, correo);
  return similar.some((row) => row.id_usuario !== exceptId);
}

/**
 * 409 when another account has this address. Asked in the transaction that writes it.
 *
 * @throws AppError 409
 */
export async function requireFreeCorreo(em: EntityManager, correo: string, exceptId?: number): Promise<void> {
  if (await isTaken(em, correo, exceptId)) throw new AppError('conflict', CORREO_TAKEN);
}

/**
 * What limits and counts name an account by: its id, which has one spelling, or the digest of an address that no account
 * has. At most 64 characters.
 */
export function subjectOf(user: Pick<Usuario, 'id_usuario'> | null, correo: string): string {
  if (user) return `u:${user.id_usuario}`;
  return `c:${createHash('sha256').update(correo).digest('hex').slice(0, 40)}`;
}
