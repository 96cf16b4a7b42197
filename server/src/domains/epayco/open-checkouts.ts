import { pauseAfter, plusMs } from '../../base/backoff.ts';
import { kysely } from '../../db/kysely.ts';
import { ClaimQueue, FREE, type Claim } from '../../db/locks/claim.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { GatewayUnavailable } from '../../gateways/epayco/gateway.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { FOLLOW, pendingMs } from '../checkout/follow.ts';
import type { PaymentProcessor } from './processor.ts';

const UNAVAILABLE = 'La pasarela no respondió';
const UNKNOWN = 'La pasarela no conoce la factura';
/** Calls of the gateway that one checkout takes at most: the question by invoice, and one for each payment of it. */
const MOST_CALLS = 21;

type OpenCheckoutDeps = Pick<Deps, 'orm' | 'clock' | 'config' | 'epayco' | 'log'>;

/**
 * Asks the gateway about checkouts that were issued and not paid, by their invoice: a payment whose confirmation is lost
 * is found all the same. Pauses grow from minutes to hours, until EPAYCO_PENDING_DAYS after the checkout. Only the
 * authenticated interface knows invoices: without a private key nothing is asked.
 */
export class OpenCheckouts {
  readonly #deps: OpenCheckoutDeps;
  readonly #processor: PaymentProcessor;
  readonly #queue: ClaimQueue;

  constructor(deps: OpenCheckoutDeps, processor: PaymentProcessor) {
    const leaseMs = MOST_CALLS * deps.config.EPAYCO_TIMEOUT_SECONDS * 1000;
    this.#deps = deps;
    this.#processor = processor;
    this.#queue = new ClaimQueue(deps, { table: 'epayco_checkout', key: 'id_checkout', waiting: 'ABIERTO', leaseMs });
  }

  /** Logs what this configuration cannot do with real payments. */
  warnOfLimits(): void {
    const { EPAYCO_TEST, EPAYCO_PRIVATE_KEY } = this.#deps.config;
    if (EPAYCO_TEST || EPAYCO_PRIVATE_KEY !== undefined) return;
    this.#deps.log.warn(
      'EPAYCO_PRIVATE_KEY is not configured: states come from public endpoints that may not know a payment, checkouts are not asked about, and their amounts are set in the browser',
    );
  }

  /** Asks about every checkout that is due. */
  async runDue(signal?: AbortSignal): Promise<void> {
    if (!this.#canAsk()) return;
    await this.#queue.workOff(1, async (claim) => await this.#tryAsk(claim, signal), signal);
  }

  /**
   * Asks about one open checkout now, for an administrator.
   *
   * @throws AppError 409 when it is paid, is being asked about, or there is no private key; 502 without an answer
   */
  async askNow(id_checkout: number): Promise<void> {
    if (!this.#canAsk()) {
      const how = 'registre la referencia del pago';
      throw new AppError('conflict', `Sin EPAYCO_PRIVATE_KEY la pasarela no busca por factura; ${how}`);
    }
    const now = this.#deps.clock();
    await kysely(this.#deps.orm.em.fork())
      .updateTable('epayco_checkout')
      .set({ next_attempt_at: now })
      .where('id_checkout', '=', id_checkout)
      .where('estado', '=', 'ABIERTO')
      .execute();
    const claim = await this.#queue.claim(id_checkout);
    if (!claim) throw new AppError('conflict', 'La factura ya se pagó, o se está consultando en este momento');
    try {
      await this.#ask(claim);
    } catch (error) {
      if (!(error instanceof GatewayUnavailable)) throw error;
      throw new AppError('bad_gateway', 'La pasarela de pagos no respondió; intente de nuevo', { cause: error });
    }
  }

  #canAsk(): boolean {
    const { EPAYCO_PRIVATE_KEY, EPAYCO_VERIFY_STATE } = this.#deps.config;
    return EPAYCO_PRIVATE_KEY !== undefined && EPAYCO_VERIFY_STATE;
  }

  /** A checkout that cannot be asked about does not keep the others from it. */
  async #tryAsk(claim: Claim, signal?: AbortSignal): Promise<void> {
    try {
      await this.#ask(claim, signal);
    } catch (error) {
      const away = error instanceof GatewayUnavailable;
      this.#deps.log.warn(
        { id_checkout: claim.id, ...(away ? { reason: error.message } : { err: error }) },
        'question about a checkout postponed',
      );
    }
  }

  /** @throws GatewayUnavailable; the checkout is then due again after a pause */
  async #ask(claim: Claim, signal?: AbortSignal): Promise<void> {
    let seen = UNAVAILABLE;
    try {
      seen = await this.#look(claim, signal);
    } finally {
      await this.#letGo(claim, seen);
    }
  }

  /** Settles every payment of the invoice. @returns what the gateway said, in Spanish */
  async #look({ id }: Claim, signal?: AbortSignal): Promise<string> {
    const { epayco } = this.#deps;
    const { invoice } = await kysely(this.#deps.orm.em.fork())
      .selectFrom('epayco_checkout')
      .select('invoice')
      .where('id_checkout', '=', id)
      .executeTakeFirstOrThrow();
    const states: string[] = [];
    for (const reference of await epayco.referencesOf(invoice)) {
      // A process that ends does not wait for many answers: the checkout is due again later.
      if (signal?.aborted) return UNAVAILABLE;
      // The answer by invoice names payments; the look-up by number decides about each.
      const payment = await epayco.payment(reference, []);
      if (!payment) continue;
      states.push(`${reference} ${stateOf(payment.x_cod_response)}`);
      if (await this.#processor.isOurs(payment)) await this.#processor.learn({ payment, decides: true });
    }
    return states.length === 0 ? UNKNOWN : `La pasarela dice ${states.join(', ')}`.slice(0, 255);
  }

  async #letGo({ id, token }: Claim, seen: string): Promise<void> {
    const db = kysely(this.#deps.orm.em.fork());
    const now = this.#deps.clock();
    const held = await db
      .selectFrom('epayco_checkout')
      .select(['attempts', 'created_at'])
      .where('id_checkout', '=', id)
      .executeTakeFirstOrThrow();
    const next = plusMs(now, pauseAfter(FOLLOW, held.attempts + 1));
    const over = next >= plusMs(held.created_at, pendingMs(this.#deps.config));
    await db
      .updateTable('epayco_checkout')
      .set({ last_error: seen, next_attempt_at: over ? null : next, ...FREE })
      .where('id_checkout', '=', id)
      .where('lease_token', '=', token)
      .execute();
  }
}
