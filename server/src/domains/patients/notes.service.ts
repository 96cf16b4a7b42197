import type { EntityManager } from '@mikro-orm/core';
import type { CreateNoteBody, NoteQuery, UpdateNoteBody } from '@som3d/contract';
import { changesOf } from '../../base/changes.ts';
import { AppError } from '../../base/errors.ts';
import { wholeSeconds } from '../../db/columns.ts';
import { ClinicalNote } from '../../db/entities/patients.entity.ts';
import { FOR_UPDATE } from '../../db/locks/rows.ts';
import { recordOf } from '../../db/record.ts';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../http/context.ts';
import { requireJson } from '../../http/kept-json.ts';
import { AuditTrail } from '../audit/audit.ts';
import { ReadAudit } from '../audit/reads.ts';
import { listNotes } from './notes.queries.ts';
import { countNote } from '../usage/quotas.ts';
import { lockPatientFor, readPatientFor } from './patients.policy.ts';

const GENERAL = 'GENERAL';

/** Where a note is: its patient and its own number. */
export interface NotePath {
  readonly id: number;
  readonly note_id: number;
}

/** A note of this patient, held until the transaction ends; one of another patient does not exist here. */
async function lockNote(em: EntityManager, actor: Actor, { id, note_id }: NotePath): Promise<ClinicalNote> {
  await lockPatientFor(em, actor, id);
  const note = await em.findOne(ClinicalNote, { id_note: note_id, id_paciente: id }, FOR_UPDATE);
  if (!note) throw new AppError('not_found', 'La nota no existe');
  return note;
}

/** Notes on a patient. Who may touch the patient may touch the notes. Each command and its audit row are one transaction. */
export class NoteService {
  readonly #deps: Pick<Deps, 'orm' | 'clock' | 'config'>;
  readonly #orm: Deps['orm'];
  readonly #clock: Deps['clock'];
  readonly #reads: ReadAudit;

  constructor(deps: Pick<Deps, 'orm' | 'clock' | 'config'>) {
    const { orm, clock } = deps;
    this.#deps = deps;
    this.#orm = orm;
    this.#clock = clock;
    this.#reads = new ReadAudit({ orm, clock });
  }

  /** @throws AppError 404 or 403, as for the patient */
  async list(actor: Actor, id_paciente: number, query: NoteQuery) {
    await readPatientFor(this.#orm, actor, id_paciente);
    const page = await listNotes(this.#orm, id_paciente, query);
    const meta = { id_paciente, ids: page.rows.map(({ id_note }) => id_note) };
    await this.#reads.note(actor, { type: 'NOTA', id: 0, meta });
    return page;
  }

  async create(actor: Actor, id: number, body: CreateNoteBody): Promise<ClinicalNote> {
    await countNote(this.#deps, actor);
    return await inTransaction(this.#orm.em, async (em) => {
      const { id_paciente, id_medico } = await lockPatientFor(em, actor, id);
      const at = wholeSeconds(this.#clock());
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
      this.#trail(em, actor).created('NOTA', note.id_note, recordOf(note));
      return note;
    });
  }

  async update(actor: Actor, path: NotePath, body: UpdateNoteBody): Promise<ClinicalNote> {
    return await inTransaction(this.#orm.em, async (em) => {
      const note = await lockNote(em, actor, path);
      const before = recordOf(note);
      requireJson(['anchor_json'], note, body);
      em.assign(note, changesOf(body));
      await em.flush();
      this.#trail(em, actor).updated('NOTA', note.id_note, { before, after: recordOf(note) });
      return note;
    });
  }

  async remove(actor: Actor, path: NotePath): Promise<void> {
    await inTransaction(this.#orm.em, async (em) => {
      const note = await lockNote(em, actor, path);
      this.#trail(em, actor).removed('NOTA', note.id_note, recordOf(note));
      em.remove(note);
    });
  }

  #trail(em: EntityManager, actor: Actor): AuditTrail {
    return new AuditTrail(em, actor.id_usuario, this.#clock());
  }
}
