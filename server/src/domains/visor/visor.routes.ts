import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { pageOf, setPageHeaders } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { presentState } from './visor.presenter.ts';
import { listStates } from './visor.queries.ts';
import { createVisorService } from './visor.service.ts';

/** Viewer states over HTTP. */
export function visorRoutes(deps: Deps): Handlers<typeof contract.visor> {
  const states = createVisorService(deps);
  return {
    create: async ({ body, req }) => ({
      status: 201,
      body: presentState(await states.create(actorOf(req), body)),
    }),
    list: async ({ query, req, res }) => {
      const { rows, total } = await listStates(deps.orm, actorOf(req), query);
      const { limit, offset } = pageOf(query);
      // A page that ended before its limit: the next one begins where it ended.
      const ended = rows.length > 0 && rows.length < limit && offset + rows.length < total;
      setPageHeaders(req, res, ended ? { limit: rows.length, offset } : query, total);
      return { status: 200, body: rows.map(presentState) };
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
