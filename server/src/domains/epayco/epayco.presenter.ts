import type { PaymentCheckout, PaymentEvent, PaymentEventDetail, PaymentValidation } from '@som3d/contract';
import { isRecord } from '../../base/raw-json.ts';
import type { Validation } from '../../gateways/epayco/gateway.ts';
import { stateOf } from '../../gateways/epayco/states.ts';
import type { CheckoutRow } from './epayco.queries.ts';
import type { EventRow } from './inbox.ts';

function iso(instant: Date | null): string | null {
  return instant?.toISOString() ?? null;
}

/** A row of the inbox as the contract shows it. */
export function presentEvent(row: Omit<EventRow, 'payload_json' | 'variantes_json'>): PaymentEvent {
  return {
    id_event: row.id_event,
    ref_payco: row.ref_payco,
    transaction_id: row.transaction_id,
    cod_response: row.cod_response,
    estado_pago: stateOf(row.cod_response),
    firma_valida: Boolean(row.firma_valida),
    origen: row.origen,
    estado: row.estado,
    resultado: row.resultado,
    invoice: row.invoice,
    id_suscripcion: row.id_suscripcion,
    amount: row.amount,
    currency: row.currency,
    test_request: row.test_request,
    received_count: row.received_count,
    attempts: row.attempts,
    last_error: row.last_error,
    por_reembolsar: Boolean(row.por_reembolsar),
    aceptado_por: row.aceptado_por,
    next_attempt_at: iso(row.next_attempt_at),
    last_received_at: iso(row.last_received_at),
    processed_at: iso(row.processed_at),
    created_at: row.created_at.toISOString(),
  };
}

export function presentEventDetail(row: EventRow): PaymentEventDetail {
  return {
    ...presentEvent(row),
    payload: JSON.parse(row.payload_json ?? '{}') as Record<string, string>,
  };
}

/** The gateway's answer about a reference, with the payment's state in the service's word. */
export function presentValidation(ref_payco: string, { answer, payment }: Validation): PaymentValidation {
  const { data } = answer;
  return {
    ...answer,
    success: true,
    ref_payco,
    estado: stateOf(payment.x_cod_response),
    data: isRecord(data) ? data : {},
    raw: answer,
  };
}

/** A reference that the gateway does not know. */
export function presentUnknown(ref_payco: string): PaymentValidation {
  const answer = { success: false, message: 'La pasarela no conoce la referencia' };
  return { ...answer, ref_payco, raw: answer };
}

/** An issued checkout as the contract shows it. */
export function presentCheckoutRow(row: CheckoutRow): PaymentCheckout {
  return {
    id_checkout: row.id_checkout,
    invoice: row.invoice,
    id_suscripcion: row.id_suscripcion,
    id_plan: row.id_plan,
    pagador: row.hospital ?? (row.nombre === null ? null : `${row.nombre} ${row.apellido}`),
    correo: row.hospital_correo ?? row.correo,
    amount: row.amount,
    currency: row.currency,
    test: Boolean(row.test),
    estado: row.estado,
    ref_payco: row.ref_payco,
    attempts: row.attempts,
    last_error: row.last_error,
    next_attempt_at: iso(row.next_attempt_at),
    used_at: iso(row.used_at),
    created_at: row.created_at.toISOString(),
  };
}
