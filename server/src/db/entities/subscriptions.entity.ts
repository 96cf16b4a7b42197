import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import {
  exactString,
  identity,
  instant,
  instantOfInsert,
  preciseInstant,
  stampOfInsert,
  stampOfUpdate,
} from '../columns.ts';
import { Medico } from './doctors.entity.ts';
import { Hospital } from './hospitals.entity.ts';
import { Plan } from './plans.entity.ts';

export const SUBSCRIPTION_STATES = ['ACTIVA', 'PAUSADA'] as const;

/**
 * A subscription of one payer, a doctor or a hospital. The database computes the two `activa_*` columns (the payer while
 * ACTIVA, otherwise null). Their unique keys make a second ACTIVA of one payer impossible.
 */
export const Suscripcion = defineEntity({
  name: 'Suscripcion',
  tableName: 'Suscripcion',
  indexes: [{ name: 'idx_suscripcion_estado_exp', properties: ['estado', 'fecha_expiracion'] }],
  checks: [
    { name: 'ck_suscripcion_un_pagador', expression: '(id_medico is null) <> (id_hospital is null)' },
    { name: 'ck_suscripcion_vigencia', expression: 'fecha_expiracion is null or fecha_expiracion > fecha_inicio' },
  ],
  properties: {
    id_suscripcion: identity(),
    id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .nullable()
        .index('idx_suscripcion_id_medico')
        .foreignKeyName('fk_suscripcion_medico')
        .deleteRule('no action'),
    id_hospital: () =>
      p
        .manyToOne(Hospital)
        .mapToPk()
        .nullable()
        .index('idx_suscripcion_id_hospital')
        .foreignKeyName('fk_suscripcion_hospital')
        .deleteRule('no action'),
    id_plan: () =>
      p
        .manyToOne(Plan)
        .mapToPk()
        .index('idx_suscripcion_id_plan')
        .foreignKeyName('fk_suscripcion_plan')
        .deleteRule('no action'),
    fecha_inicio: instantOfInsert(),
    fecha_expiracion: instant().nullable(),
    estado: p.enum(SUBSCRIPTION_STATES).default('ACTIVA'),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
    activa_id_medico: p
      .integer()
      .nullable()
      .generated("(case when estado = 'ACTIVA' then id_medico end) virtual")
      .unique('uq_suscripcion_activa_medico'),
    activa_id_hospital: p
      .integer()
      .nullable()
      .generated("(case when estado = 'ACTIVA' then id_hospital end) virtual")
      .unique('uq_suscripcion_activa_hospital'),
  },
});
export type Suscripcion = InferEntity<typeof Suscripcion>;

export const PAYMENT_STATES = ['APROBADO', 'REVERSADO'] as const;

/**
 * A granted payment, in COP. `expiracion_previa` and `expiracion_otorgada` hold the time that it gave, so that a reversal
 * takes back exactly that.
 */
export const Pago = defineEntity({
  name: 'Pago',
  tableName: 'Pago',
  indexes: [{ name: 'idx_pago_fecha', properties: ['fecha_pago'] }],
  properties: {
    id_pago: identity(),
    id_suscripcion: () =>
      p
        .manyToOne(Suscripcion)
        .mapToPk()
        .index('idx_pago_id_suscripcion')
        .foreignKeyName('fk_pago_suscripcion')
        .deleteRule('no action'),
    referencia_epayco: p.string().length(100).unique('uq_pago_referencia_epayco'),
    monto: p.decimal('number').precision(12).scale(2),
    fecha_pago: instantOfInsert(),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
    estado: p.enum(PAYMENT_STATES).default('APROBADO'),
    invoice: exactString(120).nullable().unique('uq_pago_invoice'),
    expiracion_previa: instant().nullable(),
    expiracion_otorgada: instant().nullable(),
    reversado_en: preciseInstant().nullable(),
  },
});
export type Pago = InferEntity<typeof Pago>;
