import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { caselessString, identity, instant, instantOfInsert, instantOfUpdate } from '../columns.ts';
import { Usuario } from './auth.entity.ts';
import { Medico } from './doctors.entity.ts';
import { Hospital } from './hospitals.entity.ts';

/**
 * The history of codes. A code is unique among present and former codes. Its issuer writes it twice, here and to
 * `Hospital.codigo`, in one transaction, and one of the two unique keys refuses a code that is or was another's.
 */
export const HospitalCode = defineEntity({
  name: 'HospitalCode',
  tableName: 'HospitalCode',
  properties: {
    id_hospital_code: identity(),
    id_hospital: () =>
      p
        .manyToOne(Hospital)
        .mapToPk()
        .index('idx_hospitalcode_id_hospital')
        .foreignKeyName('fk_hospitalcode_hospital')
        .deleteRule('no action'),
    codigo: caselessString(32).unique('uq_hospitalcode_codigo'),
    creado_por_id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .nullable()
        .index('idx_hospitalcode_creado_por')
        .foreignKeyName('fk_hospitalcode_creado_por')
        .deleteRule('no action'),
    usado_por_id_medico: () =>
      p
        .manyToOne(Medico)
        .mapToPk()
        .nullable()
        .index('idx_hospitalcode_usado_por')
        .foreignKeyName('fk_hospitalcode_usado_por')
        .deleteRule('no action'),
    expires_at: instant().nullable(),
    used_at: instant().nullable(),
    revoked_at: instant().nullable(),
    created_at: instantOfInsert(),
    updated_at: instantOfUpdate(),
  },
});
export type HospitalCode = InferEntity<typeof HospitalCode>;
