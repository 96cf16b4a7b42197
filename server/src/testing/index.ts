/**
 * What the tests and benches may use of the server: nothing else of it is exported. It starts the service, and groups the
 * parts that a test prepares with, or proves by themselves. The imaging has a face of its own (`./imaging.ts`), because
 * its tests measure memory and need neither database nor HTTP.
 */
export { type Deps } from '../deps.ts';
export { LatestEventStream } from '../http/event-stream.ts';
export { openDeps } from '../process/open-deps.ts';
export { type RunningServer, startServer } from '../process/serve.ts';
export { SteeredClock } from './steered-clock.ts';
export * as accounts from './accounts.ts';
export * as audits from './audits.ts';
export * as billing from './billing.ts';
export * as configuration from './configuration.ts';
export * as databases from './databases.ts';
export * as entities from './entities.ts';
export * as jobMachinery from './job-machinery.ts';
export * as mailing from './mailing.ts';
export * as storages from './storages.ts';
