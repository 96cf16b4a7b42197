import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { AuditTrail, type AuditedType } from './audit.ts';

/** What an administrator has read: a record, or the rows of a list. */
export interface Reading {
  readonly type: AuditedType;
  /** 0 for a list, or for what has no number. */
  readonly id: number;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Writes who reads the records of patients that are not their own: administrators. A doctor reads only own patients. */
export class ReadAudit {
  readonly #deps: Pick<Deps, 'orm' | 'clock'>;

  constructor(deps: Pick<Deps, 'orm' | 'clock'>) {
    this.#deps = deps;
  }

  /** Called before the answer goes out: what cannot be written is not shown. */
  async note(actor: Actor, { type, id, meta }: Reading): Promise<void> {
    if (!isAdmin(actor)) return;
    const { orm, clock } = this.#deps;
    await inTransaction(orm.em, async (em) => {
      new AuditTrail(em, actor.id_usuario, clock()).read(type, id, meta ? { meta } : {});
      await em.flush();
    });
  }

  /** The same for a list: one row that names the records of the page. */
  async noteList(actor: Actor, type: AuditedType, ids: readonly number[], query: object = {}): Promise<void> {
    await this.note(actor, { type, id: 0, meta: { ids, consulta: query } });
  }
}
