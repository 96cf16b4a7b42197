import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { actorOf, isAdmin } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { countCodeUse } from './code-limit.ts';
import { presentHospital, presentPublicDetail } from './hospitals.presenter.ts';
import { findActiveByCode, listHospitals } from './hospitals.queries.ts';
import { HospitalService } from './hospitals.service.ts';
import { HospitalLinks } from './link.ts';
import { HospitalRemoval } from './removal.ts';
import { createHospitalBilling } from './billing.ts';

/** Hospitals over HTTP: behaviour.md section 6. */
export function hospitalRoutes(deps: Deps): Handlers<typeof contract.hospitals> {
  const { orm, clock } = deps;
  const hospitals = new HospitalService(deps);
  const links = new HospitalLinks(deps);
  const removal = new HospitalRemoval(deps);
  const billing = createHospitalBilling(deps);
  return {
    list: async ({ query, req, res }) => {
      const all = isAdmin(actorOf(req)) && query.include_all === true;
      return answerPage({ req, res, query }, await listHospitals(orm.em.fork(), query, { all }), presentHospital);
    },
    byCode: async ({ params, req }) => {
      await countCodeUse(deps, req);
      const row = await findActiveByCode(orm.em.fork(), params.codigo, clock());
      if (!row) throw new AppError('not_found', 'El código no corresponde a un hospital activo');
      return { status: 200, body: presentPublicDetail(row) };
    },
    status: async ({ params, req }) => {
      await countCodeUse(deps, req);
      return { status: 200, body: await billing.status(params.codigo) };
    },
    mineStatus: async ({ req }) => ({ status: 200, body: await billing.statusOfMine(actorOf(req)) }),
    startSubscription: async ({ body, req }) => {
      await countCodeUse(deps, req);
      return { status: 200, body: await billing.start(body.codigo, body.plan_id) };
    },
    linkByCode: async ({ body, req }) => {
      await countCodeUse(deps, req);
      const { hospital, has_active_subscription } = await links.linkByCode(actorOf(req), body.codigo);
      return { status: 200, body: { ok: true, ...presentHospital(hospital), has_active_subscription } };
    },
    create: async ({ body, req }) => ({
      status: 201,
      body: presentHospital(await hospitals.create(actorOf(req), body)),
    }),
    get: async ({ params, req }) => ({
      status: 200,
      body: presentHospital(await hospitals.get(actorOf(req), params.id)),
    }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentHospital(await hospitals.update(actorOf(req), params.id, body)),
    }),
    remove: async ({ params, req }) => {
      await removal.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  };
}
