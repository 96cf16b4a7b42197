import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { caselessString, identity, stampOfInsert, stampOfUpdate } from '../columns.ts';

export const PLAN_PERIODS = ['MENSUAL', 'TRIMESTRAL', 'ANUAL'] as const;

/** A plan for subscriptions. `precio` in COP, `duracion_meses` in calendar months. */
export const Plan = defineEntity({
  name: 'Plan',
  tableName: 'Plan',
  indexes: [{ name: 'idx_plan_precio', properties: ['precio'] }],
  properties: {
    id_plan: identity(),
    nombre: caselessString(80).unique('uq_plan_nombre'),
    precio: p.decimal('number').precision(12).scale(2),
    periodo: p.enum(PLAN_PERIODS),
    duracion_meses: p.integer(),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type Plan = InferEntity<typeof Plan>;
