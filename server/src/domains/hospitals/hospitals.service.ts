import type { EntityManager } from '@mikro-orm/core';
import type { AdminCreateHospitalBody, UpdateHospitalBody } from '@som3d/contract';
import { FOR_SHARE, FOR_UPDATE } from '../../db/locks/rows.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { changesOf } from '../../base/changes.ts';
import { Medico } from '../../db/entities/doctors.entity.ts';
import { Plan } from '../../db/entities/plans.entity.ts';
import { Suscripcion } from '../../db/entities/subscriptions.entity.ts';
import { freeCode, issueCode, recordLegacyCode, refuseTakenCode, revokeUnused } from './codes.ts';
import { Hospital } from '../../db/entities/hospitals.entity.ts';
import { findHospitalDetail, type HospitalRow } from './hospitals.queries.ts';

function notFound(): AppError {
  return new AppError('not_found', 'El hospital no existe');
}

/** The hospital, held until the transaction ends: its code, its doctors and its subscriptions change one after another. */
export async function lockHospital(em: EntityManager, id_hospital: number): Promise<Hospital> {
  const hospital = await em.findOne(Hospital, id_hospital, FOR_UPDATE);
  if (!hospital) throw notFound();
  return hospital;
}

/** Gives the hospital another code; the one it had stays taken. */
async function replaceCode(
  em: EntityManager,
  hospital: Hospital,
  codigo: string,
  issue: Parameters<typeof issueCode>[2],
): Promise<void> {
  await recordLegacyCode(em, hospital, issue.now);
  hospital.codigo = codigo;
  await em.flush();
  await issueCode(em, hospital, issue);
}

/** Hospitals and their codes: behaviour.md section 6. Each command and its audit row are one transaction. */
export class HospitalService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
  }

  async detail(id: number, em: EntityManager = this.#orm.em.fork()): Promise<HospitalRow> {
    const row = await findHospitalDetail(em, id, this.#clock());
    if (!row) throw notFound();
    return row;
  }

  /** An INACTIVO hospital is shown to administrators and to its own doctors. */
  async get(actor: Actor, id: number): Promise<Hospital> {
    const em = this.#orm.em.fork();
    const hospital = await em.findOne(Hospital, id);
    if (!hospital) throw notFound();
    if (hospital.estado === 'ACTIVO' || isAdmin(actor)) return hospital;
    const own = await em.count(Medico, { id_usuario: actor.id_usuario, id_hospital: id });
    if (own === 0) throw notFound();
    return hospital;
  }

  async #addPausedSubscription(em: EntityManager, id_hospital: number, id_plan: number): Promise<void> {
    const plan = await em.findOne(Plan, id_plan, FOR_SHARE);
    if (!plan) throw new AppError('not_found', 'El plan no existe');
    em.create(Suscripcion, { id_hospital, id_plan, estado: 'PAUSADA', fecha_inicio: this.#clock() });
  }

  /** 409 when the code is or was another's, 404 for an unknown plan: then nothing is created. */
  async create(actor: Actor, { plan_id, codigo, ...fields }: AdminCreateHospitalBody): Promise<HospitalRow> {
    return await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const hospital = em.create(Hospital, { ...fields, codigo: codigo ?? (await freeCode(em)) });
      await em.flush();
      await issueCode(em, hospital, { by: actor.id_usuario, now });
      if (plan_id != null) await this.#addPausedSubscription(em, hospital.id_hospital, plan_id);
      const meta = plan_id == null ? {} : { meta: { plan_id } };
      new AuditTrail(em, actor.id_usuario, now).created('HOSPITAL', hospital.id_hospital, recordOf(hospital), meta);
      await em.flush();
      return await this.detail(hospital.id_hospital, em);
    }).catch(refuseTakenCode);
  }

  async #change(
    actor: Actor,
    id: number,
    apply: (em: EntityManager, hospital: Hospital, now: Date) => Promise<void>,
  ): Promise<HospitalRow> {
    return await inTransaction(this.#orm.em, async (em) => {
      const now = this.#clock();
      const hospital = await lockHospital(em, id);
      const before = recordOf(hospital);
      await apply(em, hospital, now);
      new AuditTrail(em, actor.id_usuario, now).updated('HOSPITAL', id, { before, after: recordOf(hospital) });
      await em.flush();
      return await this.detail(id, em);
    }).catch(refuseTakenCode);
  }

  /** A new code is issued and revokes the unused ones; the present one, sent again, stays as it is. */
  async update(actor: Actor, id: number, { codigo, ...fields }: UpdateHospitalBody): Promise<HospitalRow> {
    return await this.#change(actor, id, async (em, hospital, now) => {
      em.assign(hospital, changesOf(fields));
      await em.flush();
      if (codigo === undefined || codigo === hospital.codigo.toUpperCase()) return;
      await replaceCode(em, hospital, codigo, { by: actor.id_usuario, now });
    });
  }

  /** Gives the hospital a new code that links for `days` days. */
  async reissue(actor: Actor, id: number, days: number): Promise<HospitalRow> {
    return await this.#change(actor, id, async (em, hospital, now) => {
      await replaceCode(em, hospital, await freeCode(em), { by: actor.id_usuario, days, now });
    });
  }

  /** Revokes the unused codes and tells how many. */
  async revoke(actor: Actor, id: number): Promise<number> {
    let revoked = 0;
    await this.#change(actor, id, async (em, hospital, now) => {
      await recordLegacyCode(em, hospital, now);
      revoked = await revokeUnused(em, id, now);
    });
    return revoked;
  }

  async generateCode(): Promise<string> {
    return await freeCode(this.#orm.em.fork());
  }
}
