import { z } from 'zod';
import { c, defineRoutes, fields, filter, Id, Page, problems, scalars } from './common/index.ts';

/** The fields with which a browser opens a checkout of the payment gateway: those of its script tag. */
export const Checkout = z
  .object({
    key: z
      .string()
      .meta({ examples: ['491d6a0b6e992cf924edd8d3d088aff1'] })
      .meta({ description: 'Llave pública de la cuenta' }),
    amount: z
      .string()
      .meta({ examples: ['39900.00'] })
      .meta({ description: 'COP con dos decimales', examples: ['39900.00'] }),
    name: z.string().meta({ examples: ['Plan mensual'] }),
    description: z.string().meta({ examples: ['Plan mensual de SOM3D'] }),
    currency: z.literal('cop'),
    country: z.literal('co'),
    lang: z.literal('es'),
    test: z.boolean(),
    external: z.boolean(),
    response: z
      .string()
      .meta({ examples: ['https://api.example.com/epayco/response'] })
      .meta({ description: 'Página a la que vuelve quien paga' }),
    confirmation: z
      .string()
      .meta({ examples: ['https://api.example.com/epayco/confirmation'] })
      .meta({ description: 'Dirección que recibe la confirmación' }),
    invoice: fields.invoice.meta({ description: 'Única para cada intento' }),
    extra1: z
      .string()
      .meta({ examples: ['1'] })
      .meta({ description: 'Identificador de la suscripción' }),
    tax: z.string().meta({ examples: ['0'] }),
    tax_base: z.string().meta({ examples: ['0'] }),
    tax_ico: z.string().meta({ examples: ['0'] }),
    name_billing: z
      .string()
      .meta({ examples: ['María Gómez Rojas'] })
      .optional(),
    email_billing: z
      .string()
      .meta({ examples: ['maria.gomez@example.com'] })
      .optional(),
    mobilephone_billing: z
      .string()
      .meta({ examples: ['+573001234567'] })
      .optional(),
    address_billing: z
      .string()
      .meta({ examples: ['Calle 45 # 12-30'] })
      .optional(),
    session_id: z
      .string()
      .meta({ examples: ['6f1c9d2e0b'] })
      .optional()
      .meta({
        description: 'Sesión de Smart Checkout v2, cuyo monto no se puede cambiar; ausente si no se pudo crear',
      }),
  })
  .meta({ id: 'Checkout', description: 'Los datos con los que el navegador abre el pago de ePayco' });
export type Checkout = z.infer<typeof Checkout>;

/** Answer of the routes that start a subscription. */
export const StartedCheckout = z
  .object({
    suscripcion_id: z.int(),
    checkout: Checkout,
    onpage_html: z
      .string()
      .meta({ examples: ['<script src="https://checkout.epayco.co/checkout.js"></script>'] })
      .meta({ description: 'Etiqueta script de ePayco con los mismos datos' }),
  })
  .meta({ id: 'StartedCheckout', description: 'Una suscripción por pagar, con los datos de la pasarela' });
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

/** How the service came to know of an event: the gateway called, or answered a question. */
export const EVENT_ORIGINS = ['CONFIRMACION', 'CONSULTA'] as const;

/** Where an issued checkout stands. */
export const CHECKOUT_STATES = ['ABIERTO', 'PAGADO', 'REVERSADO'] as const;

