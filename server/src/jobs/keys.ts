/** Where a job's files are stored. */
export const uploadKey = (jobId: string): string => `uploads/${jobId}.zip`;

/** Everything that any attempt of a job has stored. */
export const resultsOf = (jobId: string): string => `results/${jobId}/`;

/** What one attempt stores: named by its lease, so that two attempts never write to one place. */
export const attemptPrefix = (jobId: string, token: string): string => `${resultsOf(jobId)}${token}/`;

/** The attempt that a stored result belongs to: `results/<job>/<token>/` of any key below it. */
export const attemptOf = (key: string): string => key.split('/').slice(0, 3).join('/') + '/';

/** The job that a stored object belongs to. */
export const jobOf = (key: string): string => {
  const second = key.split('/')[1] ?? '';
  return key.startsWith('uploads/') ? second.replace(/\.zip$/, '') : second;
};
