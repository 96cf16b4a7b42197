import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { presentState } from './visor.presenter.ts';
import { VisorService } from './visor.service.ts';

/** Viewer states over HTTP. */
export function visorRoutes(deps: Deps): Handlers<typeof contract.visor> {
  const states = new VisorService(deps);
  return {
    create: async ({ body, req }) => ({
      status: 201,
      body: presentState(await states.create(actorOf(req), body)),
    }),
    list: async ({ query, req, res }) => {
      const page = await states.list(actorOf(req), query);
      return answerPage({ req, res, query }, page, presentState);
    },
    get: async ({ params, req }) => ({
      status: 200,
      body: presentState(await states.get(actorOf(req), params.id)),
    }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentState(await states.update(actorOf(req), params.id, body)),
    }),
    remove: async ({ params, req }) => {
      await states.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  };
}
