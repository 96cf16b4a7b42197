import { z } from 'zod';
import { c, choice, defineRoutes, fields, filter, Id, numericOrNull, Page, problems, scalars } from './common/index.ts';
import { StartedCheckout } from './epayco.ts';
import { Plan } from './plans.ts';

export const SUBSCRIPTION_STATES = ['ACTIVA', 'PAUSADA'] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

const estado = choice(SUBSCRIPTION_STATES);

const payer = {
  id_medico: numericOrNull(Id).meta({ description: 'Médico que paga; exactamente uno de los dos' }),
  id_hospital: numericOrNull(Id).meta({ description: 'Hospital que paga; exactamente uno de los dos' }),
};

/** A subscription. From its expiry on it shows as PAUSADA. */
export const Subscription = z
  .object({
    id_suscripcion: z.int(),
    id_medico: z.int().nullable(),
    id_hospital: z.int().nullable(),
    id_plan: z.int(),
    estado: z.enum(SUBSCRIPTION_STATES),
    fecha_inicio: scalars.Instant,
    fecha_expiracion: scalars.Instant.nullable(),
  })
  .meta({ id: 'Subscription', description: 'Una suscripción; desde su vencimiento se muestra como PAUSADA' });
export type Subscription = z.infer<typeof Subscription>;

export const SubscriptionQuery = z.object({
  id_medico: Id.optional().meta({ description: 'Solo las de este médico' }),
  id_hospital: Id.optional().meta({ description: 'Solo las de este hospital' }),
  estado: filter(SUBSCRIPTION_STATES),
  plan_id: Id.optional().meta({ description: 'Solo las de este plan' }),
  ...Page,
});
export type SubscriptionQuery = z.infer<typeof SubscriptionQuery>;

export const CreateSubscriptionBody = z
  .object({
    ...payer,
    id_plan: Id,
    estado: estado.optional().meta({ description: 'PAUSADA si falta' }),
    fecha_inicio: scalars.instant.optional,
    fecha_expiracion: scalars.instant.clearable.meta({
      description: 'Si falta, una ACTIVA dura lo que su plan; null o vacío es sin vencimiento',
    }),
  })
  .meta({
    id: 'CreateSubscriptionBody',
    anyOf: [{ required: ['id_medico'] }, { required: ['id_hospital'] }],
    description: 'Una suscripción sin pago; exactamente uno de id_medico e id_hospital',
    examples: [{ id_medico: 1, id_plan: 1, estado: 'PAUSADA' }],
  });
export type CreateSubscriptionBody = z.infer<typeof CreateSubscriptionBody>;

export const UpdateSubscriptionBody = z
  .object({
    ...payer,
    id_plan: Id.optional(),
    estado: estado.optional(),
    fecha_inicio: scalars.instant.patch,
    fecha_expiracion: scalars.instant.clearable,
  })
  .meta({
    id: 'UpdateSubscriptionBody',
    description: 'Lo que cambia de una suscripción',
    examples: [{ estado: 'ACTIVA' }],
  });
export type UpdateSubscriptionBody = z.infer<typeof UpdateSubscriptionBody>;

export const StartSubscriptionBody = z
  .object({ plan_id: Id })
  .meta({ id: 'StartSubscriptionBody', description: 'El plan que se va a pagar' });

export const MySubscription = z
  .object({
    has: z.boolean().meta({ description: 'Tiene una suscripción propia, en cualquier estado' }),
    active: z.boolean().meta({ description: 'Activa y sin vencer' }),
    estado: z.enum(SUBSCRIPTION_STATES).nullable(),
    suscripcion_id: z.int().nullable(),
    plan: Plan.nullable(),
    can_resume: z.boolean().meta({ description: 'Hay una en pausa que un pago reactiva' }),
    can_start: z.boolean().meta({ description: 'POST /subscriptions/start es posible' }),
  })
  .meta({ id: 'MySubscription', description: 'La suscripción propia y lo que se puede hacer con ella' });
export type MySubscription = z.infer<typeof MySubscription>;

/** The newest granted payment that was not reversed. */
export const LastPayment = z
  .object({
    fecha_pago: scalars.Instant,
    monto: z.number().meta({ description: 'COP' }),
    referencia: fields.referencia,
  })
  .meta({ id: 'LastPayment', description: 'El último pago aprobado que no se revirtió' });
