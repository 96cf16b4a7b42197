import {
  type EntityManager,
  type EventArgs,
  type EventSubscriber,
  type Transaction,
  type TransactionEventArgs,
} from '@mikro-orm/core';
import { SqlitePlatform } from '@mikro-orm/sql';
import type { Kysely } from 'kysely';
import { ClinicalAudit } from '../entities/audit.entity.ts';
import type { Database } from '../kysely.ts';
import { sealRows } from './chain.ts';

/**
 * Seals every audit row of a transaction as the last step before its commit. So a row never becomes visible without its
 * seal, and the chain's end is locked for the shortest time.
 */
export class AuditSealer implements EventSubscriber<ClinicalAudit> {
  readonly #key: Buffer;
  readonly #written = new WeakMap<EntityManager, number[]>();

  constructor(key: Buffer) {
    this.#key = key;
  }

  getSubscribedEntities() {
    return [ClinicalAudit];
  }

  afterCreate({ em, entity }: EventArgs<ClinicalAudit>): void {
    const ids = this.#written.get(em) ?? [];
    this.#written.set(em, [...ids, entity.id_audit]);
  }

  async beforeTransactionCommit({ em, transaction }: TransactionEventArgs): Promise<void> {
    const ids = this.#written.get(em);
    if (!ids) return;
    this.#written.delete(em);
    const sqlite = em.getPlatform() instanceof SqlitePlatform;
    await sealRows(transaction as Transaction<Kysely<Database>>, { key: this.#key, sqlite, ids });
  }
}
