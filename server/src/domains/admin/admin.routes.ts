import { CODE_DAYS, type contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import type { JobServices } from '../../jobs/services.ts';
import { listAudit } from '../audit/audit.queries.ts';
import { presentDoctor } from '../doctors/doctors.presenter.ts';
import { countDoctors, listDoctors } from '../doctors/doctors.queries.ts';
import { DoctorService } from '../doctors/doctors.service.ts';
import { presentHospitalDetail } from '../hospitals/hospitals.presenter.ts';
import { listHospitalDetails } from '../hospitals/hospitals.queries.ts';
import { HospitalService } from '../hospitals/hospitals.service.ts';
import { HospitalRemoval } from '../hospitals/removal.ts';
import { rangeOf } from './calendar.ts';
import { readMetrics } from './metrics.queries.ts';
import { listActiveUserSubscriptions, listHospitalsBilling, listRecentPayments } from './overview.queries.ts';
import { listUsers } from './users.queries.ts';
import { UserService } from './users.service.ts';

type Routes = Handlers<typeof contract.admin>;

const RECENT_PAYMENTS = 10;

function hospitalRoutes(deps: Deps) {
  const { orm, clock } = deps;
  const hospitals = new HospitalService(deps);
  const removal = new HospitalRemoval(deps);
  return {
    generateCode: async () => ({ status: 200, body: { codigo: await hospitals.generateCode() } }),
    listHospitals: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listHospitalDetails(orm.em.fork(), query, clock()), presentHospitalDetail),
    getHospital: async ({ params }) => ({
      status: 200,
      body: presentHospitalDetail(await hospitals.detail(params.id)),
    }),
    createHospital: async ({ body, req }) => ({
      status: 201,
      body: presentHospitalDetail(await hospitals.create(actorOf(req), body)),
    }),
    updateHospital: async ({ params, body, req }) => ({
      status: 200,
      body: presentHospitalDetail(await hospitals.update(actorOf(req), params.id, body)),
    }),
    removeHospital: async ({ params, req }) => {
      await removal.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
    reissueCode: async ({ params, query, body, req }) => {
      const days = query.expires_days ?? body.expires_days ?? CODE_DAYS;
      const hospital = presentHospitalDetail(await hospitals.reissue(actorOf(req), params.id, days));
      return { status: 200, body: { ...hospital, expires_at: hospital.code.expires_at } };
    },
    revokeCodes: async ({ params, req }) => ({
      status: 200,
      body: { ok: true, revoked: await hospitals.revoke(actorOf(req), params.id) },
    }),
  } satisfies Partial<Routes>;
}

function accountRoutes(deps: Deps, services: JobServices) {
  const { orm } = deps;
  const doctors = new DoctorService(deps);
  const users = new UserService(deps, services);
  return {
    countDoctors: async ({ query }) => ({ status: 200, body: await countDoctors(orm.em.fork(), query.hospital_id) }),
    listDoctors: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listDoctors(orm.em.fork(), query), presentDoctor),
    createDoctor: async ({ body, req }) => ({
      status: 201,
      body: presentDoctor(await doctors.create(actorOf(req), body)),
    }),
    updateDoctor: async ({ params, body, req }) => ({
      status: 200,
      body: presentDoctor(await doctors.update(actorOf(req), params.id, body)),
    }),
    removeDoctor: async ({ params, req }) => {
      await users.removeDoctor(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
    listInactiveUsers: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listUsers(orm.em.fork(), 'inactive', query)),
    listSuspendedUsers: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listUsers(orm.em.fork(), 'suspended', query)),
    listAdmins: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listUsers(orm.em.fork(), 'admins', query)),
    createAdmin: async ({ body, req }) => ({ status: 201, body: await users.createAdmin(actorOf(req), body) }),
    updateUser: async ({ params, body, req }) => ({
      status: 200,
      body: await users.update(actorOf(req), params.id, body),
    }),
    userSessions: async ({ params, req }) => ({
      status: 200,
      body: await users.sessionsOf(actorOf(req), params.id),
    }),
    endUserSessions: async ({ params, req }) => ({
      status: 200,
      body: { ok: true, cerradas: await users.endSessions(actorOf(req), params.id) },
    }),
    sendPasswordReset: async ({ params, req }) => {
      await users.sendReset(actorOf(req), params.id, req.ip ?? null);
      return { status: 200, body: { ok: true } };
    },
    removeUser: async ({ params, req }) => {
      await users.removeUser(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
  } satisfies Partial<Routes>;
}

function reportRoutes({ orm, clock }: Deps) {
  return {
    metrics: async () => ({ status: 200, body: await readMetrics(orm.em.fork(), clock()) }),
    recentPayments: async ({ query }) => ({
      status: 200,
      body: await listRecentPayments(orm.em.fork(), query.limit ?? RECENT_PAYMENTS),
    }),
    activeUserSubscriptions: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listActiveUserSubscriptions(orm.em.fork(), query, clock())),
    hospitalsBilling: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listHospitalsBilling(orm.em.fork(), query, clock())),
    clinicalAudit: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listAudit(orm.em.fork(), query, rangeOf(query))),
  } satisfies Partial<Routes>;
}

/** What administrators do: behaviour.md section 10. */
export function adminRoutes(deps: Deps, services: JobServices): Routes {
  return {
    ...hospitalRoutes(deps),
    ...accountRoutes(deps, services),
    ...reportRoutes(deps),
  };
}
