import { z } from 'zod';
import { c, defineRoutes, Id, Page, problems, scalars } from './common/index.ts';

/** The fields with which a browser opens a checkout of the payment gateway: those of its script tag. */
export const Checkout = z
  .object({
    key: z.string().meta({ description: 'Llave pública de la cuenta' }),
    amount: z.string().meta({ description: 'COP con dos decimales', examples: ['39900.00'] }),
    name: z.string(),
    description: z.string(),
    currency: z.literal('cop'),
    country: z.literal('co'),
    lang: z.literal('es'),
    test: z.boolean(),
    external: z.boolean(),
    response: z.string().meta({ description: 'Página a la que vuelve quien paga' }),
    confirmation: z.string().meta({ description: 'Dirección que recibe la confirmación' }),
    invoice: z.string().meta({ description: 'Única para cada intento' }),
    extra1: z.string().meta({ description: 'Identificador de la suscripción' }),
    tax: z.string(),
    tax_base: z.string(),
    tax_ico: z.string(),
    name_billing: z.string().optional(),
    email_billing: z.string().optional(),
    mobilephone_billing: z.string().optional(),
    address_billing: z.string().optional(),
    session_id: z.string().optional().meta({
      description: 'Sesión de Smart Checkout v2, cuyo monto no se puede cambiar; ausente si no se pudo crear',
    }),
  })
  .meta({ id: 'Checkout' });
export type Checkout = z.infer<typeof Checkout>;

/** Answer of the routes that start a subscription. */
export const StartedCheckout = z
  .object({
    suscripcion_id: z.int(),
    checkout: Checkout,
    onpage_html: z.string().meta({ description: 'Etiqueta script de ePayco con los mismos datos' }),
  })
  .meta({ id: 'StartedCheckout' });
export type StartedCheckout = z.infer<typeof StartedCheckout>;

/** States of a payment in answers, derived from the gateway's codes. */
export const PAYMENT_STATUSES = [
  'APROBADO',
  'RECHAZADO',
  'PENDIENTE',
  'FALLIDO',
  'REVERSADO',
  'RETENIDO',
  'INICIADO',
  'EXPIRADO',
  'ABANDONADO',
  'CANCELADO',
  'ANTIFRAUDE',
  'DESCONOCIDO',
] as const;

/** States of a stored confirmation. */
export const EVENT_STATES = ['PENDIENTE', 'PROCESADO', 'RECHAZADO', 'IGNORADO', 'AGOTADO'] as const;

/** A confirmation as the gateway sends it. It sends many more fields; the service keeps all of them. */
export const ConfirmationFields = z
  .looseObject({
    ref_payco: z.string().optional(),
    x_ref_payco: z.string().optional(),
    x_transaction_id: z.string().optional(),
    x_amount: z.string().optional(),
    x_currency_code: z.string().optional(),
    x_cod_response: z.string().optional(),
    x_id_invoice: z.string().optional(),
    x_extra1: z.string().optional(),
    x_test_request: z.string().optional(),
    x_approval_code: z.string().optional(),
    x_signature: z.string().optional(),
  })
  .meta({ id: 'ConfirmationFields' });
export type ConfirmationFields = z.infer<typeof ConfirmationFields>;

export const ConfirmationAnswer = z
  .object({
    ok: z.boolean(),
    duplicado: z.boolean().optional(),
    firma_valida: z.boolean(),
    estado: z.enum(PAYMENT_STATUSES),
    ref: z.string(),
    suscripcion: z.int().nullable(),
    invoice: z.string().nullable(),
  })
  .meta({ id: 'ConfirmationAnswer' });
export type ConfirmationAnswer = z.infer<typeof ConfirmationAnswer>;

/** One confirmation in the inbox. */
export const PaymentEvent = z
  .object({
    id_event: z.int(),
    ref_payco: z.string(),
    transaction_id: z.string(),
    cod_response: z.string(),
    estado_pago: z.enum(PAYMENT_STATUSES),
    firma_valida: z.boolean(),
    estado: z.enum(EVENT_STATES),
    resultado: z.string().nullable().meta({ description: 'Por qué terminó así' }),
    invoice: z.string().nullable(),
    id_suscripcion: z.int().nullable(),
    amount: z.string().nullable(),
    currency: z.string().nullable(),
    test_request: z.string().nullable(),
    received_count: z.int().meta({ description: 'Veces que llegó' }),
    attempts: z.int().meta({ description: 'Veces que se procesó' }),
    last_error: z.string().nullable(),
    next_attempt_at: scalars.Instant.nullable(),
    last_received_at: scalars.Instant.nullable(),
    processed_at: scalars.Instant.nullable(),
    created_at: scalars.Instant,
  })
  .meta({ id: 'PaymentEvent' });
