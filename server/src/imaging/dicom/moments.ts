import { ACCIDENTS, classesBy, CLUES, hasLength, MAX_PASSES, repeatedShare, type Clue } from './clues.ts';
import { interleavedLattices, isOneLattice, placeSlices, placesOf } from './places.ts';
import type { SliceSource } from './series.ts';

/** Slices that belong together, and why they are apart from others. */
export interface Part {
  slices: SliceSource[];
  apart: string;
  ambiguous: number;
}

/** Passes that share more of their length than this go over the same place. */
const SHARED_LENGTH = 0.5;
/** Slices nearer than this are at one place. */
const LENGTH_MM = 1e-3;
/** From this share of repeated places on, it is a second scan and no accident. */
const SECOND_SCAN = 0.5;
const SHARED_PLACE = 'otras imágenes en las mismas posiciones (por su número)';
const INTERLEAVED = 'otra pasada intercalada (por sus posiciones)';

/** Splits slices of one grid so that each part shows one body at one time. */
export function splitMoments(slices: SliceSource[]): Part[] {
  return split(withoutCopies(slices), 0, '');
}

/** The same image twice in the ZIP. The copies stay, to be counted where their place is. */
function withoutCopies(slices: SliceSource[]): { originals: SliceSource[]; copies: Map<SliceSource, SliceSource[]> } {
  const byImage = new Map<string, SliceSource>();
  const copies = new Map<SliceSource, SliceSource[]>();
  const originals: SliceSource[] = [];
  for (const slice of slices) {
    const { header, frame } = slice;
    const image = JSON.stringify([
      header.instanceUid,
      header.instanceNumber,
      frame.index,
      frame.position,
      frame.moment,
    ]);
    const original = header.instanceUid === '' ? undefined : byImage.get(image);
    if (original !== undefined) copies.set(original, [...(copies.get(original) ?? []), slice]);
    else {
      byImage.set(image, slice);
      originals.push(slice);
    }
  }
  return { originals, copies };
}

function split(given: ReturnType<typeof withoutCopies>, from: number, apart: string): Part[] {
  const { originals, copies } = given;
  const part = (slices: SliceSource[], why: string, ambiguous = 0): Part => ({
    slices: slices.flatMap((slice) => [slice, ...(copies.get(slice) ?? [])]),
    apart: why,
    ambiguous,
  });
  for (const [index, clue] of CLUES.entries()) {
    if (index < from) continue;
    const parts = partsBy(originals, clue);
    if (parts !== null) return parts.flatMap((each) => split({ originals: each, copies }, index + 1, clue.apart));
  }
  const places = placesOf(placeSlices(originals));
  const repeated = places.filter((place) => place.length > 1).length;
  if (repeated > 1 && repeated > SECOND_SCAN * places.length) {
    const numbered = byInstanceNumber(places);
    return numbered === null
      ? [part(originals, apart, repeated)]
      : numbered.map((slices) => part(slices, SHARED_PLACE));
  }
  const lattices = interleavedLattices(places);
  return lattices === null ? [part(originals, apart)] : lattices.map((slices) => part(slices, INTERLEAVED));
}

/** The parts that a clue tells apart, or null where it does not. */
function partsBy(slices: SliceSource[], clue: Clue): SliceSource[][] | null {
  const repeated = repeatedShare(slices) > 0;
  if (clue.kind === 'hint' && !repeated) return null;
  const classes = classesBy(slices, clue, repeated);
  if (classes.length < 2) return null;
  if (clue.kind === 'moment') return classes.some(hasLength) ? classes : null;
  const passes = passesOf(classes);
  if (passes.length < 2) return null;
  const crossing = repeatedShare(passes.flat()) > ACCIDENTS;
  return clue.kind === 'pass' && !crossing && (isOneLattice(passes) || isOneStretchOfTime(passes, clue))
    ? null
    : passes;
}

/** Puts classes that lie one behind the other together; those that go over the same place are different passes. */
function passesOf(classes: SliceSource[][]): SliceSource[][] {
  const chains: Stretch[][] = [];
  const stretches = classes.map((slices) => ({ slices, ...stretchOf(slices) }));
  for (const each of stretches.filter(isLong)) {
    const chain = chains
      .slice(0, MAX_PASSES)
      .find((others) => others.every((other) => sharedShare(each, other) <= SHARED_LENGTH));
    if (chain === undefined) chains.push([each]);
    else chain.push(each);
  }
  const [first] = chains;
  if (first === undefined) return [classes.flat()];
  // Single slices lie over nothing: scanners that step number each, and those at one place are left out later.
  first.push(...stretches.filter((each) => !isLong(each)));
  return chains.map((chain) => chain.flatMap(({ slices }) => slices));
}

/** Slices from one place to another along their normal, mm. */
interface Stretch {
  slices: SliceSource[];
  low: number;
  high: number;
}

function isLong({ low, high }: { low: number; high: number }): boolean {
  return high - low > LENGTH_MM;
}

function stretchOf(slices: readonly SliceSource[]): { low: number; high: number } {
  const placed = placeSlices(slices);
  return { low: placed[0]?.height ?? 0, high: placed.at(-1)?.height ?? 0 };
}

function sharedShare(a: { low: number; high: number }, b: { low: number; high: number }): number {
  const shared = Math.min(a.high, b.high) - Math.max(a.low, b.low);
  return shared / Math.max(1e-9, Math.min(a.high - a.low, b.high - b.low));
}

/** Numbers that alternate while time goes on are two detectors of one pass. */
function isOneStretchOfTime(passes: readonly SliceSource[][], clue: Clue): boolean {
  if (clue.clock === true) return false;
  const stretches = passes.map((slices) => {
    const times = slices.flatMap(({ frame }) => frame.moment.acquired ?? frame.moment.created ?? []);
    return times.length < slices.length
      ? null
      : { low: times.reduce((a, b) => Math.min(a, b)), high: times.reduce((a, b) => Math.max(a, b)) };
  });
  const [first] = stretches;
  if (first === undefined || first === null || first.high === first.low) return false;
  return stretches.slice(1).every((other) => other !== null && sharedShare(first, other) > SHARED_LENGTH);
}

/**
 * Slices at the same places, told apart by their numbers: a second scan is numbered behind the first, or in step with
 * it. Null where the numbers follow no rule: nothing then says which slices belong together.
 */
function byInstanceNumber(places: readonly (readonly { slice: SliceSource }[])[]): SliceSource[][] | null {
  const ranked = places.map((place) => place.map(({ slice }) => slice).toSorted((a, b) => numberOf(a) - numberOf(b)));
  const most = Math.max(...ranked.map((place) => place.length));
  const passes = Array.from({ length: most }, (_, rank) => ranked.flatMap((place) => place[rank] ?? []));
  const inOrder = passes.slice(1).every((pass, i) => {
    const numbersBefore = passes[i]!.map(numberOf);
    const numbers = pass.map(numberOf);
    if (Math.min(...numbers) > Math.max(...numbersBefore)) return true;
    const differences = new Set(
      ranked.flatMap((place) => (place[i + 1] === undefined ? [] : numberOf(place[i + 1]!) - numberOf(place[i]!))),
    );
    return differences.size === 1 && !differences.has(0);
  });
  return inOrder ? passes : null;
}

function numberOf({ header, frame }: SliceSource): number {
  return header.instanceNumber + frame.index;
}
