import type { EntityManager } from '@mikro-orm/core';
import { ClinicalAudit } from '../../db/entities/audit.entity.ts';

type AuditRecord = Readonly<Record<string, unknown>>;

/** What a row of the audit can be about. */
export type AuditedType =
  | 'PACIENTE'
  | 'NOTA'
  | 'ESTUDIO'
  | 'ESTADO_VISOR'
  | 'TRABAJO'
  | 'RESULTADO'
  | 'PLAN'
  | 'SUSCRIPCION'
  | 'PAGO'
  | 'HOSPITAL'
  | 'MEDICO'
  | 'USUARIO';

interface AuditEntry {
  readonly entity_type: AuditedType;
  /** 0 for what has no number of its own: a list, or a job, which `meta` names. */
  readonly entity_id: number;
  /** READ is an administrator's; EXPORT is a copy that somebody took; DENIED is a try that was refused. */
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE' | 'READ' | 'EXPORT' | 'DENIED';
  /** Null for what the service does by itself. */
  readonly actor_id_usuario: number | null;
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

/**
 * Puts who did what to a record, before and after, into the unit of work: it is written with the change itself, and
 * sealed before the commit (`db/audit/sealer.ts`).
 */
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

type Meta = Pick<AuditEntry, 'meta'>;

/** The audit rows of one actor in one transaction. */
export class AuditTrail {
  readonly #em: EntityManager;
  readonly #actor: number | null;
  readonly #at: Date;

  /** @param actor `id_usuario`; null for what the service does by itself */
  constructor(em: EntityManager, actor: number | null, at: Date) {
    this.#em = em;
    this.#actor = actor;
    this.#at = at;
  }

  created(type: AuditedType, id: number, after: AuditRecord, meta: Meta = {}): void {
    this.#record(type, id, { action: 'CREATE', after, ...meta });
  }

  updated(
    type: AuditedType,
    id: number,
    { before, after, ...meta }: Meta & Record<'before' | 'after', AuditRecord>,
  ): void {
    this.#record(type, id, { action: 'UPDATE', before, after, ...meta });
  }

  removed(type: AuditedType, id: number, before: AuditRecord, meta: Meta = {}): void {
    this.#record(type, id, { action: 'DELETE', before, ...meta });
  }

  read(type: AuditedType, id: number, meta: Meta = {}): void {
    this.#record(type, id, { action: 'READ', ...meta });
  }

  exported(type: AuditedType, id: number): void {
    this.#record(type, id, { action: 'EXPORT' });
  }

  denied(type: AuditedType, id: number, meta: Meta = {}): void {
    this.#record(type, id, { action: 'DENIED', ...meta });
  }

  #record(
    type: AuditedType,
    id: number,
    rest: Omit<AuditEntry, 'entity_type' | 'entity_id' | 'actor_id_usuario'>,
  ): void {
    audit(this.#em, { entity_type: type, entity_id: id, actor_id_usuario: this.#actor, ...rest }, this.#at);
  }
}