/** A confirmation as the gateway sends it. It sends many more fields; the service keeps all of them. */
export const ConfirmationFields = z
  .looseObject({
    ref_payco: z
      .string()
      .optional()
      .meta({ description: 'Referencia de la redirección', examples: ['101012345'] }),
    x_ref_payco: z
      .string()
      .optional()
      .meta({ description: 'Referencia de ePayco', examples: ['101012345'] }),
    x_transaction_id: z
      .string()
      .optional()
      .meta({ description: 'Transacción', examples: ['3411231234567'] }),
    x_amount: z
      .string()
      .optional()
      .meta({ description: 'Monto', examples: ['39900.00'] }),
    x_currency_code: z
      .string()
      .optional()
      .meta({ description: 'Moneda', examples: ['COP'] }),
    x_cod_response: z
      .string()
      .optional()
      .meta({ description: '1 aceptada, 2 rechazada, 3 pendiente, 4 fallida, 6 reversada…', examples: ['1'] }),
    x_response: z
      .string()
      .optional()
      .meta({ description: 'El resultado en palabras', examples: ['Aceptada'] }),
    x_transaction_state: z
      .string()
      .optional()
      .meta({ description: 'El estado en palabras', examples: ['Aceptada'] }),
    x_id_invoice: z
      .string()
      .optional()
      .meta({ description: 'Factura del intento', examples: ['SUB-1-8f2c41d09b7e'] }),
    x_extra1: z
      .string()
      .optional()
      .meta({ description: 'Identificador de la suscripción', examples: ['1'] }),
    x_test_request: z
      .string()
      .optional()
      .meta({ description: 'TRUE si es una prueba', examples: ['FALSE'] }),
    x_approval_code: z
      .string()
      .optional()
      .meta({ description: 'Código de aprobación del banco', examples: ['584921'] }),
    x_signature: z
      .string()
      .optional()
      .meta({
        description: 'SHA-256 de los datos y la llave de la cuenta, en hexadecimal',
        examples: ['6f1ed002ab5595859014ebf0951522d94c8e1bb9a5c8e9a0e4d3b0f2a7c61d55'],
      }),
  })
  .meta({
    id: 'ConfirmationFields',
    description: 'Una confirmación como la envía ePayco; trae más campos, y todos se guardan',
    examples: [
      {
        x_ref_payco: '101012345',
        x_transaction_id: '3411231234567',
        x_amount: '39900.00',
        x_currency_code: 'COP',
        x_cod_response: '1',
        x_response: 'Aceptada',
        x_transaction_state: 'Aceptada',
        x_id_invoice: 'SUB-1-8f2c41d09b7e',
        x_extra1: '1',
        x_test_request: 'FALSE',
        x_approval_code: '584921',
        x_signature: '6f1ed002ab5595859014ebf0951522d94c8e1bb9a5c8e9a0e4d3b0f2a7c61d55',
      },
    ],
  });
export type ConfirmationFields = z.infer<typeof ConfirmationFields>;

export const ConfirmationAnswer = z
  .object({
    ok: z.boolean(),
    duplicado: z.boolean().optional(),
    firma_valida: z.boolean(),
    estado: z.enum(PAYMENT_STATUSES).meta({
      description: 'Lo que la llamada dice, o lo que el servicio ya decidió: un pago rechazado no sale APROBADO',
    }),
    ref: z.string().meta({ examples: ['101012345'] }),
    suscripcion: z.int().nullable(),
    invoice: fields.invoice.nullable(),
  })
  .meta({ id: 'ConfirmationAnswer', description: 'Lo que el servicio entendió de una confirmación' });
export type ConfirmationAnswer = z.infer<typeof ConfirmationAnswer>;

/** One confirmation in the inbox. */
export const PaymentEvent = z
  .object({
    id_event: z.int(),
    ref_payco: fields.ref_payco,
    transaction_id: z.string().meta({ examples: ['3411231234567'] }),
    cod_response: z.string().meta({ examples: ['1'] }),
    estado_pago: z.enum(PAYMENT_STATUSES),
    firma_valida: z.boolean().meta({ description: 'La firma vale, o la pasarela misma lo respondió' }),
    origen: z.enum(EVENT_ORIGINS),
    estado: z.enum(EVENT_STATES),
    resultado: z
      .string()
      .meta({ examples: ['La suscripción quedó activa'] })
      .nullable()
      .meta({ description: 'Por qué terminó así' }),
    invoice: fields.invoice.nullable(),
    id_suscripcion: z.int().nullable(),
    amount: z
      .string()
      .meta({ examples: ['39900.00'] })
      .nullable(),
    currency: fields.currency.nullable(),
    test_request: z
      .string()
      .meta({ examples: ['FALSE'] })
      .nullable(),
    received_count: z.int().meta({ description: 'Veces que llegó' }),
    attempts: z.int().meta({ description: 'Veces que se procesó' }),
    last_error: z
      .string()
      .meta({ examples: ['La pasarela no respondió'] })
      .nullable(),
    por_reembolsar: z.boolean().meta({ description: 'Entró dinero que no compró nada, como un segundo pago' }),
    aceptado_por: z.int().nullable().meta({ description: 'Usuario que aceptó el pago como real' }),
    next_attempt_at: scalars.Instant.nullable(),
    last_received_at: scalars.Instant.nullable(),
    processed_at: scalars.Instant.nullable(),
    created_at: scalars.Instant,
  })
  .meta({ id: 'PaymentEvent', description: 'Una confirmación recibida, y qué se hizo con ella' });
