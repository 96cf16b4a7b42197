import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import type { Handlers } from '../../http/router.ts';
import { answerPage } from '../../http/pages.ts';
import { presentCheckoutRow, presentEvent, presentEventDetail } from './epayco.presenter.ts';
import { getCheckout, getEvent, listCheckouts, listEvents } from './epayco.queries.ts';
import { EpaycoService } from './epayco.service.ts';
import { OpenCheckouts } from './open-checkouts.ts';
import { referenceOfRedirect } from './payer-reference.ts';
import type { PaymentProcessor } from './processor.ts';
import { PAGE_POLICY, responsePage } from './response-page.ts';

export function epaycoRoutes(deps: Deps, processor: PaymentProcessor): Handlers<typeof contract.epayco> {
  const { orm, config } = deps;
  const payments = new EpaycoService(deps, processor);
  const checkouts = new OpenCheckouts(deps, processor);
  return {
    confirm: async ({ body, query }) => ({ status: 200, body: await payments.confirm({ ...query, ...body }) }),
    confirmByGet: async ({ query }) => ({ status: 200, body: await payments.confirm(query) }),
    validate: async ({ query }) => ({ status: 200, body: await payments.validate(query.ref_payco) }),
    response: async ({ query, res }) => {
      const reference = referenceOfRedirect(query);
      const view = await payments.view(reference);
      res.set({ 'content-security-policy': PAGE_POLICY });
      return { status: 200, body: responsePage(view, reference, config) };
    },
    listEvents: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listEvents(orm, query), presentEvent),
    getEvent: async ({ params }) => ({ status: 200, body: presentEventDetail(await getEvent(orm, params.id)) }),
    retryEvent: async ({ params }) => ({ status: 200, body: presentEvent(await payments.retry(params.id)) }),
    acceptEvent: async ({ params, req }) => ({
      status: 200,
      body: presentEvent(await payments.accept(actorOf(req), params.id)),
    }),
    enterReference: async ({ body, req }) => ({
      status: 200,
      body: presentEvent(await payments.enterReference(actorOf(req), body.ref_payco)),
    }),
    listCheckouts: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listCheckouts(orm, query), presentCheckoutRow),
    settleCheckout: async ({ params }) => {
      const { id_checkout } = await getCheckout(orm, params.id);
      await checkouts.askNow(id_checkout);
      return { status: 200, body: presentCheckoutRow(await getCheckout(orm, id_checkout)) };
    },
  };
}
