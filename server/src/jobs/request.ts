import type { JobParams } from '@som3d/contract';
import type { Config } from '../config/config.ts';
import type { ConvertRequest, SegmentationOptions } from '../imaging/request.ts';
import type { ClaimedJob } from './queue.ts';

function listOf(json: string | null): string[] {
  const value: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(value) ? value.map(String) : [];
}

/** The parameters that have no column of their own, by the imaging process's names; absent ones keep its defaults. */
function tuningOf(json: string | null): Partial<ConvertRequest> {
  const params = (json === null ? {} : JSON.parse(json)) as Partial<JobParams>;
  return {
    umbralMin: params.umbral_min ?? undefined,
    umbralMax: params.umbral_max ?? undefined,
    suavizado: params.suavizado ?? undefined,
    reduccion: params.reduccion ?? undefined,
    separarPartes: params.separar_partes ?? undefined,
    fragmentoMin: params.fragmento_min ?? undefined,
    acomodar: params.acomodar ?? undefined,
    serie: params.serie ?? undefined,
    caseName: params.nombre_proceso ?? undefined,
  };
}

/** Which engine this worker has its jobs segmented by. */
export function segmentationOf(config: Config): SegmentationOptions {
  return {
    engine: config.SEGMENTATION_ENGINE,
    command: config.TOTALSEGMENTATOR_BIN,
    license: config.TOTALSEG_LICENSE,
    timeoutMinutes: config.SOM3D_SEGMENTATION_TIMEOUT_MINUTES,
    environment: { ...config.toolEnvironment },
  };
}

/** What the imaging process is asked for: the row's parameters within the worker's means. */
export function requestOf(
  job: ClaimedJob,
  { inputZip, outDir, config }: { inputZip: string; outDir: string; config: Config },
): ConvertRequest {
  return {
    inputZip,
    outDir,
    enable_ortopedia: Boolean(job.enable_ortopedia),
    enable_appendicular: Boolean(job.enable_appendicular),
    enable_muscles: Boolean(job.enable_muscles),
    enable_skull: Boolean(job.enable_skull),
    enable_teeth: Boolean(job.enable_teeth),
    enable_hip_implant: Boolean(job.enable_hip_implant),
    extraTasks: listOf(job.extra_tasks_json),
    ...tuningOf(job.params_json),
    segmentation: segmentationOf(config),
    limits: { memoryMb: config.SOM3D_WORKER_MEMORY_MB },
    pictureSide: config.SOM3D_PICTURE_PIXELS,
    threads: config.SOM3D_WORKER_THREADS,
  };
}
