export { createProducer } from '../jobs/bullmq/producer.ts';
export { runChild } from '../jobs/child-process.ts';
export { createJobs, type Jobs } from '../jobs/jobs.ts';
export { createJobServices } from '../jobs/services.ts';
export { createJobSignals } from '../jobs/signals.ts';
export { JobWatch, type JobSnapshot } from '../jobs/watch.ts';
