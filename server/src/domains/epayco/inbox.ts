import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/core';
import { sql, type Selectable } from 'kysely';
import { kysely, type Database } from '../../db/kysely.ts';
import { inTransaction } from '../../db/transaction.ts';
import { upsert } from '../../db/upsert.ts';
import type { Deps } from '../../deps.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { KEEP_TRYING_MS, pauseAfter, plusMs } from '../../base/backoff.ts';
import { subscriptionOf, type Confirmation, type Hints } from './confirmation.ts';

export type EventRow = Selectable<Database['epayco_event']>;

/** An event that this process may work on until the lease runs out. */
export interface Claim {
  readonly id_event: number;
  readonly token: string;
}

/** What became of a confirmation that was stored. */
export interface Stored {
  readonly duplicate: boolean;
  readonly claim: Claim | null;
}

const KEY = ['ref_payco', 'transaction_id', 'cod_response', 'firma_valida'] as const;

/** Kinds of events that change something, once the gateway has confirmed them: approved, reversed. */
const ACTIONABLE = new Set(['1', '6']);

/** Versions of the unsigned values that are kept for one event; beyond them only the gateway's word counts. */
export const MAX_VARIANTS = 8;
/** Badly signed calls that are kept; older ones go first. */
export const MAX_UNSIGNED = 1000;
/** The same call again makes a settled or waiting event be looked at again, but not more often than this, in ms. */
const LOOK_AGAIN_MS = 15_000;

/** Time that the work on one event may take: the gateway's, and some for the database. */
export function leaseMs({ config }: Pick<Deps, 'config'>): number {
  return config.EPAYCO_TIMEOUT_SECONDS * 1000 + 5_000;
}

export function variantsOf(row: { readonly variantes_json?: string | null }): Hints[] {
  return JSON.parse(row.variantes_json ?? '[]') as Hints[];
}

function sameHints(a: Hints, b: Hints): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** When an event may be looked at again because its call came again; never for one that has had its effect. */
function mayLookAgain(row: EventRow, isNewVariant: boolean, now: Date): boolean {
  if (row.lease_expires_at && row.lease_expires_at > now) return false;
  if (row.estado === 'PENDIENTE' && row.next_attempt_at) {
    const last = row.next_attempt_at.getTime() - pauseAfter(row.attempts);
    return row.next_attempt_at <= now || isNewVariant || last + LOOK_AGAIN_MS <= now.getTime();
  }
  if (row.estado !== 'RECHAZADO' && row.estado !== 'AGOTADO') return false;
  return isNewVariant || (row.processed_at?.getTime() ?? 0) + LOOK_AGAIN_MS <= now.getTime();
}

async function summarise(em: EntityManager, given: Confirmation, now: Date): Promise<void> {
  const settles = given.signed && !ACTIONABLE.has(given.code);
  const estado = settles ? stateOf(given.code) : 'RECIBIDO';
  const row = {
    ref_payco: given.reference,
    transaction_id: given.transaction,
    estado,
    firma_valida: given.signed,
    payload_json: given.payload,
    attempts: 1,
    created_at: now,
    updated_at: now,
  };
  if (!given.signed) return await upsert(em, 'payment_webhook_event', row, ['ref_payco']);
  // What is signed takes an unsigned call's place; what was granted or taken back keeps its state.
  await upsert(em, 'payment_webhook_event', row, ['ref_payco'], {
    attempts: sql`attempts + 1`,
    transaction_id: given.transaction,
    payload_json: sql`case when processed then payload_json else ${given.payload} end`,
    estado: settles ? sql`case when processed then estado else ${estado} end` : sql`estado`,
    firma_valida: true,
    updated_at: now,
  });
}

/** Keeps the newest badly signed calls and forgets the others, with their summaries. */
async function forgetOldUnsigned(em: EntityManager): Promise<void> {
  const db = kysely(em);
  const old = await db
    .selectFrom('epayco_event')
    .select(['id_event', 'ref_payco'])
    .where('firma_valida', '=', 0)
    .orderBy('id_event', 'desc')
    .offset(MAX_UNSIGNED)
    .limit(100)
    .execute();
  if (old.length === 0) return;
  const ids = old.map(({ id_event }) => id_event);
  const references = [...new Set(old.map(({ ref_payco }) => ref_payco))];
  await db.deleteFrom('epayco_event').where('id_event', 'in', ids).where('firma_valida', '=', 0).execute();
  await db
    .deleteFrom('payment_webhook_event')
    .where('ref_payco', 'in', references)
    .where('firma_valida', '=', 0)
    .where('processed', '=', 0)
    .execute();
}

/**
 * Writes a confirmation into the inbox, in one transaction: one row for each distinct event, however often and however
 * much at once it comes.
 *
 * @returns a claim when this call should be worked on now, by this process
 */
