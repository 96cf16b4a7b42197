import { create as contentDisposition } from 'content-disposition';
import type { contract } from '@som3d/contract';
import type { Handlers } from '../../http/router.ts';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { streamBody } from '../../http/stream.ts';
import { answerPage } from '../../http/pages.ts';
import { PatientExport } from './export.ts';
import { noteRoutes } from './notes.routes.ts';
import { presentPatient } from './patients.presenter.ts';
import { PatientService } from './patients.service.ts';

export function patientRoutes(deps: Deps): Handlers<typeof contract.patients> {
  const patients = new PatientService(deps);
  const exports = new PatientExport(deps);
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
    exportData: async ({ params, req, res }) => {
      const [actor, { id }] = [actorOf(req), params];
      // A HEAD request takes no copy.
      const zip = req.method === 'HEAD' ? await exports.check(actor, id) : await exports.open(actor, id);
      res.set({
        'content-type': 'application/zip',
        'content-disposition': contentDisposition(`paciente-${id}.zip`),
        'cache-control': 'no-store',
      });
      return { status: 200, body: streamBody(res, zip) };
    },
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
