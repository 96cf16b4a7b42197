import { z } from 'zod';
import { c, choice, defineRoutes, fields, Id, numeric, Page, problems, scalars } from './common/index.ts';

export const PLAN_PERIODS = ['MENSUAL', 'TRIMESTRAL', 'ANUAL'] as const;
export type PlanPeriod = (typeof PLAN_PERIODS)[number];

/** Calendar months that go with each period. */
export const MONTHS_OF_PERIOD: Readonly<Record<PlanPeriod, number>> = { MENSUAL: 1, TRIMESTRAL: 3, ANUAL: 12 };

const periodo = choice(PLAN_PERIODS).meta({ description: PLAN_PERIODS.join(', '), examples: ['MENSUAL'] });

/** The largest amount that the database's columns hold, in COP. */
const MAX_AMOUNT = 9_999_999_999.99;

const precio = numeric(
  z
    .number()
    .positive()
    .max(MAX_AMOUNT)
    .refine((value) => Number(value.toFixed(2)) === value, { error: 'El precio admite dos decimales como máximo' }),
).meta({ description: 'COP, dos decimales como máximo', examples: [39_900], multipleOf: 0.01 });
const duracion = numeric(z.int()).meta({ description: 'Meses: 1, 3 o 12, según el periodo', examples: [1] });

export const Plan = z
  .object({
    id_plan: z.int(),
    nombre: fields.planName,
    precio: z.number().meta({ description: 'COP' }),
    periodo: z.enum(PLAN_PERIODS),
    duracion_meses: z.int(),
  })
  .meta({ id: 'Plan', description: 'Un plan que se puede pagar' });
export type Plan = z.infer<typeof Plan>;

export const CreatePlanBody = z
  .object({ nombre: scalars.planNombre.required, precio, periodo, duracion_meses: duracion })
  .meta({ id: 'CreatePlanBody', description: 'Un plan nuevo' });
export type CreatePlanBody = z.infer<typeof CreatePlanBody>;

export const UpdatePlanBody = z
  .object({
    nombre: scalars.planNombre.patch,
    precio: precio.optional(),
    periodo: periodo.optional(),
    duracion_meses: duracion.optional(),
  })
  .meta({ id: 'UpdatePlanBody', description: 'Lo que cambia de un plan', examples: [{ precio: 49_900 }] });
export type UpdatePlanBody = z.infer<typeof UpdatePlanBody>;

const pathParams = z.object({ id: Id.meta({ description: 'Identificador del plan' }) });

export const plans = defineRoutes({
  list: {
    method: 'GET',
    path: '/plans',
    summary: 'Planes, del más económico al más costoso',
    description: 'Los planes que hay, con su precio en COP.',
    metadata: { access: 'public' },
    query: z.object(Page),
    responses: { 200: z.array(Plan) },
  },
  get: {
    method: 'GET',
    path: '/plans/:id',
    summary: 'Un plan',
    description: 'Un plan con su precio, su periodo y sus meses.',
    metadata: { access: 'public' },
    pathParams,
    responses: { 200: Plan, ...problems(404) },
  },
  create: {
    method: 'POST',
    path: '/plans',
    summary: 'Crear un plan',
    description: 'El periodo MENSUAL va con 1 mes, TRIMESTRAL con 3 y ANUAL con 12; otra combinación responde 400.',
    metadata: { access: 'admin' },
    body: CreatePlanBody,
    responses: { 201: Plan, ...problems(400, 409) },
  },
  update: {
    method: 'PATCH',
    path: '/plans/:id',
    summary: 'Cambiar un plan',
    description: 'Periodo y duración se comprueban juntos, con los valores que quedan. No cambia lo ya pagado.',
    metadata: { access: 'admin' },
    pathParams,
    body: UpdatePlanBody,
    responses: { 200: Plan, ...problems(400, 404, 409) },
  },
  remove: {
    method: 'DELETE',
    path: '/plans/:id',
    summary: 'Eliminar un plan',
    description:
      'Elimina también sus suscripciones y los pagos de estas; quien tenía una activa queda como si hubiera vencido. La auditoría conserva lo eliminado.',
    metadata: { access: 'admin' },
    pathParams,
    responses: { 204: c.noBody(), ...problems(404) },
  },
});
