import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { presentNote } from './notes.presenter.ts';
import { NoteService } from './notes.service.ts';

type NoteHandlers = Pick<Handlers<typeof contract.patients>, 'listNotes' | 'createNote' | 'updateNote' | 'removeNote'>;

/** Notes on a patient over HTTP. */
export function noteRoutes(deps: Deps): NoteHandlers {
  const notes = new NoteService(deps);
  return {
    listNotes: async ({ params, query, req, res }) =>
      answerPage({ req, res, query }, await notes.list(actorOf(req), params.id, query), presentNote),
    createNote: async ({ params, body, req }) => ({
      status: 201,
      body: presentNote(await notes.create(actorOf(req), params.id, body)),
    }),
    updateNote: async ({ params, body, req }) => ({
      status: 200,
      body: presentNote(await notes.update(actorOf(req), params, body)),
    }),
    removeNote: async ({ params, req }) => {
      await notes.remove(actorOf(req), params);
      return { status: 204, body: undefined };
    },
  };
}
