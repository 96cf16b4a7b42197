import type { EntityManager } from '@mikro-orm/core';
import type { CreateNoteBody, UpdateNoteBody } from '@som3d/contract';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import type { Actor } from '../../http/context.ts';
import { changesOf } from '../../base/changes.ts';
import { ClinicalNote } from '../../db/entities/patients.entity.ts';
import { findPatientFor, lockPatientFor } from './patients.policy.ts';

const GENERAL = 'GENERAL';

/** Where a note is: its patient and its own number. */
export interface NotePath {
  readonly id: number;
  readonly note_id: number;
}

/** A note of this patient, held until the transaction ends; one of another patient does not exist here. */
async function lockNote(em: EntityManager, actor: Actor, { id, note_id }: NotePath): Promise<ClinicalNote> {
  await lockPatientFor(em, actor, id);
  const where = { id_note: note_id, id_paciente: id };
  const note = await em.findOne(ClinicalNote, where, FOR_UPDATE);
  if (!note) throw new AppError('not_found', 'La nota no existe');
  return note;
}

/** Notes on a patient: behaviour.md section 8. Who may touch the patient may touch the notes. */
export function createNoteService({ orm, clock }: Pick<Deps, 'orm' | 'clock'>) {
  /** @throws AppError 404 or 403, as for the patient */
  const checkPatient = async (actor: Actor, id: number): Promise<void> => {
    await findPatientFor(orm.em.fork(), actor, id);
  };

  const create = async (actor: Actor, id: number, body: CreateNoteBody): Promise<ClinicalNote> =>
    await inTransaction(orm.em, async (em) => {
      const { id_paciente, id_medico } = await lockPatientFor(em, actor, id);
      const at = wholeSeconds(clock());
      const note = em.create(ClinicalNote, {
        id_paciente,
        id_medico,
        segmento: body.segmento ?? GENERAL,
        texto: body.texto,
        anchor_json: body.anchor_json ?? null,
        created_at: at,
        updated_at: at,
      });
      await em.flush();
      return note;
    });

  const update = async (actor: Actor, path: NotePath, body: UpdateNoteBody): Promise<ClinicalNote> =>
    await inTransaction(orm.em, async (em) => {
      const note = await lockNote(em, actor, path);
      em.assign(note, changesOf(body));
      await em.flush();
      return note;
    });

  const remove = async (actor: Actor, path: NotePath): Promise<void> => {
    await inTransaction(orm.em, async (em) => {
      em.remove(await lockNote(em, actor, path));
    });
  };

  return { checkPatient, create, update, remove };
}