export type PaymentEvent = z.infer<typeof PaymentEvent>;

export const PaymentEventDetail = PaymentEvent.extend({
  payload: z.record(z.string(), z.string()).meta({ description: 'Los valores como llegaron' }),
}).meta({ id: 'PaymentEventDetail' });
export type PaymentEventDetail = z.infer<typeof PaymentEventDetail>;

function upper(value: string) {
  return typeof value === 'string' ? value.trim().toUpperCase() : value;
}
export const PaymentEventQuery = z.object({
  estado: z.preprocess((value: (typeof EVENT_STATES)[number]) => upper(value), z.enum(EVENT_STATES)).optional(),
  firma_valida: scalars.Flag.optional(),
  ref_payco: z.string().trim().min(1).max(120).optional(),
  invoice: z.string().trim().min(1).max(120).optional(),
  id_suscripcion: Id.optional(),
  ...Page,
});
export type PaymentEventQuery = z.infer<typeof PaymentEventQuery>;

const reference = z.string().trim().min(1).max(120).meta({ description: 'Referencia de ePayco' });
const pathParams = z.object({ id: Id });
const page = c.otherResponse({ contentType: 'text/html; charset=utf-8', body: z.string() });

/** Largest body of a confirmation, in bytes. */
const CONFIRMATION_BYTES = 64 * 1024;
const confirmation =
  'Se responde en cuanto queda guardada; la misma llamada dos veces no cambia nada la segunda vez. Antes de activar o revertir se consulta el estado a la pasarela.';

export const epayco = defineRoutes({
  confirm: {
    method: 'POST',
    path: '/epayco/confirmation',
    summary: 'Confirmación de un pago (la llama la pasarela)',
    description: `${confirmation} Admite formulario, multipart y JSON; los valores también pueden venir en la dirección.`,
    metadata: { access: 'public', rawFields: true, bodyBytes: CONFIRMATION_BYTES },
    contentType: 'application/x-www-form-urlencoded',
    query: ConfirmationFields,
    body: ConfirmationFields,
    responses: { 200: ConfirmationAnswer, ...problems(400) },
  },
  confirmByGet: {
    method: 'GET',
    path: '/epayco/confirmation',
    summary: 'Confirmación de un pago por GET (la llama la pasarela)',
    description: confirmation,
    metadata: { access: 'public' },
    query: ConfirmationFields,
    responses: { 200: ConfirmationAnswer, ...problems(400) },
  },
  validate: {
    method: 'GET',
    path: '/epayco/validate',
    summary: 'Lo que la pasarela dice de un pago',
    metadata: { access: 'public' },
    query: z.object({ ref_payco: reference }),
    responses: { 200: z.looseObject({ success: z.boolean() }), ...problems(502) },
  },
  response: {
    method: 'GET',
    path: '/epayco/response',
    summary: 'Página del resultado de un pago, para quien paga',
    metadata: { access: 'public' },
    query: z.object({ ref_payco: z.string().trim().max(120).optional() }),
    responses: { 200: page },
  },
  listEvents: {
    method: 'GET',
    path: '/admin/epayco/events',
    summary: 'Confirmaciones recibidas, la más reciente primero',
    metadata: { access: 'admin' },
    query: PaymentEventQuery,
    responses: { 200: z.array(PaymentEvent) },
  },
  getEvent: {
    method: 'GET',
    path: '/admin/epayco/events/:id',
    summary: 'Una confirmación con los valores que llegaron',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 200: PaymentEventDetail, ...problems(404) },
  },
  retryEvent: {
    method: 'POST',
    path: '/admin/epayco/events/:id/retry',
    summary: 'Procesar de nuevo una confirmación',
    description: 'La consulta otra vez a la pasarela y aplica las mismas reglas. 409 si ya terminó o su firma no vale.',
    metadata: { access: 'admin' },
    pathParams,
    body: c.noBody(),
    responses: { 200: PaymentEvent, ...problems(404, 409) },
  },
});
