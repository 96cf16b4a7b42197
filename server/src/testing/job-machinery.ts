export { createProducer } from '../jobs/bullmq/producer.ts';
export { runChild } from '../jobs/child-process.ts';
export { createJobs, type Jobs } from '../jobs/jobs.ts';
export { createJobQueue } from '../jobs/queue.ts';
export { createJobSignals } from '../jobs/signals.ts';
export { createSweeper } from '../jobs/sweeper.ts';
export { createJobWatch, type JobSnapshot } from '../jobs/watch.ts';
