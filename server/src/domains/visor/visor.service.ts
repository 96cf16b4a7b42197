import type { EntityManager } from '@mikro-orm/core';
import type { CreateViewerStateBody, UpdateViewerStateBody, ViewerStateQuery } from '@som3d/contract';
import { changesOf } from '../../base/changes.ts';
import { AppError } from '../../base/errors.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { VisorEstado } from '../../db/entities/visor.entity.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { requireJson } from '../../http/kept-json.ts';
import { AuditTrail } from '../audit/audit.ts';
import { ReadAudit } from '../audit/reads.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { holdAccount, requireRoomForState } from '../usage/quotas.ts';
import { checkWritableState, findStateFor, lockResultFor, lockState } from './visor.policy.ts';
import { type Links, ownerOfNewState, withPatientOfResult } from './visor.owner.ts';
import { listStates } from './visor.queries.ts';
import { auditedState, DOCUMENTS } from './visor.record.ts';

/**
 * Patient first, then result, then state: whoever removes a patient takes them in the same order.
 *
 * @param id_medico the state's doctor, whose the patient is; null when it is the caller, who has no patient yet
 */
async function lockLinks(em: EntityManager, actor: Actor, links: Links, id_medico: number | null): Promise<void> {
  const { id_paciente, id_jobstl } = links;
  if (id_paciente) {
    const patient = await lockPatientFor(em, actor, id_paciente);
    if (patient.id_medico !== id_medico) throw new AppError('forbidden', 'El paciente pertenece a otro médico');
  }
  if (id_jobstl) await lockResultFor(em, actor, id_jobstl);
}

/** Saved states of the viewer. A doctor owns them; an administrator may change any. */
export class VisorService {
  readonly #config: Deps['config'];
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #reads: ReadAudit;

  constructor({ orm, clock, config }: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    this.#config = config;
    this.#orm = orm;
    this.#clock = clock;
    this.#reads = new ReadAudit({ orm, clock });
  }

  async list(actor: Actor, query: ViewerStateQuery) {
    const page = await listStates(this.#orm, actor, query);
    const ids = page.rows.map(({ id_visor_estado }) => id_visor_estado);
    await this.#reads.noteList(actor, 'ESTADO_VISOR', ids, query);
    return page;
  }

  async create(actor: Actor, body: CreateViewerStateBody): Promise<VisorEstado> {
    const at = wholeSeconds(this.#clock());
    return await inTransaction(this.#orm.em, async (em) => {
      const links = await withPatientOfResult(em, actor, body);
      const owner = await ownerOfNewState(em, actor, links);
      await holdAccount(em, owner.id_usuario);
      await lockLinks(em, actor, links, owner.id_medico);
      const id_medico = owner.id_medico ?? (await ensureDoctorProfile(em, actor));
      await requireRoomForState(em, this.#config, id_medico);
      const state = em.create(VisorEstado, { ...body, ...links, id_medico, creado_en: at, actualizado_en: at });
      await em.flush();
      this.#trail(em, actor).created('ESTADO_VISOR', state.id_visor_estado, auditedState(state));
      return state;
    });
  }

  async get(actor: Actor, id: number): Promise<VisorEstado> {
    const state = await findStateFor(this.#orm.em.fork(), actor, id);
    await this.#reads.note(actor, { type: 'ESTADO_VISOR', id, meta: { id_paciente: state.id_paciente } });
    return state;
  }

  async update(actor: Actor, id: number, body: UpdateViewerStateBody): Promise<VisorEstado> {
    return await inTransaction(this.#orm.em, async (em) => {
      const id_medico = await checkWritableState(em, actor, id);
      await lockLinks(em, actor, body, id_medico);
      const state = await lockState(em, id);
      requireJson(DOCUMENTS, state, body);
      const before = auditedState(state);
      em.assign(state, changesOf(body));
      await em.flush();
      this.#trail(em, actor).updated('ESTADO_VISOR', id, { before, after: auditedState(state) });
      return state;
    });
  }

  async remove(actor: Actor, id: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      await checkWritableState(em, actor, id);
      const state = await lockState(em, id);
      this.#trail(em, actor).removed('ESTADO_VISOR', id, auditedState(state));
      em.remove(state);
    });
  }

  #trail(em: EntityManager, actor: Actor): AuditTrail {
    return new AuditTrail(em, actor.id_usuario, this.#clock());
  }
}
