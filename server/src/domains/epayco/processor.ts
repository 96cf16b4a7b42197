import type { EntityManager } from '@mikro-orm/core';
import { setTimeout as pause } from 'node:timers/promises';
import { kysely } from '../../db/kysely.ts';
import type { Claim, ClaimQueue } from '../../db/locks/claim.ts';
import type { Deps } from '../../deps.ts';
import { isReference, paymentOf } from '../../gateways/epayco/client.ts';
import { GatewayUnavailable, type GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { OTHER_CODE, stateOf } from '../../gateways/epayco/states.ts';
import { confirmationOf } from './confirmation.ts';
import { eventQueue, isFollowed, storeConfirmation, variantsOf, type EventRow } from './inbox.ts';
import { endFollowing, postpone, type Outcome } from './event-end.ts';
import { settle } from './settle.ts';

/** Events that one process works on at once. */
const AT_ONCE = 4;

/**
 * How long a confirmation waits for its own processing before it is answered, in ms. The gateway gives 30 s; what is
 * stored is settled all the same.
 */
const INLINE_MS = 8_000;

type ProcessorDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'epayco' | 'log'>;
type WorkedOn = Pick<EventRow, 'ref_payco' | 'cod_response' | 'variantes_json' | 'payload_json'>;

/** What the gateway said about a payment, and how the service came to ask. */
export interface Learned {
  readonly payment: GatewayPayment;
  /** Reference of the payer's redirect that led to it. */
  readonly redirect?: string | null;
  /** It was asked as for a decision about money: it decides as it is. */
  readonly decides: boolean;
  /** What is written in the transaction that stores the event. */
  readonly within?: (em: EntityManager, id_event: number) => void;
}

/** Settles events of the inbox: confirms them with the gateway, then grants or takes back. */
export class PaymentProcessor {
  readonly #deps: ProcessorDeps;
  readonly #queue: ClaimQueue;
  readonly #working = new Set<Promise<unknown>>();

  constructor(deps: ProcessorDeps) {
    this.#deps = deps;
    this.#queue = eventQueue(deps);
  }

  /** Takes one event that waits. Null when it does not, or another process works on it. */
  async claim(id_event: number): Promise<Claim | null> {
    return await this.#queue.claim(id_event);
  }

  /** Works on a claimed event; returns when it is done, or earlier so that its caller is answered in time. */
  async workBriefly(claim: Claim, known?: GatewayPayment): Promise<void> {
    const limit = new AbortController();
    await Promise.race([
      this.#work(claim, known).finally(() => limit.abort()),
      pause(INLINE_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ]);
  }

  /**
   * Stores what the gateway said as an event of its own and settles it at once. It needs no signature.
   *
   * @returns the event; null for an answer that cannot be stored
   */
  async learn({ payment, redirect = null, decides, within }: Learned): Promise<number | null> {
    const given = confirmationOf(payment, redirect);
    if (!given) return null;
    const stored = await storeConfirmation(this.#deps, given, within);
    if (stored.claim) await this.workBriefly(stored.claim, decides ? payment : undefined);
    return stored.id_event;
  }

  /** Whether a payment is one of this service: its invoice was issued here, or the gateway has called about it. */
  async isOurs({ x_id_invoice, x_ref_payco }: GatewayPayment): Promise<boolean> {
    const db = kysely(this.#deps.orm.em.fork());
    const issued = db
      .selectFrom('epayco_checkout')
      .select('id_checkout')
      .where('invoice', '=', x_id_invoice ?? '');
    if (await issued.executeTakeFirst()) return true;
    const called = db
      .selectFrom('epayco_event')
      .select('id_event')
      .where('ref_payco', '=', x_ref_payco ?? '');
    return (await called.where('firma_valida', '=', 1).executeTakeFirst()) !== undefined;
  }

  /** Works on every event that is due. */
  async runDue(signal?: AbortSignal): Promise<void> {
    await this.#queue.workOff(AT_ONCE, async (claim) => await this.#work(claim), signal);
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#working);
  }

  /** Never fails: when not even the end of an event can be written, the event is free again once its lease has run out. */
  async #work(claim: Claim, known?: GatewayPayment): Promise<void> {
    const job = this.#process(claim, known).catch((error: unknown) => {
      this.#deps.log.warn({ err: error, id_event: claim.id }, 'payment event not settled; the next round retries');
    });
    this.#working.add(job);
    await job.finally(() => this.#working.delete(job));
  }

  async #process(claim: Claim, known?: GatewayPayment): Promise<Outcome> {
    const { log, config } = this.#deps;
    const id_event = claim.id;
    try {
      const event = await this.#read(claim);
      const payment = known ?? (await this.#ask(event));
      const outcome = isFollowed(event.cod_response)
        ? await this.#follow(claim, event, payment)
        : await settle(this.#deps, claim, payment, known !== undefined || config.EPAYCO_VERIFY_STATE);
      log.info({ id_event, outcome }, 'payment event');
      return outcome;
    } catch (error) {
      const away = error instanceof GatewayUnavailable;
      log.warn({ id_event, ...(away ? { reason: error.message } : { err: error }) }, 'payment event postponed');
      const reason = away ? 'La pasarela no respondió' : 'Error al procesar; vea el registro del servicio';
      return await postpone(this.#deps, claim, { reason });
    }
  }

  async #read({ id }: Claim): Promise<WorkedOn> {
    return await kysely(this.#deps.orm.em.fork())
      .selectFrom('epayco_event')
      .select(['ref_payco', 'cod_response', 'variantes_json', 'payload_json'])
      .where('id_event', '=', id)
      .executeTakeFirstOrThrow();
  }

  /** The gateway's word about an event's payment; the call's own where it is not verified. */
  async #ask(event: WorkedOn): Promise<GatewayPayment | null> {
    const { config, epayco } = this.#deps;
    if (!config.EPAYCO_VERIFY_STATE)
      return paymentOf(JSON.parse(event.payload_json ?? '{}') as Record<string, unknown>);
    const redirects = variantsOf(event).flatMap(({ redirect }) => redirect ?? []);
    return await epayco.payment(event.ref_payco, [...new Set(redirects)].filter(isReference));
  }

  /** Looks how a payment goes on. What it has become is an event of its own, with all rules for it. */
  async #follow(claim: Claim, event: WorkedOn, payment: GatewayPayment | null): Promise<Outcome> {
    if (payment?.x_ref_payco !== event.ref_payco) {
      return await postpone(this.#deps, claim, { reason: 'La pasarela no conoce la referencia' });
    }
    const code = payment.x_cod_response ?? '';
    if (isFollowed(code) || code === OTHER_CODE) {
      return await postpone(this.#deps, claim, { reason: `La pasarela dice ${stateOf(code)}`, pending: code !== '' });
    }
    await this.learn({ payment, decides: true });
    return await endFollowing(this.#deps, claim, code);
  }
}
