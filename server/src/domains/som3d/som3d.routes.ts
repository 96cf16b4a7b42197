import { Readable } from 'node:stream';
import type { contract, JobFile } from '@som3d/contract';
import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../base/errors.ts';
import { readFileGrant } from '../../gateways/storage/signed-url.ts';
import type { StoredObject } from '../../gateways/storage/storage.ts';
import { actorOf } from '../../http/context.ts';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.ts';
import { discardBody } from '../../http/linger.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { sendObject } from '../../http/send-object.ts';
import { streamBody } from '../../http/stream.ts';
import { receiveUploadForm } from '../../http/upload-form.ts';
import type { JobServices } from '../../jobs/services.ts';
import { jobOf } from '../../jobs/keys.ts';
import { ReadAudit } from '../audit/reads.ts';
import { createJobEvents } from './events.ts';
import { listPatientsWithStl, readContext } from './results.queries.ts';
import { createPrioritize } from './priority.ts';
import { createResultService } from './results.service.ts';
import { besideResult, filesWithTypes, findJobFile, type JobFileLocation, resultOf, withType } from './som3d.files.ts';
import { requireOwn } from './som3d.policy.ts';
import { presentProgress } from '../../jobs/progress.ts';
import { meshesOf, presentJob, presentJobStl, threemfOf } from './som3d.presenter.ts';
import { EVERYBODY, findProgress, jobsSeenBy, listJobs, readLog } from './som3d.queries.ts';
import { createSom3dService, type FinishedJob } from './som3d.service.ts';
import { Submissions } from './submission.ts';
import { withOwners } from './tracking.queries.ts';

const TAIL_LINES = 20;
const LOG_LINES = 200;

