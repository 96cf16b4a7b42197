import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { identity, instantOfInsert } from '../columns.ts';
import { Usuario } from './auth.entity.ts';

function json() {
  return p.text().columnType('mediumtext').nullable();
}

/** Who did what to which record, with the record before and after. Rows outlive their records. */
export const ClinicalAudit = defineEntity({
  name: 'ClinicalAudit',
  tableName: 'ClinicalAudit',
  indexes: [
    { name: 'idx_clinicalaudit_entity', properties: ['entity_type', 'entity_id'] },
    { name: 'idx_clinicalaudit_created', properties: ['created_at'] },
  ],
  properties: {
    id_audit: identity(),
    entity_type: p.string().length(32),
    entity_id: p.integer(),
    action: p.string().length(20),
    actor_id_usuario: () =>
      p
        .manyToOne(Usuario)
        .mapToPk()
        .nullable()
        .index('idx_clinicalaudit_actor')
        .foreignKeyName('fk_clinicalaudit_actor')
        .deleteRule('no action'),
    before_json: json(),
    after_json: json(),
    meta_json: p.text().nullable(),
    created_at: instantOfInsert(),
  },
});
export type ClinicalAudit = InferEntity<typeof ClinicalAudit>;
