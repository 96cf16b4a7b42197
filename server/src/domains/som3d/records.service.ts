import type { UpdateJobBody } from '@som3d/contract';
import { AppError } from '../../base/errors.ts';
import { JobConv, JobSTL } from '../../db/entities/som3d.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import type { Deletions } from '../../jobs/deletions.ts';
import { isTerminal } from '../../jobs/states.ts';
import { AuditTrail } from '../audit/audit.ts';
import { lockPatientFor } from '../patients/patients.policy.ts';
import { moveStatesOfResult } from '../visor/visor.cascade.ts';
import { removeEndedJob } from './som3d.cascade.ts';
import { requireOwn } from './som3d.policy.ts';

/** A job as its owner keeps it: its name, whose it is, and its removal. behaviour.md section 9. */
export class JobRecords {
  readonly #deps: Deps;
  readonly #deletions: Deletions;

  constructor(deps: Deps, deletions: Deletions) {
    this.#deps = deps;
    this.#deletions = deletions;
  }

  /**
   * @throws AppError 404 for another's job or no patient, 403 for another's patient
   */
  async update(actor: Actor, jobId: string, { nombre_proceso, id_paciente }: UpdateJobBody): Promise<void> {
    const { orm, clock } = this.#deps;
    await inTransaction(orm.em, async (em) => {
      // The patient first, as the end of a job takes its locks.
      if (id_paciente != null) await lockPatientFor(em, actor, id_paciente);
      const job = requireOwn(actor, jobId, await em.findOne(JobConv, jobId, FOR_UPDATE));
      const trail = new AuditTrail(em, actor.id_usuario, clock());
      const before = { nombre_proceso: job.nombre_proceso, id_paciente: job.id_paciente };
      const after = {
        nombre_proceso: nombre_proceso === undefined ? before.nombre_proceso : nombre_proceso,
        id_paciente: id_paciente === undefined ? before.id_paciente : id_paciente,
      };
      if (before.nombre_proceso === after.nombre_proceso && before.id_paciente === after.id_paciente) return;
      trail.updated('TRABAJO', 0, { before, after, meta: { job_id: jobId } });
      em.assign(job, { ...after, updated_at: clock() });
      if (before.id_paciente === after.id_paciente) return;
      const results = await em.find(JobSTL, { job_id: jobId }, FOR_UPDATE);
      // The patient can have this result already, registered by hand.
      if (results.some((result) => result.id_paciente === after.id_paciente)) return;
      for (const result of results.filter(({ id_paciente: whose }) => whose === before.id_paciente)) {
        const was = recordOf(result);
        em.assign(result, { id_paciente: after.id_paciente, updated_at: clock() });
        trail.updated('RESULTADO', result.id_jobstl, { before: was, after: recordOf(result) });
        await moveStatesOfResult(em, result.id_jobstl, after.id_paciente ?? null, clock());
      }
    });
  }

  /**
   * @throws AppError 404 for another's job, 409 for one that has not ended
   */
  async remove(actor: Actor, jobId: string): Promise<void> {
    const { orm, clock, config, log } = this.#deps;
    await inTransaction(orm.em, async (em) => {
      const job = requireOwn(actor, jobId, await em.findOne(JobConv, jobId, FOR_UPDATE));
      if (!isTerminal(job.status)) {
        throw new AppError('conflict', 'El trabajo aún no terminó; cancélelo antes de eliminarlo');
      }
      const predecessorResults = config.SOM3D_PREDECESSOR_RESULTS;
      await removeEndedJob(em, job, { actor: actor.id_usuario, at: clock(), predecessorResults });
    });
    log.info({ job_id: jobId, by: actor.id_usuario }, 'job removed');
    // What cannot be removed now stays noted.
    await this.#deletions
      .workOff()
      .catch((error: unknown) => log.warn({ err: error }, 'files not removed; the sweeper will retry'));
  }
}
