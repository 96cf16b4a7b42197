import type { ResolvedRequest } from '../request.ts';
import type { Field } from '../surface/field.ts';
import type { Volume } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';

/** One thing to make a mesh of. */
export interface Segment {
  /** Identifier and name of its files: `hueso`. */
  tissue: string;
  /** For people, Spanish. */
  label: string;
  /** For the manifest; null where a side is open or there are no thresholds. */
  thresholdHu: { min: number | null; max: number | null };
  field: Field;
  /** Outer surfaces that enclose less go; cavities that enclose less are closed, mm3. */
  islandMm3: number;
  cavityMm3: number;
}

export interface EngineContext {
  request: ResolvedRequest;
  /** For work that would block this thread. */
  pool: WorkerPool;
  /** Spanish lines for the job's log. */
  log(line: string): void;
  /** Of the segmentation, 0..1. */
  progress(fraction: number): void;
}

/** Decides which voxels belong to which tissue. */
export interface SegmentationEngine {
  readonly name: string;
  /** Memory the segmentation takes beside the volume, known before the volume is read. */
  bytesPerVoxel(request: ResolvedRequest): number;
  segment(volume: Volume, context: EngineContext): Promise<Segment[]>;
}
