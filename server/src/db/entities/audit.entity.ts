import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import { exactString, identity, instantOfInsert, preciseInstantOfInsert } from '../columns.ts';
import { Usuario } from './auth.entity.ts';

function json() {
  return p.text().columnType('mediumtext').nullable();
}

/**
 * Who did what to which record, with the record before and after. Rows outlive the records that they are about.
 * `seq` and `mac` are a row's place and seal in the chain (`db/audit/`): null until it has them.
 */
export const ClinicalAudit = defineEntity({
  name: 'ClinicalAudit',
  tableName: 'ClinicalAudit',
  uniques: [{ name: 'uq_clinicalaudit_seq', properties: ['seq'] }],
  indexes: [
    { name: 'idx_clinicalaudit_actor_eliminado', properties: ['actor_eliminado'] },
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
    seq: p.bigint('number').nullable(),
    mac: exactString(64).nullable(),
    /** Who it was, once the account has been removed: then `actor_id_usuario` is null. */
    actor_eliminado: p.integer().nullable(),
  },
});
export type ClinicalAudit = InferEntity<typeof ClinicalAudit>;

/** The end of the audit's chain, and the checkpoint that stands for rows removed because of their age. */
export const AuditChain = defineEntity({
  name: 'AuditChain',
  tableName: 'audit_chain',
  properties: {
    name: exactString(32).primary(),
    seq: p.bigint('number'),
    mac: exactString(64),
    signature: exactString(64).nullable(),
    updated_at: preciseInstantOfInsert(),
  },
});
export type AuditChain = InferEntity<typeof AuditChain>;
