import type { CroppedMask } from '../nifti/mask.ts';
import type { ResolvedRequest } from '../request.ts';
import type { ComponentLimits } from '../surface/components.ts';
import type { Field } from '../surface/field.ts';
import type { Volume, VolumeShape } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';

/** What a mesh is made from. */
export interface SegmentField extends ComponentLimits {
  field: Field;
  /** Where the field is a mask and not a range of HU: its surface is then found in another way. */
  mask: CroppedMask | null;
}

/** One thing to make a mesh of. */
export interface Segment {
  /** Identifier and name of its files: `hueso`, `vertebrae_L1`. */
  tissue: string;
  /** For people, Spanish. */
  label: string;
  /** For the manifest; null where a side is open or there are no thresholds. */
  thresholdHu: { min: number | null; max: number | null };
  /** What is kept in memory until it is made: the volume and its masks, shared by those of the same source. Bytes. */
  sourceBytes: number;
  /**
   * Made when its turn comes, so that one at a time is in memory; to be called once. Null where nothing of it is in
   * the scan.
   */
  load(): Promise<SegmentField | null>;
}

/** Work that is done once and lets go of what it was made from: a volume is most of what a job holds. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let pending: (() => Promise<T>) | null = work;
  return () => {
    if (pending === null) throw new Error('This was done already');
    const due = pending;
    pending = null;
    return due();
  };
}

export interface EngineContext {
  request: ResolvedRequest;
  /** For work that would block this thread. */
  pool: WorkerPool;
  /** An existing folder for the engine's files; it is removed when the meshes are made. */
  workDir: string;
  /** Of the series, as DICOM names it: CT, MR. */
  modality: string;
  /** A Spanish line for the job's log. */
  readonly log: (line: string) => void;
  /** The same, and for the manifest: something that was asked for is missing or not as usual. */
  readonly warn: (line: string) => void;
  /** Of the segmentation, 0..1. */
  readonly progress: (fraction: number) => void;
}

/** Decides which voxels belong to which tissue. */
export interface SegmentationEngine {
  readonly name: 'threshold' | 'totalsegmentator';
  /** Memory the segmentation takes beside a volume of this shape, bytes; known before the volume is read. */
  memoryBytes(shape: VolumeShape, request: ResolvedRequest, threads: number): number;
  /** Roughly how long it takes, to pace the progress where it does not tell itself. */
  expectedMs(volume: Volume, request: ResolvedRequest): number;
  segment(volume: Volume, context: EngineContext): Promise<Segment[]>;
}
