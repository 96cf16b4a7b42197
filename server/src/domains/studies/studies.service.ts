import type { EntityManager } from '@mikro-orm/core';
import type { CreateStudyBody, StudyQuery, UpdateStudyBody } from '@som3d/contract';
import { changesOf } from '../../base/changes.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { Estudio } from '../../db/entities/studies.entity.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { AuditTrail } from '../audit/audit.ts';
import { ReadAudit } from '../audit/reads.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { findStudyFor, lockStudyFor } from './studies.policy.ts';
import { listStudies } from './studies.queries.ts';

/** Studies. Each command and its audit row are one transaction. */
export class StudyService {
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #reads: ReadAudit;

  constructor({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
    this.#orm = orm;
    this.#clock = clock;
    this.#reads = new ReadAudit({ orm, clock });
  }

  async list(actor: Actor, query: StudyQuery) {
    const page = await listStudies(this.#orm, actor, query);
    const ids = page.rows.map(({ id_estudio }) => id_estudio);
    await this.#reads.noteList(actor, 'ESTUDIO', ids, query);
    return page;
  }

  /** The study's doctor is the patient's, whoever registers it. */
  async create(actor: Actor, body: CreateStudyBody): Promise<Estudio> {
    return await inTransaction(this.#orm.em, async (em) => {
      const { id_paciente, id_medico } = await lockPatientFor(em, actor, body.id_paciente);
      const { modalidad, descripcion, notas } = body;
      const fecha_estudio = wholeSeconds(body.fecha_estudio ? new Date(body.fecha_estudio) : this.#clock());
      const study = em.create(Estudio, { id_paciente, id_medico, fecha_estudio, modalidad, descripcion, notas });
      await em.flush();
      this.#trail(em, actor).created('ESTUDIO', study.id_estudio, recordOf(study));
      return study;
    });
  }

  async get(actor: Actor, id: number): Promise<Estudio> {
    const study = await findStudyFor(this.#orm.em.fork(), actor, id);
    await this.#reads.note(actor, { type: 'ESTUDIO', id });
    return study;
  }

  async update(actor: Actor, id: number, { fecha_estudio, ...body }: UpdateStudyBody): Promise<Estudio> {
    return await inTransaction(this.#orm.em, async (em) => {
      const study = await lockStudyFor(em, actor, id);
      const before = recordOf(study);
      em.assign(study, changesOf(body));
      if (fecha_estudio) study.fecha_estudio = wholeSeconds(new Date(fecha_estudio));
      await em.flush();
      this.#trail(em, actor).updated('ESTUDIO', id, { before, after: recordOf(study) });
      return study;
    });
  }

  async remove(actor: Actor, id: number): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const study = await lockStudyFor(em, actor, id);
      this.#trail(em, actor).removed('ESTUDIO', id, recordOf(study));
      em.remove(study);
    });
  }

  #trail(em: EntityManager, actor: Actor): AuditTrail {
    return new AuditTrail(em, actor.id_usuario, this.#clock());
  }
}
