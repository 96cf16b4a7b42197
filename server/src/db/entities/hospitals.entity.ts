import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { caselessString, identity, stampOfInsert, stampOfUpdate } from '../columns.ts';

export const HOSPITAL_STATES = ['ACTIVO', 'INACTIVO'] as const;

export const Hospital = defineEntity({
  name: 'Hospital',
  tableName: 'Hospital',
  indexes: [
    { name: 'idx_hospital_estado', properties: ['estado'] },
    { name: 'idx_hospital_nombre', properties: ['nombre'] },
  ],
  properties: {
    id_hospital: identity(),
    nombre: p.string().length(150),
    direccion: p.string().length(255).nullable(),
    ciudad: p.string().length(100).nullable(),
    telefono: p.string().length(30).nullable(),
    correo: p.string().length(100).nullable(),
    codigo: caselessString(12).unique('uq_hospital_codigo'),
    estado: p.enum(HOSPITAL_STATES).default('ACTIVO'),
    creado_en: stampOfInsert(),
    actualizado_en: stampOfUpdate(),
  },
});
export type Hospital = InferEntity<typeof Hospital>;
