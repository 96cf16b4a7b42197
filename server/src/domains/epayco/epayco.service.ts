import type { EntityManager } from '@mikro-orm/core';
import type { ConfirmationAnswer, PaymentValidation } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isReference } from '../../gateways/epayco/client.ts';
import { GatewayUnavailable, type GatewayPayment, type Validation } from '../../gateways/epayco/gateway.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { audit } from '../audit/audit.ts';
import type { Actor } from '../../http/context.ts';
import { presentUnknown, presentValidation } from './epayco.presenter.ts';
import { readConfirmation, subscriptionOf, type Confirmation } from './confirmation.ts';
import { getEvent } from './epayco.queries.ts';
import { deadlineOf, storeConfirmation, type EventRow } from './inbox.ts';
import type { PaymentProcessor } from './processor.ts';

/** What the payer's page shows. `state` is where the service stands with the payment; null when it is not its own. */
export type PaymentView =
  | { readonly kind: 'payment'; readonly payment: GatewayPayment; readonly state: EventRow['estado'] | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

function unavailable(cause: unknown): AppError {
  return new AppError('bad_gateway', 'La pasarela de pagos no respondió; intente de nuevo', { cause });
}

/** Confirmations and questions about payments: behaviour.md section 7. */
export class EpaycoService {
  readonly #deps: Deps;
  readonly #processor: PaymentProcessor;

  constructor(deps: Deps, processor: PaymentProcessor) {
    this.#deps = deps;
    this.#processor = processor;
  }

  /**
   * Takes a confirmation in.
   *
   * @throws AppError 400 when it is badly signed, 503 when it could not be stored
   */
  async confirm(fields: Readonly<Record<string, unknown>>): Promise<ConfirmationAnswer> {
    const given = readConfirmation(this.#deps.config, fields);
    const stored = await storeConfirmation(this.#deps, given).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'confirmation not stored');
      throw new AppError('unavailable', 'La confirmación no se pudo guardar; repítala', {
        headers: { 'retry-after': '5' },
        cause: error,
      });
    });
    if (!given.trusted) throw new AppError('bad_request', 'La firma de la confirmación no es válida');
    if (stored.claim) await this.#processor.workBriefly(stored.claim);
    return {
      ok: true,
      ...(stored.duplicate ? { duplicado: true } : {}),
      firma_valida: true,
      estado: await this.#answeredState(given, stored.id_event),
      ref: given.reference,
      suscripcion: subscriptionOf(given.hints),
      invoice: given.hints.invoice,
    };
  }

  /** The gateway's own answer about a reference. @throws AppError 502 when there is none */
  async validate(reference: string): Promise<PaymentValidation> {
    if (!isReference(reference)) return presentUnknown(reference);
    try {
      const found = await this.#deps.epayco.validate(reference);
      if (!found) return presentUnknown(reference);
      await this.#settleSeen(reference, found);
      return presentValidation(reference, found);
    } catch (error) {
      if (error instanceof GatewayUnavailable) throw unavailable(error);
      throw error;
    }
  }

  /** What the payer's page shows of a reference; never fails for the gateway's sake. */
  async view(reference: string | undefined): Promise<PaymentView> {
    if (!reference || !isReference(reference)) return { kind: 'unknown' };
    try {
      const found = await this.#deps.epayco.validate(reference);
      if (!found) return { kind: 'unknown' };
      const state = await this.#settleSeen(reference, found);
      return { kind: 'payment', payment: found.payment, state };
    } catch (error) {
      if (error instanceof GatewayUnavailable) return { kind: 'unavailable' };
      throw error;
    }
  }

  /**
   * Settles a payment whose reference an administrator has, whichever of the two kinds.
   *
   * @throws AppError 404 when the gateway does not know it, 502 when it does not answer
   */
  async enterReference(actor: Actor, reference: string): Promise<EventRow> {
    const isNumber = /^\d+$/.test(reference);
    const found = await this.#lookUp(reference, isNumber);
    const redirect = isNumber ? null : reference;
    const decides = isNumber || this.#publicDecides();
    // What grants time says who entered it: both are written, or neither.
    const within = (em: EntityManager, id: number): void => {
      const entry = { entity_type: 'PAGO', entity_id: id, action: 'CREATE' } as const;
      audit(em, { ...entry, actor_id_usuario: actor.id_usuario, meta: { referencia: reference } }, this.#deps.clock());
    };
    const id_event = found && (await this.#processor.learn({ payment: found, redirect, decides, within }));
    if (!id_event) throw new AppError('not_found', 'La pasarela no conoce la referencia');
    return await getEvent(this.#deps.orm, id_event);
  }

  /** Works on a stored event once more, now. @throws AppError 404, 409 when it has ended or is badly signed */
  async retry(id_event: number): Promise<EventRow> {
    const event = await getEvent(this.#deps.orm, id_event);
    if (!(await this.#reopen(event))) {
      const why = event.firma_valida ? 'La confirmación ya terminó o se está procesando' : 'La firma no es válida';
      throw new AppError('conflict', why);
    }
    return await this.#workOn(id_event);
  }

  /**
   * An administrator decides that an approved payment is a real one, though the gateway does not say so clearly. All
   * other rules hold.
   *
   * @throws AppError 404, 409 when the event does not wait for that decision
   */
  async accept(actor: Actor, id_event: number): Promise<EventRow> {
    const event = await getEvent(this.#deps.orm, id_event);
    const waits = event.estado === 'PENDIENTE' || event.estado === 'AGOTADO';
    const reopened = waits && event.cod_response === '1' && (await this.#reopen(event, actor));
    if (!reopened) throw new AppError('conflict', 'La confirmación no espera una decisión');
    return await this.#workOn(id_event);
  }

  /** What a call is answered: what it says, or what the service knows better. */
  async #answeredState(given: Confirmation, id_event: number): Promise<ConfirmationAnswer['estado']> {
    const said = stateOf(given.code);
    if (said !== 'APROBADO' && said !== 'REVERSADO') return said;
    const { estado } = await getEvent(this.#deps.orm, id_event);
    if (estado === 'RECHAZADO') return 'RECHAZADO';
    return estado === 'PENDIENTE' || estado === 'AGOTADO' ? 'PENDIENTE' : said;
  }

  /**
   * Settles what a payer's question brought to light, when the payment is one of this service. A fault of it does not
   * take the gateway's answer from the payer.
   */
  async #settleSeen(reference: string, { payment }: Validation): Promise<EventRow['estado'] | null> {
    const { orm, log } = this.#deps;
    try {
      if (!(await this.#processor.isOurs(payment))) return null;
      const redirect = reference === payment.x_ref_payco ? null : reference;
      const id_event = await this.#processor.learn({ payment, redirect, decides: this.#publicDecides() });
      return id_event === null ? null : (await getEvent(orm, id_event)).estado;
    } catch (error) {
      log.warn({ err: error, ref_payco: payment.x_ref_payco }, 'a payment that the gateway reported was not settled');
      return null;
    }
  }

  /** With a private key the authenticated interface has the last word. */
  #publicDecides(): boolean {
    return this.#deps.config.EPAYCO_PRIVATE_KEY === undefined;
  }

  async #lookUp(reference: string, isNumber: boolean): Promise<GatewayPayment | null> {
    const { epayco } = this.#deps;
    try {
      if (isNumber) return await epayco.payment(reference, []);
      return (await epayco.validate(reference))?.payment ?? null;
    } catch (error) {
      if (error instanceof GatewayUnavailable) throw unavailable(error);
      throw error;
    }
  }

  /**
   * Makes an event due now, and notes who accepted it. False when it has ended, is badly signed, or is being worked on.
   */
  async #reopen(event: EventRow, acceptedBy?: Actor): Promise<boolean> {
    const { id_event, cod_response, ref_payco } = event;
    const now = this.#deps.clock();
    const deadline_at = deadlineOf(cod_response, this.#deps);
    return await inTransaction(this.#deps.orm.em, async (em) => {
      const { numUpdatedRows } = await kysely(em)
        .updateTable('epayco_event')
        .set({ estado: 'PENDIENTE', attempts: 0, next_attempt_at: now, deadline_at })
        .set(acceptedBy ? { aceptado_por: acceptedBy.id_usuario } : {})
        .where('id_event', '=', id_event)
        .where('firma_valida', '=', 1)
        .where('estado', 'in', ['PENDIENTE', 'RECHAZADO', 'AGOTADO'])
        .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return false;
      if (acceptedBy) {
        const entry = { entity_type: 'PAGO', entity_id: id_event, action: 'UPDATE' } as const;
        const meta = { referencia: ref_payco, motivo: event.resultado ?? event.last_error };
        audit(em, { ...entry, actor_id_usuario: acceptedBy.id_usuario, meta }, now);
      }
      return true;
    });
  }

  async #workOn(id_event: number): Promise<EventRow> {
    const claim = await this.#processor.claim(id_event);
    if (claim) await this.#processor.workBriefly(claim);
    return await getEvent(this.#deps.orm, id_event);
  }
}
