import type { Config } from '../config.ts';
import type { ConvertRequest } from '../imaging/request.ts';
import type { ClaimedJob } from './queue.ts';

const listOf = (json: string | null): string[] => {
  const value: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(value) ? value.map(String) : [];
};

/** What the imaging process is asked for: the row's parameters within the worker's means. */
export const requestOf = (
  job: ClaimedJob,
  { inputZip, outDir, config }: { inputZip: string; outDir: string; config: Config },
): ConvertRequest => ({
  inputZip,
  outDir,
  enable_ortopedia: Boolean(job.enable_ortopedia),
  enable_appendicular: Boolean(job.enable_appendicular),
  enable_muscles: Boolean(job.enable_muscles),
  enable_skull: Boolean(job.enable_skull),
  enable_teeth: Boolean(job.enable_teeth),
  enable_hip_implant: Boolean(job.enable_hip_implant),
  extraTasks: listOf(job.extra_tasks_json),
  limits: { memoryMb: config.SOM3D_WORKER_MEMORY_MB },
  threads: config.SOM3D_WORKER_THREADS,
});
