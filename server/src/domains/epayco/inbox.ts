import type { EntityManager } from '@mikro-orm/core';
import { sql, type Selectable } from 'kysely';
import { pauseAfter, plusMs, type Backoff } from '../../base/backoff.ts';
import { kysely, type Database } from '../../db/kysely.ts';
import { ClaimQueue, type Claim } from '../../db/locks/claim.ts';
import { inTransaction } from '../../db/transaction.ts';
import { upsert } from '../../db/upsert.ts';
import type { Deps } from '../../deps.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { FOLLOW, pendingMs } from '../checkout/follow.ts';
import { subscriptionOf, type Confirmation, type Hints } from './confirmation.ts';
import { forgetOldUnsigned } from './unsigned.ts';

export type EventRow = Selectable<Database['epayco_event']>;
type InboxDeps = Pick<Deps, 'orm' | 'clock' | 'config'>;

/** What became of a confirmation that was stored. */
export interface Stored {
  readonly id_event: number;
  readonly duplicate: boolean;
  /** Present when this process works on it now. */
  readonly claim: Claim | null;
}

const KEY = ['ref_payco', 'transaction_id', 'cod_response', 'firma_valida'] as const;

/** Approved and reversed: they change something, once the gateway has confirmed them. */
const ACTIONABLE = new Set(['1', '6']);
/** Pending, held, started, antifraud, and a call that gives no state: the gateway is asked how the payment ends. */
const FOLLOWED = new Set(['3', '7', '8', '12', '']);

/** How long an approval or a reversal is tried again before it is left to an administrator, in ms. */
const KEEP_TRYING_MS = 24 * 3_600_000;
const RETRY: Backoff = { firstMs: 5_000, longestMs: 3_600_000 };

/** Versions of the unsigned values that are kept for one event; beyond them only the gateway's word counts. */
export const MAX_VARIANTS = 8;
/** The same call again makes a settled or waiting event be looked at again, but not more often than this, in ms. */
const LOOK_AGAIN_MS = 15_000;

/** Whether an event of this state only follows its payment: it changes nothing itself. */
export function isFollowed(code: string): boolean {
  return FOLLOWED.has(code);
}

/** When the service stops asking about an event of this state. */
export function deadlineOf(code: string, { clock, config }: Pick<InboxDeps, 'clock' | 'config'>): Date {
  return plusMs(clock(), isFollowed(code) ? pendingMs(config) : KEEP_TRYING_MS);
}

/** The pause before an event is looked at again, in ms. */
export function eventPauseMs(code: string, attempts: number): number {
  return isFollowed(code) ? pauseAfter(FOLLOW, attempts + 1) : pauseAfter(RETRY, attempts);
}

/** The inbox as work. A lease is the gateway's time, and some for the database. */
export function eventQueue(deps: InboxDeps): ClaimQueue {
  const leaseMs = deps.config.EPAYCO_TIMEOUT_SECONDS * 1000 + 5_000;
  return new ClaimQueue(deps, { table: 'epayco_event', key: 'id_event', waiting: 'PENDIENTE', leaseMs });
}

export function variantsOf(row: { readonly variantes_json?: string | null }): Hints[] {
  return JSON.parse(row.variantes_json ?? '[]') as Hints[];
}

function sameHints(a: Hints, b: Hints): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether an event is looked at again because its call came again; never one that has had its effect. */
function mayLookAgain(row: EventRow, isNews: boolean, now: Date): boolean {
  if (row.lease_expires_at && row.lease_expires_at > now) return false;
  const waits = row.estado === 'PENDIENTE';
  if (!waits && row.estado !== 'RECHAZADO' && row.estado !== 'AGOTADO') return false;
  if (waits && row.next_attempt_at && row.next_attempt_at <= now) return true;
  const last = waits ? (row.last_attempt_at ?? row.created_at) : row.processed_at;
  return isNews || (last?.getTime() ?? 0) + LOOK_AGAIN_MS <= now.getTime();
}

async function summarise(em: EntityManager, given: Confirmation, now: Date): Promise<void> {
  const settles = given.trusted && !ACTIONABLE.has(given.code);
  const estado = settles ? stateOf(given.code) : 'RECIBIDO';
  const row = {
    ref_payco: given.reference,
    transaction_id: given.transaction,
    estado,
    firma_valida: given.trusted,
    payload_json: given.payload,
    attempts: 1,
    created_at: now,
    updated_at: now,
  };
  if (!given.trusted) return await upsert(em, 'payment_webhook_event', row, ['ref_payco']);
  // What is trusted takes an unsigned call's place; what was granted or taken back keeps its state.
  await upsert(em, 'payment_webhook_event', row, ['ref_payco'], {
    attempts: sql`attempts + 1`,
    transaction_id: given.transaction,
    payload_json: sql`case when processed then payload_json else ${given.payload} end`,
    estado: settles ? sql`case when processed then estado else ${estado} end` : sql`estado`,
    firma_valida: true,
    updated_at: now,
  });
}