export type LastPayment = z.infer<typeof LastPayment>;

export const MySubscriptionStatus = MySubscription.extend({
  fecha_expiracion: scalars.Instant.nullable(),
  last_payment: LastPayment.nullable(),
  can_pay: z.boolean(),
}).meta({ id: 'MySubscriptionStatus', description: 'La suscripción propia, con su vencimiento y su último pago' });
export type MySubscriptionStatus = z.infer<typeof MySubscriptionStatus>;

export const Payment = z
  .object({
    id_pago: z.int(),
    id_suscripcion: z.int(),
    referencia_epayco: fields.referencia_epayco,
    monto: z.number().meta({ description: 'COP' }),
    fecha_pago: scalars.Instant,
  })
  .meta({ id: 'Payment', description: 'Un pago aprobado de una suscripción' });
export type Payment = z.infer<typeof Payment>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador de la suscripción' }) });

export const subscriptions = defineRoutes({
  start: {
    method: 'POST',
    path: '/subscriptions/start',
    summary: 'Iniciar el pago de un plan',
    description:
      'Para médicos. Retoma la última suscripción en pausa de ese plan o crea una, y devuelve los datos de la pasarela. Con una activa y sin vencer responde 409.',
    metadata: { access: 'bearer' },
    body: StartSubscriptionBody,
    responses: { 200: StartedCheckout, ...problems(403, 404, 409, 429) },
  },
  mine: {
    method: 'GET',
    path: '/subscriptions/mine',
    summary: 'La suscripción propia',
    description: 'Si hay una suscripción propia, si está vigente y si se puede iniciar o retomar un pago.',
    metadata: { access: 'bearer' },
    responses: { 200: MySubscription },
  },
  mineStatus: {
    method: 'GET',
    path: '/subscriptions/mine/status',
    summary: 'La suscripción propia, su vencimiento y su último pago',
    description: 'Lo mismo que /subscriptions/mine, con el vencimiento y el último pago.',
    metadata: { access: 'bearer' },
    responses: { 200: MySubscriptionStatus },
  },
  list: {
    method: 'GET',
    path: '/subscriptions',
    summary: 'Suscripciones, la más reciente primero',
    description: 'Las suscripciones de médicos y hospitales, con filtros por pagador, plan y estado.',
    metadata: { access: 'admin' },
    query: SubscriptionQuery,
    responses: { 200: z.array(Subscription) },
  },
  create: {
    method: 'POST',
    path: '/subscriptions',
    summary: 'Crear una suscripción sin pago',
    description: 'Una ACTIVA habilita a su pagador como lo haría un pago.',
    metadata: { access: 'admin' },
    body: CreateSubscriptionBody,
    responses: { 201: Subscription, ...problems(400, 404, 409) },
  },
  get: {
    method: 'GET',
    path: '/subscriptions/:id',
    summary: 'Una suscripción',
    description: 'Una suscripción con su pagador, su plan y su vigencia.',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 200: Subscription, ...problems(404) },
  },
  update: {
    method: 'PATCH',
    path: '/subscriptions/:id',
    summary: 'Cambiar una suscripción',
    description:
      'Activar habilita al pagador; pausar o vencer lo deshabilita si nada más lo cubre. Activar una sin vigencia y sin dar fecha_expiracion le da la duración de su plan desde ahora.',
    metadata: { access: 'admin' },
    pathParams,
    body: UpdateSubscriptionBody,
    responses: { 200: Subscription, ...problems(400, 404, 409) },
  },
  remove: {
    method: 'DELETE',
    path: '/subscriptions/:id',
    summary: 'Eliminar una suscripción y sus pagos',
    description: 'Si estaba activa, su pagador queda como si hubiera vencido. La auditoría conserva lo eliminado.',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(404) },
  },
  payments: {
    method: 'GET',
    path: '/subscriptions/:id/payments',
    summary: 'Pagos de una suscripción, el más reciente primero',
    description: 'Los pagos aprobados de la suscripción.',
    metadata: { access: 'admin' },
    pathParams,
    query: z.object(Page),
    responses: { 200: z.array(Payment), ...problems(404) },
  },
});
