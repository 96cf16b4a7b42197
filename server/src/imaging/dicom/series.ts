import { cross, dot, type Vector } from '../volume.ts';
import type { ZipExtent } from '../zip.ts';
import type { FrameHeader, ImageHeader } from './header.ts';
import { numberPatients } from './patients.ts';
import { HOUNSFIELD } from './scale.ts';
import { splitMoments } from './moments.ts';
import { median, placeSlices, placesOf, type PlacedSlice } from './places.ts';

/** One frame of one file of the ZIP. */
export interface SliceSource {
  extent: ZipExtent;
  header: ImageHeader;
  frame: FrameHeader;
}

/** Slices of one body at one time, in order, one for each place. */
export interface Stack {
  /** Of the slice in the middle: it stands for all. */
  header: ImageHeader;
  frame: FrameHeader;
  /** Number of the patient in the ZIP, from 0. */
  patient: number;
  slices: SliceSource[];
  /** Distance of each slice from the first along the normal, mm, ascending. */
  heights: number[];
  /** Slices left out: others are at their place. */
  duplicates: number;
  /** Places with several slices of which nothing says what belongs together. */
  ambiguous: number;
  /** Why it is apart from others of its series; empty where it is whole. */
  apart: string;
}

const DIRECTION_TOLERANCE = 1e-3;
/** Pixel sizes are the same where they shift no pixel by more than half of one. */
const SHIFT_PIXELS = 0.5;
/** Grids of one series that a slice is compared with: turning acquisitions have one for each slice, and are no stack. */
const MAX_GRIDS = 100;
const AXIAL_COSINE = 0.8;

export function normalOf(frame: FrameHeader): Vector {
  return cross(frame.rowDirection, frame.columnDirection);
}

/** Sorts all slices of a ZIP into stacks, the same whatever the order of its files and whatever their UIDs are. */
export function stacksOf(sources: readonly SliceSource[]): Stack[] {
  const patients = numberPatients(sources.map(({ header }) => header));
  return groupSlices(sources.toSorted(inSpace), patients).flatMap((group) =>
    splitMoments(group).map((part) => stackSlices(part, patients)),
  );
}

/** An order of slices that is of what they are. */
function inSpace(a: SliceSource, b: SliceSource): number {
  const [p, q] = [a.frame.position, b.frame.position];
  return (
    p[2] - q[2] ||
    p[1] - q[1] ||
    p[0] - q[0] ||
    (a.frame.moment.created ?? 0) - (b.frame.moment.created ?? 0) ||
    a.header.instanceNumber - b.header.instanceNumber ||
    a.frame.index - b.frame.index ||
    a.extent.crc32 - b.extent.crc32
  );
}

/**
 * Groups slices that can be one volume: same patient, study, series, frame of reference, kernel, unit, orientation,
 * rows and columns, pixel size.
 */
function groupSlices(sources: readonly SliceSource[], patients: ReadonlyMap<ImageHeader, number>): SliceSource[][] {
  const seriesOf = seriesKeys(sources);
  const alike = Map.groupBy(sources, ({ header, frame }) =>
    JSON.stringify([
      patients.get(header),
      seriesOf.get(header),
      header.modality,
      header.rows,
      header.columns,
      header.form === 'single',
      frame.scale.units,
    ]),
  );
  return [...alike.values()]
    .flatMap((slices) => byOwn(slices, ({ header }) => header.frameOfReference))
    .flatMap((slices) => byOwn(slices, ({ frame }) => frame.kernel))
    .flatMap(byGrid);
}

/** Series by their UID; images that each have a UID of their own, by the number and description they share. */
function seriesKeys(sources: readonly SliceSource[]): Map<ImageHeader, string> {
  const headers = new Set(sources.map(({ header }) => header));
  const sizes = new Map<string, number>();
  for (const header of headers) sizes.set(uidOf(header), (sizes.get(uidOf(header)) ?? 0) + header.frames.length);
  return new Map(
    [...headers].map((header) => {
      const alone = header.seriesUid === '' || sizes.get(uidOf(header)) === 1;
      const shared = JSON.stringify([header.studyUid, 'series', header.seriesNumber, header.seriesDescription]);
      return [header, alone ? shared : uidOf(header)];
    }),
  );
}