export type PaymentEvent = z.infer<typeof PaymentEvent>;

export const PaymentEventDetail = PaymentEvent.extend({
  payload: z.record(z.string(), z.string()).meta({ description: 'Los valores como llegaron' }),
}).meta({ id: 'PaymentEventDetail', description: 'Una confirmación con los valores como llegaron' });
export type PaymentEventDetail = z.infer<typeof PaymentEventDetail>;

const reference = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .meta({ description: 'Referencia de ePayco', examples: ['101012345'] });
const invoice = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .meta({ description: 'Factura', examples: ['SUB-1-8f2c41d09b7e'] });

export const PaymentEventQuery = z.object({
  estado: filter(EVENT_STATES),
  firma_valida: scalars.Flag.optional().meta({ description: 'Si la firma vale', examples: [true] }),
  por_reembolsar: scalars.Flag.optional().meta({ description: 'Si entró dinero que no compró nada', examples: [true] }),
  ref_payco: reference.optional(),
  invoice: invoice.optional(),
  id_suscripcion: Id.optional().meta({ description: 'Solo de esta suscripción' }),
  ...Page,
});
export type PaymentEventQuery = z.infer<typeof PaymentEventQuery>;

/** An issued checkout, for administrators. */
export const PaymentCheckout = z
  .object({
    id_checkout: z.int(),
    invoice: fields.invoice,
    id_suscripcion: z.int().nullable(),
    id_plan: z.int().nullable(),
    pagador: z
      .string()
      .meta({ examples: ['María Gómez Rojas'] })
      .nullable(),
    correo: fields.correo.nullable(),
    amount: z.number().meta({ description: 'En la moneda indicada' }),
    currency: fields.currency,
    test: z.boolean(),
    estado: z.enum(CHECKOUT_STATES),
    ref_payco: fields.ref_payco.nullable().meta({ description: 'Referencia del pago' }),
    attempts: z.int().meta({ description: 'Veces que se preguntó por ella a la pasarela' }),
    last_error: z
      .string()
      .meta({ examples: ['La pasarela no respondió'] })
      .nullable()
      .meta({ description: 'Lo último que la pasarela respondió' }),
    next_attempt_at: scalars.Instant.nullable(),
    used_at: scalars.Instant.nullable(),
    created_at: scalars.Instant,
  })
  .meta({ id: 'PaymentCheckout', description: 'Una factura emitida, y qué se sabe de su pago' });
export type PaymentCheckout = z.infer<typeof PaymentCheckout>;

export const PaymentCheckoutQuery = z.object({
  estado: filter(CHECKOUT_STATES),
  invoice: invoice.optional(),
  id_suscripcion: Id.optional().meta({ description: 'Solo de esta suscripción' }),
  ...Page,
});
export type PaymentCheckoutQuery = z.infer<typeof PaymentCheckoutQuery>;

/**
 * What the gateway says of a payment. `data` are its fields of the payment and `raw` its whole answer, which are at the
 * top too. Of an unknown reference, `success` is false and `estado` and `data` are absent.
 */
export const PaymentValidation = z
  .looseObject({
    success: z.boolean(),
    ref_payco: fields.ref_payco,
    estado: z.enum(PAYMENT_STATUSES).optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    raw: z.record(z.string(), z.unknown()),
  })
  .meta({
    id: 'PaymentValidation',
    description: 'Lo que la pasarela dice de un pago; de una referencia desconocida, success es false',
  });
