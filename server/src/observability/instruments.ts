import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '../base/version.ts';

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];
const STREAM_SECONDS = [1, 10, 60, 300, 600, 1800];
const STATEMENT_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
const STORAGE_SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600];
const JOB_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];

/**
 * The metrics of this process, in their own registry. Names follow Prometheus: base units, `_total` on
 * counters. Every label has few values: routes are templates, codes are those of the service.
 */
export function createInstruments() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'som3d_build_info',
    help: 'Version of the service; the value is always 1.',
    labelNames: ['version', 'node'],
    aggregator: 'first',
    registers,
  }).set({ version: VERSION, node: process.version }, 1);
  new Gauge({ name: 'som3d_processes', help: 'Processes that answered this scrape.', registers }).set(1);
  return {
    registry,
    http: {
      duration: new Histogram({
        name: 'som3d_http_request_duration_seconds',
        help: 'Time from a request to the end of its answer, without event streams.',
        labelNames: ['method', 'route', 'status'],
        buckets: REQUEST_SECONDS,
        registers,
      }),
      streams: new Histogram({
        name: 'som3d_http_stream_duration_seconds',
        help: 'How long event streams were open.',
        labelNames: ['route'],
        buckets: STREAM_SECONDS,
        registers,
      }),
      inFlight: new Gauge({
        name: 'som3d_http_requests_in_flight',
        help: 'Requests in progress, including open event streams.',
        registers,
      }),
    },
    database: {
      duration: new Histogram({
        name: 'som3d_db_statement_duration_seconds',
        help: 'Time of a statement, without the wait for a connection.',
        labelNames: ['operation'],
        buckets: STATEMENT_SECONDS,
        registers,
      }),
      errors: new Counter({
        name: 'som3d_db_errors_total',
        help: 'Statements that failed, by kind: lock, unavailable, constraint, other.',
        labelNames: ['kind'],
        registers,
      }),
    },
    storage: {
      duration: new Histogram({
        name: 'som3d_storage_operation_duration_seconds',
        help: 'Time of an operation of the storage.',
        labelNames: ['operation'],
        buckets: STORAGE_SECONDS,
        registers,
      }),
      errors: new Counter({
        name: 'som3d_storage_errors_total',
        help: 'Operations of the storage that failed; a missing object is not a failure.',
        labelNames: ['operation'],
        registers,
      }),
    },
    gateways: {
      calls: new Counter({
        name: 'som3d_gateway_calls_total',
        help: 'Calls of the payment gateway and the mail server.',
        labelNames: ['gateway', 'operation', 'outcome'],
        registers,
      }),
    },
    jobs: {
      running: new Gauge({
        name: 'som3d_job_attempts_running',
        help: 'Attempts at jobs that run in these processes.',
        registers,
      }),
      stages: new Histogram({
        name: 'som3d_job_stage_duration_seconds',
        help: 'Time of one stage of an attempt: reading, segmenting, meshing, packing, storing.',
        labelNames: ['stage'],
        buckets: JOB_SECONDS,
        registers,
      }),
      attempts: new Histogram({
        name: 'som3d_job_attempt_duration_seconds',
        help: 'Time of one attempt at a job, by its outcome.',
        labelNames: ['outcome'],
        buckets: JOB_SECONDS,
        registers,
      }),
      outcomes: new Counter({
        name: 'som3d_job_attempts_total',
        help: 'Attempts that ended, by their outcome and the code of the error.',
        labelNames: ['outcome', 'code'],
        registers,
      }),
    },
  };
}
export type Instruments = ReturnType<typeof createInstruments>;
