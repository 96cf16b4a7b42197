import type { EntityManager } from '@mikro-orm/core';
import type { CreateViewerStateBody, UpdateViewerStateBody } from '@som3d/contract';
import { wholeSeconds } from '../../db/columns.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { isAdmin, type Actor } from '../../http/context.ts';
import { changesOf } from '../../base/changes.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { VisorEstado } from '../../db/entities/visor.entity.ts';
import { checkOwnState, findStateFor, lockResultFor, lockState } from './visor.policy.ts';

type Links = Pick<UpdateViewerStateBody, 'id_paciente' | 'id_jobstl'>;

/** Patient first, then result, then state: whoever removes a patient takes them in the same order. */
async function lockLinks(em: EntityManager, actor: Actor, { id_paciente, id_jobstl }: Links): Promise<void> {
  if (id_paciente) await lockPatientFor(em, actor, id_paciente);
  if (id_jobstl) await lockResultFor(em, actor, id_jobstl);
}

/** Saved states of the viewer: behaviour.md section 8. A doctor owns them, an administrator only reads. */
export function createVisorService({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  const create = async (actor: Actor, body: CreateViewerStateBody): Promise<VisorEstado> => {
    if (isAdmin(actor)) throw new AppError('forbidden', 'Solo un médico guarda estados del visor');
    const at = wholeSeconds(clock());
    return await inTransaction(orm.em, async (em) => {
      await lockLinks(em, actor, body);
      const id_medico = await ensureDoctorProfile(em, actor);
      const state = em.create(VisorEstado, { ...body, id_medico, creado_en: at, actualizado_en: at });
      await em.flush();
      return state;
    });
  };

  const get = async (actor: Actor, id: number): Promise<VisorEstado> => await findStateFor(orm.em.fork(), actor, id);

  const update = async (actor: Actor, id: number, body: UpdateViewerStateBody): Promise<VisorEstado> =>
    await inTransaction(orm.em, async (em) => {
      await checkOwnState(em, actor, id);
      await lockLinks(em, actor, body);
      const state = await lockState(em, id);
      em.assign(state, changesOf(body));
      await em.flush();
      return state;
    });

  const remove = async (actor: Actor, id: number): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      await checkOwnState(em, actor, id);
      await em.nativeDelete(VisorEstado, { id_visor_estado: id });
    });
  };

  return { create, get, update, remove };
}
