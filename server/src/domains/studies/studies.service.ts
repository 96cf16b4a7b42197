import { wrap, type EntityManager } from '@mikro-orm/core';
import type { CreateStudyBody, UpdateStudyBody } from '@som3d/contract';
import { wholeSeconds } from '../../db/columns.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { audit } from '../audit/audit.ts';
import { changesOf } from '../../base/changes.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { Estudio } from '../../db/entities/studies.entity.ts';
import { findStudyFor, lockStudyFor } from './studies.policy.ts';

type Change = Pick<Parameters<typeof audit>[1], 'action' | 'before' | 'after'>;

function recordOf(study: Estudio) {
  return { ...wrap(study).toPOJO() };
}

/** Studies: behaviour.md section 8. Each command and its audit row are one transaction. */
export function createStudyService({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  const record = (em: EntityManager, actor: Actor, study: Estudio, change: Change): void =>
    audit(
      em,
      { entity_type: 'ESTUDIO', entity_id: study.id_estudio, actor_id_usuario: actor.id_usuario, ...change },
      clock(),
    );

  /** The study's doctor is the patient's, whoever registers it. */
  const create = async (actor: Actor, body: CreateStudyBody): Promise<Estudio> =>
    await inTransaction(orm.em, async (em) => {
      const { id_paciente, id_medico } = await lockPatientFor(em, actor, body.id_paciente);
      const { modalidad, descripcion, notas } = body;
      const fecha_estudio = wholeSeconds(body.fecha_estudio ? new Date(body.fecha_estudio) : clock());
      const study = em.create(Estudio, { id_paciente, id_medico, fecha_estudio, modalidad, descripcion, notas });
      await em.flush();
      record(em, actor, study, { action: 'CREATE', after: recordOf(study) });
      return study;
    });

  const get = async (actor: Actor, id: number): Promise<Estudio> => await findStudyFor(orm.em.fork(), actor, id);

  const update = async (actor: Actor, id: number, { fecha_estudio, ...body }: UpdateStudyBody): Promise<Estudio> =>
    await inTransaction(orm.em, async (em) => {
      const study = await lockStudyFor(em, actor, id);
      const before = recordOf(study);
      em.assign(study, changesOf(body));
      if (fecha_estudio) study.fecha_estudio = wholeSeconds(new Date(fecha_estudio));
      await em.flush();
      record(em, actor, study, { action: 'UPDATE', before, after: recordOf(study) });
      return study;
    });

  const remove = async (actor: Actor, id: number): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      const study = await lockStudyFor(em, actor, id);
      record(em, actor, study, { action: 'DELETE', before: recordOf(study) });
      em.remove(study);
    });
  };

  return { create, get, update, remove };
}
