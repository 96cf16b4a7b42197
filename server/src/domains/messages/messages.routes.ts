import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import { presentInboxMessage, presentMessage, presentMessageEvent } from './messages.presenter.ts';
import { listInbox, listMessageEvents, listMessages } from './messages.queries.ts';
import { MessageService } from './messages.service.ts';

/** Messages over HTTP. */
export function messageRoutes(deps: Deps): Handlers<typeof contract.messages> {
  const messages = new MessageService(deps);
  const em = () => deps.orm.em.fork();
  return {
    create: async ({ body, req }) => ({
      status: 201,
      body: presentMessage(await messages.create(actorOf(req), body)),
    }),
    list: async ({ query, req }) => {
      // A doctor without a profile row has no messages: no row has the id 0.
      const { rows, total } = await listMessages(em(), actorOf(req).id_medico ?? 0, query);
      return { status: 200, body: { total, items: rows.map(presentMessage) } };
    },
    inbox: async ({ query, req }) => {
      const { rows, total } = await listInbox(em(), actorOf(req), query);
      return { status: 200, body: { total, items: rows.map(presentInboxMessage) } };
    },
    events: async ({ params }) => {
      await messages.check(params.id);
      const events = await listMessageEvents(em(), params.id);
      return { status: 200, body: { items: events.map(presentMessageEvent) } };
    },
    update: async ({ params, body, req }) => ({
      status: 200,
      body: { ok: true, ...presentInboxMessage(await messages.update(actorOf(req), params.id, body)) },
    }),
    markRead: async ({ params, body, req }) => ({
      status: 200,
      body: { ok: true, ...presentMessage(await messages.setAnswerRead(actorOf(req), params.id, body.leido_medico)) },
    }),
  };
}