export async function storeConfirmation(
  deps: Pick<Deps, 'orm' | 'clock' | 'config'>,
  given: Confirmation,
): Promise<Stored> {
  const token = randomUUID();
  return await inTransaction(deps.orm.em, async (em) => {
    const now = deps.clock();
    const leased = { lease_token: token, lease_expires_at: plusMs(now, leaseMs(deps)) };
    const waits = given.signed && ACTIONABLE.has(given.code);
    const settled = given.signed
      ? { estado: 'IGNORADO' as const, resultado: `${stateOf(given.code)}: no cambia nada` }
      : { estado: 'RECHAZADO' as const, resultado: 'La firma no es válida' };
    await upsert(
      em,
      'epayco_event',
      {
        ref_payco: given.reference,
        transaction_id: given.transaction,
        cod_response: given.code,
        firma_valida: given.signed,
        ...describe(given),
        variantes_json: JSON.stringify([given.hints]),
        received_count: 1,
        attempts: waits ? 1 : 0,
        last_received_at: now,
        created_at: now,
        ...(waits
          ? { estado: 'PENDIENTE' as const, next_attempt_at: now, deadline_at: plusMs(now, KEEP_TRYING_MS), ...leased }
          : { ...settled, processed_at: now }),
      },
      KEY,
      { received_count: sql`received_count + 1`, last_received_at: now },
    );
    const db = kysely(em);
    const row = await db
      .selectFrom('epayco_event')
      .selectAll()
      .where('ref_payco', '=', given.reference)
      .where('transaction_id', '=', given.transaction)
      .where('cod_response', '=', given.code)
      .where('firma_valida', '=', given.signed ? 1 : 0)
      .executeTakeFirstOrThrow();
    await summarise(em, given, now);
    const duplicate = row.received_count > 1;
    if (!given.signed) {
      if (!duplicate) await forgetOldUnsigned(em);
      return { duplicate, claim: null };
    }
    if (!duplicate) return { duplicate, claim: waits ? { id_event: row.id_event, token } : null };

    const variants = variantsOf(row);
    const isNew = variants.length < MAX_VARIANTS && !variants.some((known) => sameHints(known, given.hints));
    const again = waits && mayLookAgain(row, isNew, now);
    if (!isNew && !again) return { duplicate, claim: null };
    const kept = row.estado === 'PROCESADO' || row.estado === 'IGNORADO';
    await db
      .updateTable('epayco_event')
      .set({
        ...(kept ? {} : describe(given)),
        ...(isNew ? { variantes_json: JSON.stringify([...variants, given.hints]) } : {}),
        ...(again
          ? { ...leased, estado: 'PENDIENTE', attempts: row.attempts + 1, next_attempt_at: now, processed_at: null }
          : {}),
        ...(again && row.estado !== 'PENDIENTE' ? { deadline_at: plusMs(now, KEEP_TRYING_MS), resultado: null } : {}),
      })
      .where('id_event', '=', row.id_event)
      .execute();
    return { duplicate, claim: again ? { id_event: row.id_event, token } : null };
  });
}

function describe(given: Confirmation) {
  return {
    ref_payco_redirect: given.hints.redirect,
    estado_pago: stateOf(given.code),
    invoice: given.hints.invoice,
    id_suscripcion: subscriptionOf(given.hints),
    amount: given.amount,
    currency: given.currency,
    test_request: given.hints.test,
    payload_json: given.payload,
  };
}

/** Takes up to `limit` events whose time has come, each for this process alone. */
export async function claimDue(deps: Pick<Deps, 'orm' | 'clock' | 'config'>, limit: number): Promise<Claim[]> {
  const db = kysely(deps.orm.em.fork());
  const now = deps.clock();
  const due = await db
    .selectFrom('epayco_event')
    .select('id_event')
    .where('estado', '=', 'PENDIENTE')
    .where('next_attempt_at', '<=', now)
    .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
    .orderBy('next_attempt_at')
    .limit(limit)
    .execute();
  const claims: Claim[] = [];
  for (const { id_event } of due) {
    const claim = await claimEvent(deps, id_event);
    if (claim) claims.push(claim);
  }
  return claims;
}

/** Takes one event, when it waits and nobody works on it. */
export async function claimEvent(
  deps: Pick<Deps, 'orm' | 'clock' | 'config'>,
  id_event: number,
): Promise<Claim | null> {
  const now = deps.clock();
  const token = randomUUID();
  const { numUpdatedRows } = await kysely(deps.orm.em.fork())
    .updateTable('epayco_event')
    .set({
      lease_token: token,
      lease_expires_at: plusMs(now, leaseMs(deps)),
      attempts: sql`attempts + 1`,
    })
    .where('id_event', '=', id_event)
    .where('estado', '=', 'PENDIENTE')
    .where('next_attempt_at', '<=', now)
    .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n ? { id_event, token } : null;
}
