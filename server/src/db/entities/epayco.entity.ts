import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  exactString,
  identity,
  instantOfInsert,
  instantOfUpdate,
  preciseInstant,
  preciseInstantOfInsert,
} from '../columns.ts';
import { Plan } from './plans.entity.ts';
import { Suscripcion } from './subscriptions.entity.ts';

/** The predecessor's summary of a reference: its newest known state. The inbox (`EpaycoEvent`) holds the events themselves. */
export const WebhookEvent = defineEntity({
  name: 'WebhookEvent',
  tableName: 'payment_webhook_event',
  indexes: [{ name: 'idx_webhook_processed_estado', properties: ['processed', 'estado'] }],
  properties: {
    id_event: identity(),
    ref_payco: p.string().length(120).unique('uq_webhook_ref_payco'),
    transaction_id: p.string().length(120).nullable(),
    estado: p.string().length(40).nullable(),
    firma_valida: p.boolean().default(false),
    payload_json: p.text().nullable(),
    processed: p.boolean().default(false),
    attempts: p.integer().default(0),
    last_error: p.string().length(255).nullable(),
    created_at: instantOfInsert(),
    updated_at: instantOfUpdate(),
  },
});
export type WebhookEvent = InferEntity<typeof WebhookEvent>;

export const CHECKOUT_STATES = ['ABIERTO', 'PAGADO', 'REVERSADO'] as const;

/**
 * A started checkout: a payment must agree with it. `amount` in units of `currency`. While it is ABIERTO the service asks
 * the gateway whether its invoice was paid; `next_attempt_at` is null once that is over.
 */
export const EpaycoCheckout = defineEntity({
  name: 'EpaycoCheckout',
  tableName: 'epayco_checkout',
  indexes: [{ name: 'idx_epaycocheckout_due', properties: ['estado', 'next_attempt_at'] }],
  properties: {
    id_checkout: identity(),
    invoice: exactString(120).unique('uq_epaycocheckout_invoice'),
    id_suscripcion: () =>
      p
        .manyToOne(Suscripcion)
        .mapToPk()
        .nullable()
        .index('idx_epaycocheckout_suscripcion')
        .foreignKeyName('fk_epaycocheckout_suscripcion')
        .deleteRule('set null'),
    id_plan: () =>
      p
        .manyToOne(Plan)
        .mapToPk()
        .nullable()
        .index('idx_epaycocheckout_plan')
        .foreignKeyName('fk_epaycocheckout_plan')
        .deleteRule('set null'),
    amount: p.decimal('number').precision(12).scale(2),
    currency: p.string().length(3).default('COP'),
    test: p.boolean().default(false),
    duracion_meses: p.integer(),
    session_id: p.string().length(190).nullable(),
    estado: p.enum(CHECKOUT_STATES).default('ABIERTO'),
    ref_payco: p.string().length(120).nullable(),
    used_at: preciseInstant().nullable(),
    attempts: p.integer().default(0),
    last_error: p.string().length(255).nullable(),
    next_attempt_at: preciseInstant().nullable(),
    lease_token: exactString(64).nullable(),
    lease_expires_at: preciseInstant().nullable(),
    created_at: preciseInstantOfInsert(),
  },
});
export type EpaycoCheckout = InferEntity<typeof EpaycoCheckout>;

export const INBOX_STATES = ['PENDIENTE', 'PROCESADO', 'RECHAZADO', 'IGNORADO', 'AGOTADO'] as const;
/** How the service came to know of an event: the gateway called, or answered a question. */
export const EVENT_ORIGINS = ['CONFIRMACION', 'CONSULTA'] as const;

/**
 * The inbox: one row for each distinct event, which is a reference, a transaction and a state. `firma_valida` is part of
 * the key, so a badly signed event never takes the place of a trusted one: a well signed call, or the gateway's own
 * answer. Unsigned values can differ between two calls of one event: `variantes_json` keeps the first few versions.
 * `transaction_id` and `cod_response` are the empty string when the gateway sent none: null would not be unique.
 * `por_reembolsar` marks money that came in and bought nothing; `aceptado_por` is the user who decided a held payment.
 */
export const EpaycoEvent = defineEntity({
  name: 'EpaycoEvent',
  tableName: 'epayco_event',
  uniques: [
    { name: 'uq_epaycoevent_distinct', properties: ['ref_payco', 'transaction_id', 'cod_response', 'firma_valida'] },
  ],
  indexes: [
    { name: 'idx_epaycoevent_due', properties: ['estado', 'next_attempt_at'] },
    { name: 'idx_epaycoevent_invoice', properties: ['invoice'] },
    { name: 'idx_epaycoevent_received', properties: ['created_at'] },
    { name: 'idx_epaycoevent_firma', properties: ['firma_valida'] },
  ],
  properties: {
    id_event: identity(),
    ref_payco: exactString(120),
    transaction_id: exactString(120).default(''),
    cod_response: exactString(16).default(''),
    firma_valida: p.boolean(),
    ref_payco_redirect: p.string().length(120).nullable(),
    estado_pago: p.string().length(40).nullable(),
    invoice: exactString(120).nullable(),
    id_suscripcion: p.integer().nullable(),
    amount: p.string().length(40).nullable(),
    currency: p.string().length(10).nullable(),
    test_request: p.string().length(10).nullable(),
    payload_json: p.text().columnType('mediumtext').nullable(),
    variantes_json: p.text().nullable(),
    origen: p.enum(EVENT_ORIGINS).default('CONFIRMACION'),
    estado: p.enum(INBOX_STATES).default('PENDIENTE'),
    resultado: p.string().length(255).nullable(),
    received_count: p.integer().default(1),
    attempts: p.integer().default(0),
    last_error: p.string().length(500).nullable(),
    next_attempt_at: preciseInstant().nullable(),
    deadline_at: preciseInstant().nullable(),
    lease_token: exactString(64).nullable(),
    lease_expires_at: preciseInstant().nullable(),
    last_received_at: preciseInstant().nullable(),
    verified_at: preciseInstant().nullable(),
    last_attempt_at: preciseInstant().nullable(),
    por_reembolsar: p.boolean().default(false),
    aceptado_por: p.integer().nullable(),
    processed_at: preciseInstant().nullable(),
    created_at: preciseInstantOfInsert(),
  },
});
export type EpaycoEvent = InferEntity<typeof EpaycoEvent>;
