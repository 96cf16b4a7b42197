import type { SeriesManifest } from '../manifest.ts';
import { cross, dot, type Vector } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';
import type { FrameHeader, ImageHeader } from './header.ts';

/** One frame of one file of the ZIP. */
export interface SliceSource {
  extent: ZipExtent;
  header: ImageHeader;
  frame: FrameHeader;
}

/** Slices that fit one another: same series, plane, size and pixel spacing. */
export interface SliceGroup {
  header: ImageHeader;
  frame: FrameHeader;
  slices: SliceSource[];
}

/** A group in order, one slice for each place. */
export interface Stack {
  group: SliceGroup;
  slices: SliceSource[];
  /** Distance of each slice from the first along the normal, mm, ascending. */
  heights: number[];
  duplicates: number;
}

const DIRECTION_TOLERANCE = 1e-3;
const SPACING_TOLERANCE = 1e-4;
/** Slices nearer than this share of the usual spacing show the same place. */
const DUPLICATE_SHARE = 0.1;
/** A distance this many times what is usual means that slices are missing. */
const GAP_FACTOR = 1.5;
/** Grids of one series that a slice is compared with: turning acquisitions have one for each slice, and are no stack. */
const MAX_GRIDS = 100;
const AXIAL_COSINE = 0.8;

export function normalOf(frame: FrameHeader): Vector {
  return cross(frame.rowDirection, frame.columnDirection);
}

/** Groups slices by SeriesInstanceUID, orientation, rows and columns, pixel spacing, and original or derived. */
export function groupSlices(sources: Iterable<SliceSource>): SliceGroup[] {
  const byKey = new Map<string, SliceGroup[]>();
  for (const source of sources) {
    const { header, frame } = source;
    const key = [header.seriesUid, header.modality, header.rows, header.columns, header.derived].join('|');
    const candidates = byKey.get(key) ?? [];
    byKey.set(key, candidates);
    const group = candidates.slice(-MAX_GRIDS).find((candidate) => sameGrid(candidate.frame, frame));
    if (group === undefined) candidates.push({ header, frame, slices: [source] });
    else group.slices.push(source);
  }
  return [...byKey.values()].flat();
}

function sameGrid(a: FrameHeader, b: FrameHeader): boolean {
  return (
    sameDirection(a.rowDirection, b.rowDirection) &&
    sameDirection(a.columnDirection, b.columnDirection) &&
    Math.abs(a.spacing.x - b.spacing.x) < SPACING_TOLERANCE &&
    Math.abs(a.spacing.y - b.spacing.y) < SPACING_TOLERANCE
  );
}

function sameDirection(u: Vector, v: Vector): boolean {
  return u.every((x, i) => Math.abs(x - (v[i] ?? 0)) < DIRECTION_TOLERANCE);
}

/** Orders a group by place along its normal; of slices at one place the earliest acquired stays. */
export function stackSlices(group: SliceGroup): Stack {
  const normal = normalOf(group.frame);
  const placed = group.slices
    .map((slice) => ({ slice, height: dot(normal, slice.frame.position) }))
    .toSorted(
      (a, b) =>
        a.height - b.height ||
        a.slice.header.acquisitionNumber - b.slice.header.acquisitionNumber ||
        a.slice.header.instanceNumber - b.slice.header.instanceNumber,
    );
  const steps = placed.slice(1).map((place, i) => place.height - (placed[i]?.height ?? 0));
  const tolerance = Math.max(1e-3, DUPLICATE_SHARE * median(steps.filter((step) => step > 1e-3)));
  const kept = placed.slice(0, 1);
  for (const place of placed.slice(1)) {
    const previous = kept.at(-1);
    if (previous === undefined || place.height - previous.height > tolerance) kept.push(place);
  }
  const base = kept[0]?.height ?? 0;
  return {
    group,
    slices: kept.map((place) => place.slice),
    heights: kept.map((place) => place.height - base),
    duplicates: placed.length - kept.length,
  };
}

/** Best first: CT, axial, original, most slices, thinnest. */
export function rankStacks(stacks: Stack[]): Stack[] {
  const score = (stack: Stack): number[] => [
    stack.group.header.modality === 'CT' ? 1 : 0,
    isAxial(stack) ? 1 : 0,
    stack.group.header.derived ? 0 : 1,
    stack.slices.length,
    -medianSpacing(stack),
  ];
  return stacks.toSorted((a, b) => {
    const [left, right] = [score(a), score(b)];
    return right.map((value, i) => value - (left[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
  });
}

export function isAxial(stack: Stack): boolean {
  return Math.abs(normalOf(stack.group.frame)[2]) > AXIAL_COSINE;
}

function stepsOf(stack: Stack): number[] {
  return stack.heights.slice(1).map((height, i) => height - (stack.heights[i] ?? 0));
}

function medianSpacing(stack: Stack): number {
  return median(stepsOf(stack));
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** What the manifest says of the series that was converted. */
export function describeStack(stack: Stack): SeriesManifest {
  const { header, frame } = stack.group;
  const steps = stepsOf(stack);
  return {
    number: header.seriesNumber,
    description: header.seriesDescription,
    modality: header.modality,
    slices: stack.slices.length,
    columns: header.columns,
    rows: header.rows,
    spacingMm: {
      x: round(frame.spacing.x),
      y: round(frame.spacing.y),
      sliceMin: round(Math.min(...steps)),
      sliceMedian: round(median(steps)),
      sliceMax: round(Math.max(...steps)),
    },
    sliceThicknessMm: frame.thickness,
    tiltDegrees: round(tiltDegrees(stack)),
    gaps: findGaps(stack),
    duplicatesDropped: stack.duplicates,
  };
}

/** Slices thicker than their distance leave no gap, however uneven the distances. */
function findGaps(stack: Stack): SeriesManifest['gaps'] {
  const steps = stepsOf(stack);
  const usual = median(steps);
  return steps.flatMap((step, i) => {
    const thickness = Math.max(stack.slices[i]?.frame.thickness ?? 0, stack.slices[i + 1]?.frame.thickness ?? 0);
    return step > GAP_FACTOR * Math.max(usual, thickness) ? [{ afterSlice: i + 1, lengthMm: round(step) }] : [];
  });
}

/** Angle between the normal and the line through the first and the last origin. */
function tiltDegrees(stack: Stack): number {
  const [first, last] = [stack.slices[0]?.frame.position, stack.slices.at(-1)?.frame.position];
  if (first === undefined || last === undefined) return 0;
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  const length = Math.hypot(...through);
  if (length === 0) return 0;
  return (Math.acos(Math.min(1, dot(normalOf(stack.group.frame), through) / length)) * 180) / Math.PI;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
