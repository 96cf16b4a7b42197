import type { EntityManager } from '@mikro-orm/core';
import { plusMs } from '../../base/backoff.ts';
import { EpaycoEvent, WebhookEvent } from '../../db/entities/epayco.entity.ts';
import { FREE, type Claim } from '../../db/locks/claim.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import type { Decision } from './decision.ts';
import { pendingMs } from '../checkout/follow.ts';
import { eventPauseMs, isFollowed } from './inbox.ts';

export type SettleDeps = Pick<Deps, 'orm' | 'clock' | 'config'>;

/** How the work on an event ended. */
export type Outcome = 'PROCESADO' | 'RECHAZADO' | 'IGNORADO' | 'AGOTADO' | 'PENDIENTE' | 'lost';

/** The event, locked, while the claim holds. */
export async function lockEvent(em: EntityManager, { id, token }: Claim): Promise<EpaycoEvent | null> {
  return await em.findOne(EpaycoEvent, { id_event: id, lease_token: token, estado: 'PENDIENTE' }, FOR_UPDATE);
}

/** The summary of a reference, locked: everything about one payment waits here for its turn. */
export async function lockReference(em: EntityManager, ref_payco: string): Promise<WebhookEvent | null> {
  return await em.findOne(WebhookEvent, { ref_payco }, FOR_UPDATE);
}

/** The decision that an event changes nothing. */
export function ignore(reason: string): Decision & { readonly kind: 'ignore' } {
  return { kind: 'ignore', reason };
}

const STATES = { apply: 'PROCESADO', refuse: 'RECHAZADO', ignore: 'IGNORADO', hold: 'AGOTADO' } as const;

export interface Locked {
  readonly event: EpaycoEvent;
  readonly summary: WebhookEvent | null;
}

/** Writes down how an event ended. */
export function close(
  em: EntityManager,
  { event, summary }: Locked,
  decision: Exclude<Decision, { kind: 'wait' }>,
  { now, verified }: { readonly now: Date; readonly verified: boolean },
): Outcome {
  const effect = event.cod_response === '6' ? 'REVERSADO' : 'APROBADO';
  const applied = decision.kind === 'apply';
  const resultado = decision.kind === 'apply' ? effect : decision.reason;
  em.assign(event, {
    estado: STATES[decision.kind],
    resultado,
    por_reembolsar: verified && decision.kind === 'refuse' && decision.refund === true,
    processed_at: now,
    last_attempt_at: now,
    next_attempt_at: null,
    last_error: null,
    ...FREE,
    ...(verified ? { verified_at: now } : {}),
  });
  if (summary) {
    em.assign(summary, { updated_at: now, last_error: applied ? null : resultado });
    if (applied) em.assign(summary, { processed: true, estado: effect });
  }
  return STATES[decision.kind];
}

/** Why an event waits; `pending` when the gateway itself says that the payment goes on. */
export interface Waiting {
  readonly reason: string;
  readonly pending?: boolean;
}

/**
 * Leaves the event for later. When its time is over it is left to an administrator; one that follows a payment which is
 * still pending then simply ends.
 */
export async function postpone(deps: SettleDeps, claim: Claim, { reason, pending }: Waiting): Promise<Outcome> {
  return await inTransaction(deps.orm.em, async (em) => {
    const event = await lockEvent(em, claim);
    if (!event) return 'lost';
    const summary = await lockReference(em, event.ref_payco);
    const now = deps.clock();
    const deadline = pending ? plusMs(event.created_at, pendingMs(deps.config)) : (event.deadline_at ?? now);
    const over = deadline <= now && (event.deadline_at ?? now) <= now;
    const estado = pending && isFollowed(event.cod_response) ? 'IGNORADO' : 'AGOTADO';
    em.assign(event, {
      last_error: reason,
      last_attempt_at: now,
      next_attempt_at: over ? null : plusMs(now, eventPauseMs(event.cod_response, event.attempts)),
      ...FREE,
      ...(over ? { estado, processed_at: now, resultado: reason } : {}),
    });
    if (summary) em.assign(summary, { last_error: reason, updated_at: now });
    return over ? estado : 'PENDIENTE';
  });
}

/** Ends an event that only followed its payment: what the gateway says now is an event of its own. */
export async function endFollowing(deps: SettleDeps, claim: Claim, code: string): Promise<Outcome> {
  return await inTransaction(deps.orm.em, async (em) => {
    const event = await lockEvent(em, claim);
    if (!event) return 'lost';
    const summary = await lockReference(em, event.ref_payco);
    const how = { now: deps.clock(), verified: true };
    return close(em, { event, summary }, ignore(`La pasarela dice ${stateOf(code)}`), how);
  });
}
