import { cross, dot } from '../volume.ts';
import type { SliceSource } from './series.ts';

/** A slice and how far it lies along the normal of its stack, mm. */
export interface PlacedSlice {
  slice: SliceSource;
  height: number;
}

/** Slices nearer than this share of the usual spacing show the same place. */
const SAME_PLACE_SHARE = 0.1;
const SAME_PLACE_MM = 1e-3;
/** Steps that differ by less than this share are even. */
const EVEN_SHARE = 0.05;
/** So many of the steps must be as expected. */
const MOST = 0.9;
/** Steps that go up and down by less than this are a table's inaccuracy. */
const ALTERNATION_SHARE = 0.1;
/** Slices as thick as this share of a step and more overlap: they are two passes and not one. */
const OVERLAP = 1.1;
const MAX_PERIOD = 3;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Orders slices of one orientation along their normal. */
export function placeSlices(slices: readonly SliceSource[]): PlacedSlice[] {
  const [first] = slices;
  if (first === undefined) return [];
  const normal = cross(first.frame.rowDirection, first.frame.columnDirection);
  return slices
    .map((slice) => ({ slice, height: dot(normal, slice.frame.position) }))
    .toSorted((a, b) => a.height - b.height);
}

/** Groups placed slices that are at one place. */
export function placesOf(placed: readonly PlacedSlice[]): PlacedSlice[][] {
  const steps = stepsBetween(placed.map(({ height }) => height));
  const tolerance = Math.max(SAME_PLACE_MM, SAME_PLACE_SHARE * median(steps.filter((step) => step > SAME_PLACE_MM)));
  const places: PlacedSlice[][] = [];
  for (const each of placed) {
    const place = places.at(-1);
    if (place === undefined || each.height - place[0]!.height > tolerance) places.push([each]);
    else place.push(each);
  }
  return places;
}

function stepsBetween(heights: readonly number[]): number[] {
  return heights.slice(1).map((height, i) => height - heights[i]!);
}

/**
 * Whether parts of a scan that lie in each other are one lattice all the same: together their steps are even, and each
 * part alone leaves gaps between its slices.
 */
export function isOneLattice(parts: readonly SliceSource[][]): boolean {
  const placed = placeSlices(parts.flat());
  const steps = stepsBetween(placed.map(({ height }) => height));
  const usual = median(steps);
  const even = steps.filter((step) => Math.abs(step - usual) <= EVEN_SHARE * usual).length;
  if (even < MOST * steps.length) return false;
  const thickness = thicknessOf(placed);
  return thickness === null || parts.every((part) => meanStep(part) > OVERLAP * thickness);
}

function meanStep(slices: readonly SliceSource[]): number {
  const placed = placeSlices(slices);
  return (placed.at(-1)!.height - placed[0]!.height) / Math.max(1, placed.length - 1);
}

function thicknessOf(placed: readonly PlacedSlice[]): number | null {
  const known = placed.flatMap(({ slice }) => slice.frame.thickness ?? []).filter((thickness) => thickness > 0);
  return known.length === 0 ? null : median(known);
}

/**
 * Lattices that lie in each other, told by their steps alone: these go up and down in a rhythm, and slices are so thick
 * that neighbours overlap. Null where there is one.
 */
export function interleavedLattices(places: readonly PlacedSlice[][]): SliceSource[][] | null {
  const steps = stepsBetween(places.map(([first]) => first!.height));
  const [least, greatest] = [Math.min(...steps), Math.max(...steps)];
  const thickness = thicknessOf(places.flat());
  if (greatest - least < ALTERNATION_SHARE * greatest || (thickness !== null && thickness < OVERLAP * least))
    return null;
  for (let period = 2; period <= MAX_PERIOD; period++) {
    const pairs = steps.slice(period).map((step, i) => Math.abs(step - steps[i]!));
    const repeating = pairs.filter((difference) => difference <= EVEN_SHARE * greatest).length;
    if (steps.length >= 3 * period && repeating >= MOST * pairs.length)
      return Array.from({ length: period }, (_, phase) =>
        places.filter((_place, i) => i % period === phase).flatMap((place) => place.map(({ slice }) => slice)),
      );
  }
  return null;
}
