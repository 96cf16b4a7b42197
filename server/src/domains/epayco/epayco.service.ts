import type { ConfirmationAnswer } from '@som3d/contract';
import { kysely } from '../../db/kysely.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isReference } from '../../gateways/epayco/client.ts';
import { GatewayUnavailable, type GatewayPayment } from '../../gateways/epayco/gateway.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import { textOf } from '../../base/raw-json.ts';
import { KEEP_TRYING_MS, plusMs } from '../../base/backoff.ts';
import { readConfirmation, subscriptionOf } from './confirmation.ts';
import { getEvent } from './epayco.queries.ts';
import { claimEvent, storeConfirmation, type EventRow } from './inbox.ts';
import type { PaymentProcessor } from './processor.ts';

/** What the payer's page tells. */
export type PaymentView =
  | { readonly kind: 'payment'; readonly payment: GatewayPayment }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' };

/** Confirmations and questions about payments: behaviour.md section 7. */
export function createEpaycoService(deps: Deps, processor: PaymentProcessor) {
  const { orm, clock, config, epayco, log } = deps;

  /**
   * Takes a confirmation in.
   *
   * @throws AppError 400 when it is badly signed, 503 when it could not be stored
   */
  const confirm = async (fields: Readonly<Record<string, unknown>>): Promise<ConfirmationAnswer> => {
    const given = readConfirmation(config, fields);
    const stored = await storeConfirmation(deps, given).catch((error: unknown) => {
      log.warn({ err: error }, 'confirmation not stored');
      throw new AppError('unavailable', 'La confirmación no se pudo guardar; repítala', {
        headers: { 'retry-after': '5' },
        cause: error,
      });
    });
    if (!given.signed) throw new AppError('bad_request', 'La firma de la confirmación no es válida');
    if (stored.claim) await processor.workBriefly(stored.claim);
    return {
      ok: true,
      ...(stored.duplicate ? { duplicado: true } : {}),
      firma_valida: true,
      estado: stateOf(given.code),
      ref: given.reference,
      suscripcion: subscriptionOf(given.hints),
      invoice: given.hints.invoice,
    };
  };

  /** The gateway's own answer about a reference. @throws AppError 502 when there is none */
  const validate = async (reference: string): Promise<Readonly<Record<string, unknown>> & { success: boolean }> => {
    const unknown = { success: false, message: 'La pasarela no conoce la referencia' };
    if (!isReference(reference)) return unknown;
    try {
      const answer = await epayco.validate([reference]);
      return answer ? { ...answer, success: true } : unknown;
    } catch (error) {
      if (!(error instanceof GatewayUnavailable)) throw error;
      throw new AppError('bad_gateway', 'La pasarela de pagos no respondió; intente de nuevo', { cause: error });
    }
  };

  /** What the payer's page tells about a reference; never fails for the gateway's sake. */
  const view = async (reference: string | undefined): Promise<PaymentView> => {
    if (!reference || !isReference(reference)) return { kind: 'unknown' };
    try {
      const data = (await epayco.validate([reference]))?.['data'] as Record<string, unknown> | undefined;
      if (!data) return { kind: 'unknown' };
      const code = data['x_cod_response'] ?? data['x_cod_transaction_state'];
      const texts = Object.entries({ ...data, x_cod_response: code }).map(([name, value]) => [name, textOf(value)]);
      return { kind: 'payment', payment: Object.fromEntries(texts) as GatewayPayment };
    } catch (error) {
      if (error instanceof GatewayUnavailable) return { kind: 'unavailable' };
      throw error;
    }
  };

  /** Works on a stored event once more, now. @throws AppError 404, 409 when it has ended or is badly signed */
  const retry = async (id_event: number): Promise<EventRow> => {
    const event = await getEvent(orm, id_event);
    const now = clock();
    const { numUpdatedRows } = await kysely(orm.em.fork())
      .updateTable('epayco_event')
      .set({ estado: 'PENDIENTE', attempts: 0, next_attempt_at: now, deadline_at: plusMs(now, KEEP_TRYING_MS) })
      .where('id_event', '=', id_event)
      .where('firma_valida', '=', 1)
      .where('estado', 'in', ['PENDIENTE', 'RECHAZADO', 'AGOTADO'])
      .where((where) => where.or([where('lease_expires_at', 'is', null), where('lease_expires_at', '<=', now)]))
      .executeTakeFirst();
    if (numUpdatedRows !== 1n) {
      const why = event.firma_valida ? 'La confirmación ya terminó o se está procesando' : 'La firma no es válida';
      throw new AppError('conflict', why);
    }
    const claim = await claimEvent(deps, id_event);
    if (claim) await processor.workBriefly(claim);
    return await getEvent(orm, id_event);
  };

  return { confirm, validate, view, retry };
}
