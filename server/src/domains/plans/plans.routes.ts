import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { NO_PLAN } from './plans.policy.ts';
import { presentPlan } from './plans.presenter.ts';
import { findPlan, listPlans } from './plans.queries.ts';
import { PlanService } from './plans.service.ts';

export function planRoutes(deps: Deps): Handlers<typeof contract.plans> {
  const plans = new PlanService(deps);
  return {
    list: async ({ query, req, res }) => answerPage({ req, res, query }, await listPlans(deps.orm, query), presentPlan),
    get: async ({ params }) => {
      const plan = await findPlan(deps.orm, params.id);
      if (!plan) throw new AppError('not_found', NO_PLAN);
      return { status: 200, body: presentPlan(plan) };
    },
    create: async ({ body, req }) => ({ status: 201, body: presentPlan(await plans.create(actorOf(req), body)) }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentPlan(await plans.update(actorOf(req), params.id, body)),
    }),
    remove: async ({ params, req }) => {
      await plans.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  };
}