/** The columns of a new event that say what happens with it. */
function fateOf(given: Confirmation, deps: InboxDeps, lease: ReturnType<ClaimQueue['newLease']> | null) {
  const now = deps.clock();
  const waiting = { estado: 'PENDIENTE' as const, deadline_at: deadlineOf(given.code, deps) };
  if (!given.trusted) return { estado: 'RECHAZADO' as const, resultado: 'La firma no es válida', processed_at: now };
  if (lease) return { ...waiting, attempts: 1, next_attempt_at: now, ...lease };
  // The state was said just now: there is no use in asking at once.
  if (isFollowed(given.code)) return { ...waiting, next_attempt_at: plusMs(now, eventPauseMs(given.code, 0)) };
  return { estado: 'IGNORADO' as const, resultado: `${stateOf(given.code)}: no cambia nada`, processed_at: now };
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

/**
 * Writes a confirmation, or the gateway's own word, into the inbox, in one transaction: one row for each distinct event,
 * however often and however much at once it comes.
 *
 * @param within joins that transaction, once the event has its id
 * @returns with a claim when this process is to work on it now
 */
export async function storeConfirmation(
  deps: InboxDeps,
  given: Confirmation,
  within?: (em: EntityManager, id_event: number) => void,
): Promise<Stored> {
  return await inTransaction(deps.orm.em, async (em) => {
    const stored = await store(em, deps, given);
    within?.(em, stored.id_event);
    return stored;
  });
}

async function store(em: EntityManager, deps: InboxDeps, given: Confirmation): Promise<Stored> {
  // An approval and a reversal are worked on at once, and so is a call that gives no state.
  const works = given.trusted && (ACTIONABLE.has(given.code) || (given.code === '' && given.origin === 'CONFIRMACION'));
  const now = deps.clock();
  const lease = eventQueue(deps).newLease(now);
  await upsert(
    em,
    'epayco_event',
    {
      ref_payco: given.reference,
      transaction_id: given.transaction,
      cod_response: given.code,
      firma_valida: given.trusted,
      origen: given.origin,
      ...describe(given),
      variantes_json: JSON.stringify([given.hints]),
      received_count: 1,
      attempts: 0,
      last_received_at: now,
      created_at: now,
      ...fateOf(given, deps, works ? lease : null),
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
    .where('firma_valida', '=', given.trusted ? 1 : 0)
    .executeTakeFirstOrThrow();
  await summarise(em, given, now);
  const { id_event } = row;
  const duplicate = row.received_count > 1;
  const claim = { id: id_event, token: lease.lease_token };
  if (!given.trusted) {
    if (!duplicate) await forgetOldUnsigned(em);
    return { id_event, duplicate, claim: null };
  }
  if (!duplicate) return { id_event, duplicate, claim: works ? claim : null };

  const variants = variantsOf(row);
  const isNew = variants.length < MAX_VARIANTS && !variants.some((known) => sameHints(known, given.hints));
  const isAnswer = given.origin === 'CONSULTA' && row.estado === 'PENDIENTE';
  const again = works && mayLookAgain(row, isNew || isAnswer, now);
  if (!isNew && !again) return { id_event, duplicate, claim: null };
  // The values of a call stay as they came.
  const kept = given.origin === 'CONSULTA' || row.estado === 'PROCESADO' || row.estado === 'IGNORADO';
  await db
    .updateTable('epayco_event')
    .set({
      ...(kept ? {} : describe(given)),
      ...(isNew ? { variantes_json: JSON.stringify([...variants, given.hints]) } : {}),
      ...(again
        ? { ...lease, estado: 'PENDIENTE', attempts: row.attempts + 1, next_attempt_at: now, processed_at: null }
        : {}),
      ...(again && row.estado !== 'PENDIENTE' ? { deadline_at: deadlineOf(given.code, deps), resultado: null } : {}),
    })
    .where('id_event', '=', id_event)
    .execute();
  return { id_event, duplicate, claim: again ? claim : null };
}