/** Jobs over HTTP: behaviour.md section 9. */
export function som3dRoutes(deps: Deps, services: JobServices): Handlers<typeof contract.som3d> {
  const { signals, watch, deletions } = services;
  const { orm, storage, config, secrets, clock } = deps;
  const jobs = createSom3dService(deps, services);
  const prioritize = createPrioritize(deps, signals);
  const results = createResultService(deps, deletions);
  const submissions = new Submissions(deps, signals);
  const events = createJobEvents(deps, watch);
  const reads = new ReadAudit(deps);

  /** An absolute URL that serves one stored file without a session until it expires. */
  const signedUrl = async ({ key, filename, type }: JobFileLocation): Promise<string> => {
    const expiresSeconds = config.SOM3D_RESULT_URL_SECONDS;
    return await storage.signedUrl(key, { filename, type, expiresSeconds, baseUrl: deps.address.url });
  };
  const stored = async (key: string): Promise<StoredObject> => {
    const object = await storage.stat(key);
    if (!object) throw new AppError('not_found', 'El archivo ya no está disponible');
    return object;
  };
  const send = async (
    req: Request,
    res: Response,
    object: StoredObject,
    file: Pick<JobFileLocation, 'filename' | 'type'>,
  ) => {
    req.log.info({ job_id: jobOf(object.key), type: file.type }, 'job result sent');
    return await sendObject({ req, res, storage }, object, file);
  };
  const modelsOf = async (job: FinishedJob) => {
    const url = (filename: string): Promise<string> => signedUrl(besideResult(job, filename));
    const urlOf = async (file: JobFile | undefined): Promise<string | null> => (file ? await url(file.filename) : null);
    return await Promise.all(
      meshesOf(job).map(async (mesh) => ({
        ...mesh,
        ...(mesh.files ? { files: filesWithTypes(mesh.files) } : {}),
        url: await url(mesh.filename),
        glb_url: await urlOf(mesh.files?.glb),
        web_glb_url: await urlOf(mesh.files?.web_glb),
        plate_stl_url: await urlOf(mesh.files?.plate_stl),
        png_url: await urlOf(mesh.files?.png),
      })),
    );
  };

  return {
    create: async ({ req, res, headers }) => {
      await using form = await receiveUploadForm(req, config.maxUploadBytes);
      const uploader = { actor: actorOf(req), key: headers['idempotency-key'], log: req.log };
      const { row, created } = await submissions.submit(form, uploader);
      // What may stand behind the form's end.
      discardBody(req, res);
      res.set('Location', `/som3d/jobs/${row.job_id}`);
      return { status: created ? 201 : 200, body: presentJob(row) };
    },
    list: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listJobs(orm, jobsSeenBy(actorOf(req)), query), (row) => presentJob(row)),
    mine: async ({ query, req, res }) =>
      answerPage({ req, res, query }, await listJobs(orm, actorOf(req).id_usuario, query), (row) => presentJob(row)),
    tracking: async ({ query, req, res }) => {
      const page = await listJobs(orm, EVERYBODY, query);
      return answerPage({ req, res, query }, await withOwners(orm, page));
    },
    trackingMine: async ({ query, req, res }) => {
      const page = await listJobs(orm, actorOf(req).id_usuario, query);
      return answerPage({ req, res, query }, await withOwners(orm, page));
    },
    get: async ({ params, req }) => {
      const job = await jobs.get(actorOf(req), params.id);
      const { rows } = await readLog(orm, params.id, TAIL_LINES);
      return { status: 200, body: presentJob(job, rows) };
    },
    progress: async ({ params, req }) => ({
      status: 200,
      body: presentProgress(requireOwn(actorOf(req), params.id, await findProgress(orm, params.id))),
    }),
    events: async ({ params, headers, req, res }) => {
      const actor = actorOf(req);
      const row = requireOwn(actor, params.id, await findProgress(orm, params.id));
      const snapshot = { id_usuario: row.id_usuario, progress: presentProgress(row) };
      const listener = { actor, until: req.admittedUntil, isStillAdmitted: req.isStillAdmitted };
      // A HEAD request wants the headers alone.
      const open = req.method === 'HEAD' ? () => Readable.from([]) : events.open;
      const stream = open(listener, params.id, snapshot, headers['last-event-id']);
      if (!stream) return { status: 204, body: undefined };
      res.set(EVENT_STREAM_HEADERS);
      return { status: 200, body: streamBody(res, stream) };
    },
    log: async ({ params, query, req }) => {
      await jobs.get(actorOf(req), params.id);
      const { rows, total } = await readLog(orm, params.id, query.full ? undefined : (query.tail ?? LOG_LINES));
      return {
        status: 200,
        body: { job_id: params.id, lines: rows, log: rows.join('\n'), total, truncated: rows.length < total },
      };
    },
    logRaw: async ({ params, req }) => {
      await jobs.get(actorOf(req), params.id);
      const { rows } = await readLog(orm, params.id);
      return { status: 200, body: rows.map((line) => `${line}\n`).join('') };
    },
    stateContext: async ({ params, req }) => {
      const actor = actorOf(req);
      const job = await jobs.get(actor, params.id);
      const { rows: log } = await readLog(orm, params.id, TAIL_LINES);
      const context = await readContext(orm, actor, job);
      const { job_id, id_paciente } = job;
      await reads.note(actor, { type: 'TRABAJO', id: 0, meta: { job_id, id_paciente } });
      return { status: 200, body: { job_id: job.job_id, job: presentJob(job, log), ...context } };
    },
    stls: async ({ params, req }) => {
      const job = await jobs.getFinished(actorOf(req), params.id);
      const items = await modelsOf(job);
      const threemf = threemfOf(job);
      const threemf_url = threemf && (await signedUrl(besideResult(job, threemf.filename)));
      const whole = { threemf: threemf && withType(threemf), threemf_url };
      return { status: 200, body: { job_id: job.job_id, count: items.length, items, ...whole } };
    },
    result: async ({ params, req }) => {
      const job = await jobs.getFinished(actorOf(req), params.id);
      const url = await signedUrl(resultOf(job));
      req.log.info({ job_id: job.job_id, user: actorOf(req).id_usuario }, 'job result link issued');
      return { status: 200, body: { job_id: job.job_id, url, expires_in: config.SOM3D_RESULT_URL_SECONDS } };
    },
    resultBytes: async ({ params, req, res }) => {
      const job = await jobs.getFinished(actorOf(req), params.id);
      const object = await stored(job.result_key);
      return await send(req, res, object, resultOf(job));
    },
    jobFile: async ({ params, req, res }) => {
      const job = await jobs.getFinished(actorOf(req), params.id);
      const file = findJobFile(job, params.name);
      if (!file) throw new AppError('not_found', 'El trabajo no tiene un archivo con ese nombre');
      return await send(req, res, await stored(file.key), file);
    },
    file: async ({ params, req, res }) => {
      const grant = readFileGrant(secrets.urls, params.token, clock());
      if (!grant) throw new AppError('forbidden', 'El enlace no es válido o venció; pida uno nuevo');
      return await send(req, res, await stored(grant.key), grant);
    },
    finalize: async ({ params, body, req }) => ({
      status: 200,
      body: presentJobStl(await jobs.finalize(actorOf(req), params.id, body)),
    }),
    cancel: async ({ params, req }) => {
      const job = await jobs.cancel(actorOf(req), params.id);
      const { rows } = await readLog(orm, params.id, TAIL_LINES);
      return { status: 200, body: presentJob(job, rows) };
    },
    prioritize: async ({ params, body, req }) => ({
      status: 200,
      body: presentJob(await prioritize(actorOf(req), params.id, body.prioridad)),
    }),
    updateResultNotes: async ({ params, body, req }) => ({
      status: 200,
      body: presentJobStl(await results.updateNotes(actorOf(req), params.id, body.notas)),
    }),
    removeResult: async ({ params, req }) => {
      await results.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
    },
    patientsWithStl: async ({ query, req, res }) => {
      const page = await listPatientsWithStl(orm, actorOf(req), query);
      const ids = page.rows.map(({ id_paciente }) => id_paciente);
      await reads.noteList(actorOf(req), 'PACIENTE', ids, query);
      return answerPage({ req, res, query }, page);
    },
  };
}
