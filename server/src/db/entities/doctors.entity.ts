import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { identity, stampOfInsert, stampOfUpdate } from '../columns.ts';
import { Usuario } from './auth.entity.ts';
import { Hospital } from './hospitals.entity.ts';

export const DOCTOR_STATES = ['ACTIVO', 'INACTIVO'] as const;

/** A doctor's profile: one for a user. */
export const Medico = defineEntity({
  name: 'Medico',
  tableName: 'Medico',
  uniques: [{ name: 'uq_medico_id_usuario', properties: ['id_usuario'] }],
  indexes: [{ name: 'idx_medico_estado', properties: ['estado'] }],
  properties: {
    id_medico: identity(),
    id_usuario: () =>
      p.manyToOne(Usuario).mapToPk().index(false).foreignKeyName('fk_medico_usuario').deleteRule('no action'),
    id_hospital: () =>
      p
        .manyToOne(Hospital)
        .mapToPk()
        .nullable()
        .index('idx_medico_id_hospital')
        .foreignKeyName('fk_medico_hospital')
        .deleteRule('no action'),
    referenciado: p.boolean().default(false),
    estado: p.enum(DOCTOR_STATES).default('ACTIVO'),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type Medico = InferEntity<typeof Medico>;
