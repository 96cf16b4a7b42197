import { Readable } from 'node:stream';
import type { contract } from '@som3d/contract';
import type { Deps } from '../../deps.ts';
import { actorOf } from '../../http/context.ts';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.ts';
import { discardBody } from '../../http/linger.ts';
import { answerPage } from '../../http/pages.ts';
import type { Handlers } from '../../http/router.ts';
import { streamBody } from '../../http/stream.ts';
import { receiveUploadForm } from '../../http/upload-form.ts';
import type { JobServices } from '../../jobs/services.ts';
import { ReadAudit } from '../audit/reads.ts';
import { createJobEvents } from './events.ts';
import { listPatientsWithStl, readContext } from './results.queries.ts';
import { JobRecords } from './records.service.ts';
import { createPrioritize } from './priority.ts';
import { ResultFiles } from './results.files.ts';
import { createResultService } from './results.service.ts';
import { requireOwn } from './som3d.policy.ts';
import { presentProgress } from '../../jobs/progress.ts';
import { presentJob, presentJobStl, presentLog } from './som3d.presenter.ts';
import { EVERYBODY, findProgress, jobsSeenBy, listJobs, readLog } from './som3d.queries.ts';
import { Som3dService } from './som3d.service.ts';
import { Submissions } from './submission.ts';
import { withOwners } from './tracking.queries.ts';

const TAIL_LINES = 20;
const LOG_LINES = 200;

/** A page of jobs as the predecessor's frontends read it. */
function asJobs<T>({ status, body }: { readonly status: 200; readonly body: T[] }) {
  return { status, body: { jobs: body } };
}

/** Jobs over HTTP: behaviour.md section 9. */
export function som3dRoutes(deps: Deps, services: JobServices): Handlers<typeof contract.som3d> {
  const { signals, watch, deletions } = services;
  const { orm, config } = deps;
  const jobs = new Som3dService(deps, services);
  const prioritize = createPrioritize(deps, signals);
  const results = createResultService(deps, deletions);
  const records = new JobRecords(deps, deletions);
  const submissions = new Submissions(deps, services);
  const events = createJobEvents(deps, watch);
  const reads = new ReadAudit(deps);
  const files = new ResultFiles(deps);

  return {
    create: async ({ req, res, headers }) => {
      await using form = await receiveUploadForm(req, config.maxUploadBytes);
      const uploader = { actor: actorOf(req), key: headers['idempotency-key'], log: req.log() };
      const { row, created } = await submissions.submit(form, uploader);
      // What may stand behind the form's end.
      discardBody(req, res);
      res.set('Location', `/som3d/jobs/${row.job_id}`);
      return { status: created ? 201 : 200, body: presentJob(row) };
    },
    createFromUpload: async ({ body, req, res }) => {
      const { row, created } = await submissions.submitUpload(body, { actor: actorOf(req), log: req.log() });
      res.set('Location', `/som3d/jobs/${row.job_id}`);
      return { status: created ? 201 : 200, body: presentJob(row) };
    },
    list: async ({ query, req, res }) => {
      const page = await listJobs(orm, jobsSeenBy(actorOf(req)), query);
      return asJobs(answerPage({ req, res, query }, page, (row) => presentJob(row)));
    },
    mine: async ({ query, req, res }) => {
      const page = await listJobs(orm, actorOf(req).id_usuario, query);
      return asJobs(answerPage({ req, res, query }, page, (row) => presentJob(row)));
    },
    tracking: async ({ query, req, res }) => {
      const page = await listJobs(orm, EVERYBODY, query);
      return asJobs(answerPage({ req, res, query }, await withOwners(orm, page)));
    },
    trackingMine: async ({ query, req, res }) => {
      const page = await listJobs(orm, actorOf(req).id_usuario, query);
      return asJobs(answerPage({ req, res, query }, await withOwners(orm, page)));
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
      const job = await jobs.get(actorOf(req), params.id);
      const { tail = LOG_LINES, full } = query;
      const { rows, total } = await readLog(orm, params.id, full || tail === 0 ? undefined : tail);
      return { status: 200, body: presentLog(job, rows, total) };
    },
    logText: async ({ params, query, req, res }) => {
      await jobs.get(actorOf(req), params.id);
      const { rows } = await readLog(orm, params.id);
      if (query.download) res.attachment(`som3d_${params.id}.log`);
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
    stls: async ({ params, req }) => ({
      status: 200,
      body: await files.models(await jobs.getFinished(actorOf(req), params.id)),
    }),
    result: async ({ params, query, req }) => {
      const job = await jobs.getFinished(actorOf(req), params.id);
      const body = await files.resultUrl(job, query.expires);
      req.log().info({ job_id: job.job_id, user: actorOf(req).id_usuario }, 'job result link issued');
      return { status: 200, body };
    },
    resultBytes: async ({ params, req, res }) =>
      await files.sendResult({ req, res }, await jobs.getFinished(actorOf(req), params.id)),
    preview: async ({ params, req, res }) =>
      await files.sendPreview({ req, res }, await jobs.getPreview(actorOf(req), params.id)),
    jobFile: async ({ params, req, res }) =>
      await files.sendNamed({ req, res }, await jobs.getFinished(actorOf(req), params.id), params.name),
    file: async ({ params, req, res }) => await files.sendGranted({ req, res }, params.token),
    finalize: async ({ params, body, req }) => ({
      status: 200,
      body: presentJobStl(await jobs.finalize(actorOf(req), params.id, body)),
    }),
    cancel: async ({ params, req }) => {
      const job = await jobs.cancel(actorOf(req), params.id);
      const { rows } = await readLog(orm, params.id, TAIL_LINES);
      return { status: 200, body: presentJob(job, rows) };
    },
    update: async ({ params, body, req }) => {
      await records.update(actorOf(req), params.id, body);
      return { status: 200, body: presentJob(await jobs.get(actorOf(req), params.id)) };
    },
    remove: async ({ params, req }) => {
      await records.remove(actorOf(req), params.id);
      return { status: 204, body: undefined };
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