function uidOf({ studyUid, seriesUid }: ImageHeader): string {
  return JSON.stringify([studyUid, seriesUid]);
}

/** By an attribute that some writers leave out: those without it belong to the others, where these are of one mind. */
function byOwn(slices: SliceSource[], attribute: (slice: SliceSource) => string): SliceSource[][] {
  const groups = Map.groupBy(slices, attribute);
  return groups.size === 2 && groups.has('') ? [slices] : [...groups.values()];
}

function byGrid(slices: SliceSource[]): SliceSource[][] {
  const grids: SliceSource[][] = [];
  for (const slice of slices) {
    const grid = grids.slice(-MAX_GRIDS).find(([first]) => first !== undefined && sameGrid(first, slice));
    if (grid === undefined) grids.push([slice]);
    else grid.push(slice);
  }
  return grids;
}

function sameGrid({ header, frame: a }: SliceSource, { frame: b }: SliceSource): boolean {
  return (
    sameDirection(a.rowDirection, b.rowDirection) &&
    sameDirection(a.columnDirection, b.columnDirection) &&
    Math.abs(a.spacing.x - b.spacing.x) * header.columns <= SHIFT_PIXELS * a.spacing.x &&
    Math.abs(a.spacing.y - b.spacing.y) * header.rows <= SHIFT_PIXELS * a.spacing.y
  );
}

function sameDirection(u: Vector, v: Vector): boolean {
  return u.every((x, i) => Math.abs(x - (v[i] ?? 0)) < DIRECTION_TOLERANCE);
}

/** Orders slices along their normal; of several at one place the earliest stays. */
function stackSlices(
  { slices, apart, ambiguous }: { slices: SliceSource[]; apart: string; ambiguous: number },
  patients: ReadonlyMap<ImageHeader, number>,
): Stack {
  const kept = onePerPlace(placeSlices(slices));
  const { header, frame } = kept[Math.floor(kept.length / 2)]!.slice;
  const base = kept[0]!.height;
  return {
    header,
    frame,
    patient: patients.get(header) ?? 0,
    slices: kept.map(({ slice }) => slice),
    heights: kept.map(({ height }) => height - base),
    duplicates: slices.length - kept.length,
    ambiguous,
    apart,
  };
}

function onePerPlace(placed: readonly PlacedSlice[]): PlacedSlice[] {
  return placesOf(placed).map((place) => place.toSorted((a, b) => inTime(a.slice, b.slice))[0]!);
}

function inTime(a: SliceSource, b: SliceSource): number {
  const [m, n] = [a.frame.moment, b.frame.moment];
  return (
    (m.acquisition ?? 0) - (n.acquisition ?? 0) ||
    (m.acquired ?? 0) - (n.acquired ?? 0) ||
    (m.created ?? 0) - (n.created ?? 0) ||
    a.header.instanceNumber - b.header.instanceNumber ||
    a.extent.crc32 - b.extent.crc32
  );
}

export function isAxial({ frame }: Pick<Stack, 'frame'>): boolean {
  return Math.abs(normalOf(frame)[2]) > AXIAL_COSINE;
}

export function isHounsfield({ frame }: Pick<Stack, 'frame'>): boolean {
  return frame.scale.units === HOUNSFIELD;
}

export function stepsOf({ heights }: Pick<Stack, 'heights'>): number[] {
  return heights.slice(1).map((height, i) => height - heights[i]!);
}

export function medianSpacing(stack: Pick<Stack, 'heights'>): number {
  return median(stepsOf(stack));
}

/** Angle between the normal and the line through the first and the last origin, degrees. */
export function tiltDegrees({ slices, frame }: Stack): number {
  const [first, last] = [slices[0]?.frame.position, slices.at(-1)?.frame.position];
  if (first === undefined || last === undefined) return 0;
  const through: Vector = [last[0] - first[0], last[1] - first[1], last[2] - first[2]];
  const length = Math.hypot(...through);
  if (length === 0) return 0;
  return (Math.acos(Math.min(1, dot(normalOf(frame), through) / length)) * 180) / Math.PI;
}
