import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import type { Handlers } from '../../http/router.ts';
import { setPageHeaders } from '../../http/pages.ts';
import { presentEvent, presentEventDetail } from './epayco.presenter.ts';
import { getEvent, listEvents } from './epayco.queries.ts';
import { createEpaycoService } from './epayco.service.ts';
import type { PaymentProcessor } from './processor.ts';
import { PAGE_POLICY, responsePage } from './response-page.ts';

export function epaycoRoutes(deps: Deps, processor: PaymentProcessor): Handlers<typeof contract.epayco> {
  const payments = createEpaycoService(deps, processor);
  return {
    confirm: async ({ body, query }) => ({ status: 200, body: await payments.confirm({ ...query, ...body }) }),
    confirmByGet: async ({ query }) => ({ status: 200, body: await payments.confirm(query) }),
    validate: async ({ query }) => ({ status: 200, body: await payments.validate(query.ref_payco) }),
    response: async ({ query, res }) => {
      const view = await payments.view(query.ref_payco);
      res.set({ 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-store' });
      return { status: 200, body: responsePage(view, query.ref_payco, deps.config) };
    },
    listEvents: async ({ query, req, res }) => {
      const { rows, total } = await listEvents(deps.orm, query);
      setPageHeaders(req, res, query, total);
      return { status: 200, body: rows.map(presentEvent) };
    },
    getEvent: async ({ params }) => ({ status: 200, body: presentEventDetail(await getEvent(deps.orm, params.id)) }),
    retryEvent: async ({ params }) => ({ status: 200, body: presentEvent(await payments.retry(params.id)) }),
  };
}
