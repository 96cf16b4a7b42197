/** Below these a job's files are stored. */
export const FILES = ['uploads/', 'results/'] as const;

export function uploadKey(jobId: string): string {
  return `uploads/${jobId}.zip`;
}

/** Below this the parts of uploads are stored that go on after an interruption. */
export const PARTS = 'parts/';

export function partsOf(uploadId: string): string {
  return `${PARTS}${uploadId}/`;
}

/** The upload that a stored part belongs to. */
export function uploadOfPart(key: string): string {
  return key.split('/')[1] ?? '';
}

/** Everything that any attempt of a job has stored. */
export function resultsOf(jobId: string): string {
  return `results/${jobId}/`;
}

const PREDECESSOR_RESULT = 'stl_result.zip';

/** Everything that the predecessor keeps of a job. @param root SOM3D_PREDECESSOR_RESULTS */
export function predecessorFolder(root: string, jobId: string): string {
  return `${root}${jobId}/`;
}

/** The ZIP with the STL files that the predecessor made. @param root SOM3D_PREDECESSOR_RESULTS */
export function predecessorResult(root: string, jobId: string): string {
  return `${predecessorFolder(root, jobId)}${PREDECESSOR_RESULT}`;
}

/** What one attempt stores: named by its lease, so that two attempts never write to one place. */
export function attemptPrefix(jobId: string, token: string): string {
  return `${resultsOf(jobId)}${token}/`;
}

/** What the first model of a job is called. */
export const PREVIEW = 'vista-previa.glb';

/**
 * The first model of an attempt, to look at while it runs. It lies beside what the attempt stores in the end, so whatever
 * keeps only a result removes it.
 */
export function previewKey(jobId: string, token: string): string {
  return `${resultsOf(jobId)}${token}-preview/${PREVIEW}`;
}

/** The attempt that a stored result belongs to: `results/<job>/<token>/` of any key below it. */
export function attemptOf(key: string): string {
  return key.split('/').slice(0, 3).join('/') + '/';
}

/** The job that a stored object belongs to. */
export function jobOf(key: string): string {
  const parts = key.split('/');
  if (parts.at(-1) === PREDECESSOR_RESULT) return parts.at(-2) ?? '';
  const second = parts[1] ?? '';
  return key.startsWith('uploads/') ? second.replace(/\.zip$/, '') : second;
}
