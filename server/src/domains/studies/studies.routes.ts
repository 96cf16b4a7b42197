import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { presentStudy } from './studies.presenter.ts';
import { StudyService } from './studies.service.ts';

/** Studies over HTTP. */
export function studyRoutes(deps: Deps): Handlers<typeof contract.studies> {
  const studies = new StudyService(deps);
  return {
    list: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await studies.list(actorOf(req), query), presentStudy),
    create: async ({ body, req }) => ({
      status: 201,
      body: presentStudy(await studies.create(actorOf(req), body)),
    }),
    get: async ({ params, req }) => ({
      status: 200,
      body: presentStudy(await studies.get(actorOf(req), params.id)),
    }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentStudy(await studies.update(actorOf(req), params.id, body)),
    }),
    remove: async ({ params, req }) => {
      await studies.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  };
}