export type PaymentValidation = z.infer<typeof PaymentValidation>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador de la confirmación o de la factura' }) });
const page = c.otherResponse({
  contentType: 'text/html; charset=utf-8',
  body: z.string().meta({ examples: ['<!doctype html><html lang="es"><title>Pago aprobado</title></html>'] }),
});

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
    metadata: { access: 'public', rawFields: true, bodyBytes: CONFIRMATION_BYTES, webhook: 'epayco_pagoConfirmado' },
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
    description: 'Pregunta a la pasarela por una referencia. No cambia nada.',
    metadata: { access: 'public' },
    query: z.object({ ref_payco: reference }),
    responses: { 200: PaymentValidation, ...problems(502) },
  },
  response: {
    method: 'GET',
    path: '/epayco/response',
    summary: 'Página del resultado de un pago, para quien paga',
    metadata: { access: 'public' },
    description:
      'La redirección de la pasarela agrega `?ref_payco=` aunque la dirección ya tenga parámetros; se lee también así.',
    query: z.looseObject({
      ref_payco: z
        .string()
        .trim()
        .max(240)
        .optional()
        .meta({ description: 'Referencia de ePayco', examples: ['101012345'] }),
    }),
    responses: { 200: page },
  },
  listEvents: {
    method: 'GET',
    path: '/admin/epayco/events',
    summary: 'Confirmaciones recibidas, la más reciente primero',
    description: 'Las confirmaciones que llegaron, con lo que se decidió de cada una.',
    metadata: { access: 'admin' },
    query: PaymentEventQuery,
    responses: { 200: z.array(PaymentEvent) },
  },
  getEvent: {
    method: 'GET',
    path: '/admin/epayco/events/:id',
    summary: 'Una confirmación con los valores que llegaron',
    description: 'Una confirmación, con todos los campos que envió la pasarela.',
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
  acceptEvent: {
    method: 'POST',
    path: '/admin/epayco/events/:id/accept',
    summary: 'Aceptar como real un pago aprobado que espera esa decisión',
    description:
      'Para un pago cuyo código de aprobación es 000000, o del que la pasarela no dice si es de prueba. Todas las demás reglas valen igual. 409 si no espera una decisión.',
    metadata: { access: 'admin' },
    pathParams,
    body: c.noBody(),
    responses: { 200: PaymentEvent, ...problems(404, 409) },
  },
  enterReference: {
    method: 'POST',
    path: '/admin/epayco/references',
    summary: 'Registrar la referencia de un pago cuya confirmación no llegó',
    description:
      'Pregunta a la pasarela por la referencia (la de la redirección o el número) y aplica las mismas reglas que a una confirmación. 404 si la pasarela no la conoce.',
    metadata: { access: 'admin' },
    body: z.object({ ref_payco: reference.regex(/^[\w-]+$/, { error: 'No es una referencia de ePayco' }) }),
    responses: { 200: PaymentEvent, ...problems(404, 502) },
  },
  listCheckouts: {
    method: 'GET',
    path: '/admin/epayco/checkouts',
    summary: 'Facturas emitidas, la más reciente primero',
    description: 'Los pagos que se iniciaron, con lo que se sabe de cada uno.',
    metadata: { access: 'admin' },
    query: PaymentCheckoutQuery,
    responses: { 200: z.array(PaymentCheckout) },
  },
  settleCheckout: {
    method: 'POST',
    path: '/admin/epayco/checkouts/:id/settle',
    summary: 'Preguntar ahora a la pasarela por una factura abierta y aplicar lo que responda',
    description: 'Necesita EPAYCO_PRIVATE_KEY. 409 sin ella, y si la factura ya se pagó o se está consultando.',
    metadata: { access: 'admin' },
    pathParams,
    body: c.noBody(),
    responses: { 200: PaymentCheckout, ...problems(404, 409, 502) },
  },
});
