import type { JobFile, MeshMetrics } from '@som3d/contract';
import { attemptOf } from '../../jobs/keys.ts';
import { MANIFEST, mediaTypeOf, resultName } from '../../jobs/outputs.ts';
import { meshesOf, threemfOf } from './metrics.presenter.ts';
import type { FinishedJob } from './som3d.service.ts';

type ModelFiles = NonNullable<MeshMetrics['files']>;

/** A file of a finished job: where it is stored and what it is. */
export interface JobFileLocation {
  readonly key: string;
  readonly filename: string;
  readonly type: string;
}

/** A file beside a job's result. */
export function besideResult(job: FinishedJob, filename: string): JobFileLocation {
  return {
    key: attemptOf(job.result_key) + filename,
    filename,
    type: mediaTypeOf(filename),
  };
}

/** The result itself, a ZIP. */
export function resultOf(job: FinishedJob): JobFileLocation {
  const filename = resultName(job.job_id);
  return { key: job.result_key, filename, type: mediaTypeOf(filename) };
}

/** A file of a job's metrics, with its media type. */
export function withType(file: JobFile): JobFile {
  return { ...file, media_type: mediaTypeOf(file.filename) };
}

/** A model in all its forms, each with its media type. */
export function filesWithTypes(files: ModelFiles): ModelFiles {
  return Object.fromEntries(Object.entries(files).map(([form, file]) => [form, withType(file)])) as ModelFiles;
}

/** The file of that name, when it is one that the job's manifest names: what is asked for never becomes a path. */
export function findJobFile(job: FinishedJob, name: string): JobFileLocation | undefined {
  const models = meshesOf(job).flatMap(({ filename, files }) =>
    files ? Object.values(files).map((file) => file.filename) : [filename],
  );
  const threemf = threemfOf(job);
  const named = [...models, ...(threemf ? [threemf.filename] : []), MANIFEST];
  const beside = named.map((filename) => besideResult(job, filename));
  return [...beside, resultOf(job)].find(({ filename }) => filename === name);
}
