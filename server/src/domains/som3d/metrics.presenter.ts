import type { JobFile, JobMetrics, MeshMetrics } from '@som3d/contract';
import type { JobRow } from './som3d.queries.ts';

type Stored = Record<string, unknown>;

/** The value of a JSON column; null for text that is no JSON. */
export function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function storedOf({ metrics_json }: Pick<JobRow, 'metrics_json'>): Stored {
  const stored = jsonOf(metrics_json);
  return isRecord(stored) ? stored : {};
}

/** The measured meshes of a finished job. */
export function meshesOf(row: Pick<JobRow, 'metrics_json'>): MeshMetrics[] {
  const { meshes } = storedOf(row);
  return Array.isArray(meshes) ? (meshes as MeshMetrics[]) : [];
}

/** All models of a job as one file; jobs of former versions have none. */
export function threemfOf(row: Pick<JobRow, 'metrics_json'>): JobFile | null {
  const { threemf } = storedOf(row);
  return isRecord(threemf) ? (threemf as JobFile) : null;
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

/** Seconds of each step; the predecessor's rows have only their start and their end. */
function durationsOf(stored: Stored, { started_at, finished_at }: JobRow) {
  const ms = isRecord(stored['durations_ms']) ? stored['durations_ms'] : {};
  const steps = Object.entries(ms).flatMap(([step, value]) =>
    typeof value === 'number' ? [[`${step}_seconds`, seconds(value)] as const] : [],
  );
  const whole = started_at && finished_at ? seconds(finished_at.getTime() - started_at.getTime()) : null;
  return { total_seconds: whole, ...Object.fromEntries(steps) };
}

function sum(meshes: readonly MeshMetrics[], pick: (mesh: MeshMetrics) => number): number {
  return meshes.reduce((total, mesh) => total + pick(mesh), 0);
}

/**
 * What a job measured: `{}` until it is done. A job of the predecessor has the numbers of its registered result, a job
 * of ours those of its manifest.
 */
export function presentMetrics(row: JobRow): JobMetrics {
  if (row.status !== 'DONE') return {};
  const durations = durationsOf(storedOf(row), row);
  if (row.metrics_json === null) {
    const { registered_files: files_total, registered_bytes: stl_zip_size } = row;
    return { stl_count: files_total, stl_zip_size, durations, mesh: { files_total } };
  }
  const meshes = meshesOf(row);
  const mesh = {
    files_total: meshes.length,
    triangles_total: sum(meshes, ({ triangles }) => triangles),
    vertices_total: sum(meshes, ({ vertices }) => vertices),
  };
  return { ...storedOf(row), stl_count: meshes.length, stl_zip_size: row.result_size, durations, mesh };
}
