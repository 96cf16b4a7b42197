import type { Job, JobFields, JobLog, JobParams, JobStl } from '@som3d/contract';
import { presentProgress } from '../../jobs/progress.ts';
import type { JobSTL } from '../../db/entities/som3d.entity.ts';
import { isTerminal } from '../../jobs/states.ts';
import { isRecord, jsonOf, presentMetrics } from './metrics.presenter.ts';
import type { JobRow } from './som3d.queries.ts';

/** Extra tasks: a list of ours, a list or comma-separated text of the predecessor's. */
function tasksOf(text: string | null): string[] {
  const value = jsonOf(text);
  if (Array.isArray(value)) return value.map(String);
  return (text ?? '').startsWith('{')
    ? []
    : (text ?? '')
        .split(',')
        .map((task) => task.trim())
        .filter(Boolean);
}

/** What was asked for, from the form. */
export function paramsOf(fields: JobFields): JobParams {
  return {
    nombre_proceso: fields.nombre_proceso ?? null,
    id_paciente: fields.id_paciente ?? null,
    enable_ortopedia: fields.enable_ortopedia,
    enable_appendicular: fields.enable_appendicular,
    enable_muscles: fields.enable_muscles,
    enable_hip_implant: fields.enable_hip_implant,
    teeth: fields.teeth,
    cranio: fields.cranio,
    extra_tasks: (fields.extra_tasks ?? '').split(',').filter(Boolean),
    umbral_min: fields.umbral_min ?? null,
    umbral_max: fields.umbral_max ?? null,
    suavizado: fields.suavizado ?? null,
    reduccion: fields.reduccion ?? null,
    separar_partes: fields.separar_partes,
    fragmento_min: fields.fragmento_min ?? null,
    acomodar: fields.acomodar,
    serie: fields.serie || null,
  };
}

/** What has no column of its own; absent in the predecessor's rows. */
type Tuning = Pick<
  JobParams,
  'umbral_min' | 'umbral_max' | 'suavizado' | 'reduccion' | 'separar_partes' | 'fragmento_min' | 'acomodar' | 'serie'
>;
const UNTUNED: Tuning = {
  umbral_min: null,
  umbral_max: null,
  suavizado: null,
  reduccion: null,
  separar_partes: false,
  fragmento_min: null,
  acomodar: false,
  serie: null,
};

function tuningOf(text: string | null): Tuning {
  const stored = jsonOf(text);
  if (!isRecord(stored)) return UNTUNED;
  return Object.fromEntries(
    Object.entries(UNTUNED).map(([name, fallback]) => [name, stored[name] ?? fallback]),
  ) as unknown as Tuning;
}

/** The predecessor keeps the name of a job in `queue_name`. */
function nameOf(row: JobRow): string | null {
  return row.nombre_proceso ?? row.queue_name;
}

function presentParams(row: JobRow): JobParams {
  return {
    ...tuningOf(row.params_json),
    nombre_proceso: nameOf(row),
    id_paciente: row.id_paciente,
    enable_ortopedia: Boolean(row.enable_ortopedia),
    enable_appendicular: Boolean(row.enable_appendicular),
    enable_muscles: Boolean(row.enable_muscles),
    enable_hip_implant: Boolean(row.enable_hip_implant),
    teeth: Boolean(row.enable_teeth),
    cranio: Boolean(row.enable_skull),
    extra_tasks: tasksOf(row.extra_tasks_json),
  };
}

function instant(value: Date | null): string | null {
  return value?.toISOString() ?? null;
}

/** A job as the contract shows it. @param log its last lines; none in lists */
export function presentJob(row: JobRow, log: readonly string[] = []): Job {
  return {
    job_id: row.job_id,
    nombre_proceso: nameOf(row),
    ...presentProgress(row),
    is_processing: !isTerminal(row.status),
    params: presentParams(row),
    metrics: presentMetrics(row),
    prioridad: row.priority,
    created_at: instant(row.created_at),
    updated_at: instant(row.updated_at),
    started_at: instant(row.started_at),
    finished_at: instant(row.finished_at),
    log_tail: [...log],
  };
}

/** The log of a job. @param rows its last lines, or all. @param total how many there are */
export function presentLog(row: JobRow, rows: readonly string[], total: number): JobLog {
  const { status, phase } = presentProgress(row);
  return {
    job_id: row.job_id,
    status,
    phase,
    lines: [...rows],
    log: rows.join('\n'),
    total,
    truncated: rows.length < total,
    full_available: total > 0,
    fallback: total === 0,
  };
}

export function presentJobStl(row: JobSTL): JobStl {
  return {
    id_jobstl: row.id_jobstl,
    job_id: row.job_id,
    id_paciente: row.id_paciente ?? null,
    stl_size: row.stl_size ?? null,
    num_stl_archivos: row.num_stl_archivos ?? null,
    notas: row.notas ?? null,
    created_at: instant(row.created_at),
  };
}
