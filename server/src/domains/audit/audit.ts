import type { EntityManager } from '@mikro-orm/core';
import { ClinicalAudit } from '../../db/entities/audit.entity.ts';

type AuditRecord = Readonly<Record<string, unknown>>;

interface AuditEntry {
  readonly entity_type: 'PACIENTE' | 'ESTUDIO' | 'PLAN' | 'SUSCRIPCION' | 'HOSPITAL' | 'MEDICO' | 'USUARIO' | 'PAGO';
  readonly entity_id: number;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly actor_id_usuario: number;
  readonly before?: AuditRecord;
  readonly after?: AuditRecord;
  /** What else the reader should know, e.g. what was removed with it. */
  readonly meta?: AuditRecord;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function changedFields(before: AuditRecord, after: AuditRecord): string[] {
  return Object.keys(after).filter((name) => json(before[name]) !== json(after[name]));
}

/** Puts who did what to a record, before and after, into the unit of work: it is written with the change itself. */
export function audit(em: EntityManager, { before, after, meta, ...entry }: AuditEntry, at: Date): void {
  const changed = before && after ? { changed: changedFields(before, after) } : undefined;
  em.create(ClinicalAudit, {
    ...entry,
    before_json: json(before),
    after_json: json(after),
    meta_json: json(meta || changed ? { ...changed, ...meta } : undefined),
    created_at: at,
  });
}
