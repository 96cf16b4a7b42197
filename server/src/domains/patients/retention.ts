import type { EntityManager, MikroORM } from '@mikro-orm/core';
import { sql } from 'kysely';
import { Paciente } from '../../db/entities/patients.entity.ts';
import { VisorEstado } from '../../db/entities/visor.entity.ts';
import { kysely } from '../../db/kysely.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AuditTrail } from '../audit/audit.ts';
import { removeJobsOfPatient } from '../som3d/som3d.cascade.ts';
import { removeStatesOfResult } from '../visor/visor.cascade.ts';
import { removePatient } from './patients.cascade.ts';

/** Patients of one round: a wrong clock or setting does not empty the database before somebody sees the log. */
const REMOVED_AT_ONCE = 50;

/** The instant that many years before now. */
function cutoffOf(now: Date, years: number): Date {
  const cutoff = new Date(now);
  cutoff.setUTCFullYear(cutoff.getUTCFullYear() - years);
  return cutoff;
}

/** Patients about whom nothing is as young as `cutoff`: neither they, nor a note, study, view, result or job of theirs. */
function overdue(em: EntityManager, cutoff: Date) {
  const young = [
    sql`select 1 from clinical_note n where n.id_paciente = p.id_paciente
      and (n.created_at >= ${cutoff} or n.updated_at >= ${cutoff})`,
    sql`select 1 from Estudio e where e.id_paciente = p.id_paciente
      and (e.fecha_estudio >= ${cutoff} or e.creado_en >= ${cutoff} or e.actualizado_en >= ${cutoff})`,
    sql`select 1 from VisorEstado v where v.id_paciente = p.id_paciente and v.actualizado_en >= ${cutoff}`,
    sql`select 1 from VisorEstado v join JobSTL s on s.id_jobstl = v.id_jobstl
      where s.id_paciente = p.id_paciente and v.actualizado_en >= ${cutoff}`,
    sql`select 1 from JobSTL s where s.id_paciente = p.id_paciente
      and (s.created_at >= ${cutoff} or s.updated_at >= ${cutoff})`,
    sql`select 1 from JobConv j where j.id_paciente = p.id_paciente
      and (j.created_at >= ${cutoff} or j.updated_at >= ${cutoff})`,
  ];
  const old = kysely(em)
    .selectFrom('Paciente as p')
    .where('p.creado_en', '<', cutoff)
    .where('p.actualizado_en', '<', cutoff);
  return young.reduce((patients, rows) => patients.where(sql<boolean>`not exists (${rows})`), old);
}

/** A patient whom the retention would remove, without a name. */
export interface OverduePatient {
  readonly id_paciente: number;
  readonly id_medico: number;
  readonly actualizado_en: Date;
}

/** The patients whom the retention removes, in their order. @param after the key of the last one that is known */
export async function listOverdue(
  orm: MikroORM,
  { years, now, after, limit }: { years: number; now: Date; after: number; limit: number },
): Promise<OverduePatient[]> {
  return await overdue(orm.em.fork(), cutoffOf(now, years))
    .select(['p.id_paciente', 'p.id_medico', 'p.actualizado_en'])
    .where('p.id_paciente', '>', after)
    .orderBy('p.id_paciente')
    .limit(limit)
    .execute();
}

/** Keeps `CLINICAL_RETENTION_YEARS`: removes patients with everything of theirs, each in a transaction with its audit rows. */
export class ClinicalRetention {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'config' | 'log'>) {
    this.#deps = deps;
  }

  /** One round. Any number of processes may run it at once. */
  async runDue(signal?: AbortSignal): Promise<void> {
    const { orm, clock, config, log } = this.#deps;
    const years = config.CLINICAL_RETENTION_YEARS;
    if (years === undefined) return;
    const now = clock();
    for (const { id_paciente } of await listOverdue(orm, { years, now, after: 0, limit: REMOVED_AT_ONCE })) {
      if (signal?.aborted) return;
      const removed = await inTransaction(orm.em, async (em) => await this.#remove(em, id_paciente, { years, now }));
      if (removed) log.info({ id_paciente, years }, 'patient removed: the retention is over');
    }
  }

  /** Asks once more under the lock: something may have been added meanwhile. */
  async #remove(
    em: EntityManager,
    id_paciente: number,
    { years, now }: { years: number; now: Date },
  ): Promise<boolean> {
    const patient = await em.findOne(Paciente, id_paciente, FOR_UPDATE);
    const still = await overdue(em, cutoffOf(now, years))
      .select('p.id_paciente')
      .where('p.id_paciente', '=', id_paciente)
      .executeTakeFirst();
    if (!patient || !still) return false;
    const meta = { motivo: 'fin de la conservación', anios: years };
    const trail = new AuditTrail(em, null, now);
    await this.#removeStates(em, id_paciente, trail);
    const { SOM3D_PREDECESSOR_RESULTS: predecessorResults } = this.#deps.config;
    const trabajos = await removeJobsOfPatient(em, id_paciente, { trail, at: now, predecessorResults, meta });
    await removePatient(em, patient, { actor: null, at: now, meta: { ...meta, trabajos } });
    return true;
  }

  /** Views that name only a result of the patient. */
  async #removeStates(em: EntityManager, id_paciente: number, trail: AuditTrail): Promise<void> {
    const results = await kysely(em)
      .selectFrom('JobSTL')
      .select('id_jobstl')
      .where('id_paciente', '=', id_paciente)
      .execute();
    for (const { id_jobstl } of results) {
      if ((await em.count(VisorEstado, { id_jobstl })) > 0) await removeStatesOfResult(em, id_jobstl, trail);
    }
  }
}
