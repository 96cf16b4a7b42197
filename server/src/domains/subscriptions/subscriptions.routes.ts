import type { contract } from '@som3d/contract';
import { inTransaction } from '../../db/transaction.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { actorOf, isAdmin, type Actor } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { ensureDoctorProfile } from '../doctors/profile.ts';
import { startSubscription } from './start.ts';
import {
  presentLastPayment,
  presentMine,
  presentMyStatus,
  presentPayment,
  presentSubscription,
} from './subscriptions.presenter.ts';
import {
  currentSubscription,
  findSubscription,
  lastPayment,
  listPayments,
  listSubscriptions,
} from './subscriptions.queries.ts';
import { SubscriptionService } from './subscriptions.service.ts';

/** Subscriptions over HTTP: behaviour.md section 5. */
export function subscriptionRoutes(deps: Deps): Handlers<typeof contract.subscriptions> {
  const { orm, clock } = deps;
  const subscriptions = new SubscriptionService(deps);

  const found = async (id: number) => {
    const row = await findSubscription(orm, id);
    if (!row) throw new AppError('not_found', 'La suscripción no existe');
    return row;
  };

  /** The caller's own; an administrator, or a doctor without a profile yet, has none. */
  const mineOf = async ({ id_medico, ...actor }: Actor) => {
    const now = clock();
    const row = id_medico === null ? undefined : await currentSubscription(orm, { id_medico }, now);
    return { row, mine: presentMine(row, { canStart: !isAdmin({ id_medico, ...actor }), now }) };
  };

  return {
    start: async ({ body, req }) => {
      const actor = actorOf(req);
      if (isAdmin(actor)) throw new AppError('forbidden', 'Solo un médico puede suscribirse');
      const id_medico = await inTransaction(orm.em, async (em) => await ensureDoctorProfile(em, actor));
      return { status: 200, body: await startSubscription(deps, { id_medico }, body.plan_id) };
    },
    mine: async ({ req }) => ({ status: 200, body: (await mineOf(actorOf(req))).mine }),
    mineStatus: async ({ req }) => {
      const actor = actorOf(req);
      const { row, mine } = await mineOf(actor);
      const { id_medico } = actor;
      const payment = id_medico === null ? undefined : await lastPayment(orm, { id_medico });
      return { status: 200, body: presentMyStatus(mine, row, presentLastPayment(payment)) };
    },
    list: async ({ query, req, res }) => {
      const now = clock();
      return answerPage({ req, res, query }, await listSubscriptions(orm, query, now), (row) =>
        presentSubscription(row, now),
      );
    },
    create: async ({ body, req }) => ({
      status: 201,
      body: presentSubscription(await subscriptions.create(actorOf(req), body), clock()),
    }),
    get: async ({ params }) => ({ status: 200, body: presentSubscription(await found(params.id), clock()) }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentSubscription(await subscriptions.update(actorOf(req), params.id, body), clock()),
    }),
    remove: async ({ params, req }) => {
      await subscriptions.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
    payments: async ({ params, query, req, res }) => {
      await found(params.id);
      return answerPage({ req, res, query }, await listPayments(orm, params.id, query), presentPayment);
    },
  };
}
