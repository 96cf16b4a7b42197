import type { contract } from '@som3d/contract';
import type { Handlers } from '../../http/router.ts';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { answerPage } from '../../http/pages.ts';
import { noteRoutes } from './notes.routes.ts';
import { presentPatient } from './patients.presenter.ts';
import { PatientService } from './patients.service.ts';

export function patientRoutes(deps: Deps): Handlers<typeof contract.patients> {
  const patients = new PatientService(deps);
  return {
    list: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await patients.list(actorOf(req), query), presentPatient),
    create: async ({ body, req }) => ({
      status: 201,
      body: presentPatient(await patients.create(actorOf(req), body)),
    }),
    get: async ({ params, req }) => ({
      status: 200,
      body: presentPatient(await patients.get(actorOf(req), params.id)),
    }),
    update: async ({ params, body, req }) => ({
      status: 200,
      body: presentPatient(await patients.update(actorOf(req), params.id, body)),
    }),
    remove: async ({ params, req }) => {
      await patients.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
    ...noteRoutes(deps),
  };
}
