import type { FrameHeader, ImageHeader } from '../dicom/header.ts';
import type { ValueReport } from '../dicom/hounsfield.ts';
import type { Support } from '../engines/couch.ts';
import type { BoxRadius } from '../engines/opening.ts';
import type { ImagingErrorCode } from '../errors.ts';
import type { CroppedMask, MaskGrid } from '../nifti/mask.ts';
import type { RegularGrid } from '../nifti/regular-grid.ts';
import type { ModelName } from '../outputs/glb.ts';
import type { PreviewRange } from '../preview/preview-mesh.ts';
import type { Collapsed, CollapsePass, Collapsing, VertexRange } from '../surface/collapse.ts';
import type { Field } from '../surface/field.ts';
import type { Deviation, DeviationQuery } from '../surface/distance.ts';
import type { Mended, PieceRule } from '../surface/mend.ts';
import type { Mesh } from '../surface/mesh.ts';
import type { RingRange, Rings } from '../surface/rings.ts';
import type { RowRange, SurfacePlan } from '../surface/row-counts.ts';
import type { SmoothingBuffers } from '../surface/smooth.ts';
import type { TriangleGrid } from '../surface/triangle-grid.ts';
import type { Walked, WalkQuery } from '../surface/walk.ts';
import type { Volume } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';

/** Reads one file of the ZIP and writes its frames into the volume. */
export interface DecodeTask {
  zipPath: string;
  extent: ZipExtent;
  header: ImageHeader;
  /** Which slice of the volume each frame becomes. */
  frames: { frame: FrameHeader; slice: number }[];
  volume: Int16Array<SharedArrayBuffer>;
  /** Whether the volume has half as many columns and rows. */
  coarse: boolean;
}

/** Slices from..end - 1. */
export interface SliceRange {
  from: number;
  end: number;
}

/** What worker threads do: input and output of each kind of task. */
export interface TaskMap {
  decode: { input: DecodeTask; output: ValueReport };
  couch: { input: { volume: Volume }; output: Support };
  open: {
    input: { field: Field; radius: BoxRadius; range: SliceRange; out: Uint8Array<SharedArrayBuffer> };
    output: void;
  };
  fill: { input: { field: Field; range: SliceRange; out: Uint8Array<SharedArrayBuffer> }; output: void };
  resample: { input: { volume: Volume; grid: RegularGrid; range: SliceRange }; output: Int16Array<ArrayBuffer> };
  readMask: { input: { path: string; grid: MaskGrid }; output: CroppedMask | null };
  smoothMask: { input: CroppedMask; output: void };
  countRows: { input: { field: Field; plan: SurfacePlan; range: RowRange }; output: void };
  emitRows: { input: { field: Field; plan: SurfacePlan; range: RowRange; mesh: Mesh }; output: void };
  smooth: {
    input: { buffers: SmoothingBuffers; range: { from: number; end: number; workers: number }; iterations: number };
    output: void;
  };
  fillRings: { input: { mesh: Mesh; rings: Rings; range: RingRange }; output: void };
  beginCollapse: {
    input: { state: Collapsing; rings: Rings; locked: Uint8Array; range: VertexRange };
    output: Collapsed;
  };
  collapse: { input: { state: Collapsing; pass: CollapsePass }; output: Collapsed };
  facesLeft: { input: { state: Collapsing; range: VertexRange }; output: Uint32Array };
  mend: { input: { mesh: Mesh; rule: PieceRule }; output: Mended };
  sortTriangles: { input: Mesh; output: TriangleGrid };
  distance: { input: DeviationQuery; output: Deviation };
  walk: { input: WalkQuery; output: Walked };
  /** Writes the file. @returns its size in bytes */
  glb: { input: { mesh: Mesh; name: ModelName; path: string; compressed: boolean }; output: number };
  /** Writes the first model of a volume as GLB. @returns its size in bytes, 0 where there is nothing to show */
  preview: { input: { volume: Volume; range: PreviewRange; name: ModelName; path: string }; output: number };
  picture: { input: { mesh: Mesh; tissue: string; side: number; path: string }; output: number };
  /** Collects the thread's garbage. */
  collect: { input: null; output: void };
}

export type TaskKind = keyof TaskMap;
export type TaskMessage = { [K in TaskKind]: { id: number; kind: K; input: TaskMap[K]['input'] } }[TaskKind];

export type TaskReply =
  | { id: number; ok: true; output: unknown }
  | { id: number; ok: false; imaging: { code: ImagingErrorCode; message: string } | null; detail: string };
