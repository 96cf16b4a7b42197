import type { Moment } from './moment.ts';
import { interleavedLattices, isOneLattice, placeSlices, placesOf } from './places.ts';
import type { SliceSource } from './series.ts';

/** Slices that belong together, and why they are apart from others. */
export interface Part {
  slices: SliceSource[];
  apart: string;
  ambiguous: number;
}

/**
 * What can tell that slices of one series show the body at two times. `moment`: slices of two values never show one
 * body. `pass`: only where they go over the same place; a scan in steps has one value for each. `hint`: only where
 * slices stand at the same places and nothing better tells them apart.
 */
interface Clue {
  apart: string;
  kind: 'moment' | 'pass' | 'hint';
  valueOf(slice: SliceSource): number | string | null;
  /** Numbers nearer than this are one value; of a clock, what it must stand still for at least between two passes. */
  gap: number;
  clock?: boolean;
}

const ofMoment = (key: keyof Moment): Clue['valueOf'] => ({ frame }) => frame.moment[key];

/** In the order of how much they say. */
const CLUES: readonly Clue[] = [
  { apart: 'otra posición temporal', kind: 'moment', valueOf: ofMoment('position'), gap: 1 },
  { apart: 'otra fase cardíaca', kind: 'moment', valueOf: ofMoment('cardiacPhase'), gap: 2.5 },
  { apart: 'otra fase respiratoria', kind: 'moment', valueOf: ofMoment('respiratoryPhase'), gap: 2.5 },
  { apart: 'otra fase (tiempo desde el disparo)', kind: 'pass', valueOf: ofMoment('trigger'), gap: 20, clock: true },
  { apart: 'otra adquisición de la misma serie', kind: 'pass', valueOf: ofMoment('acquisition'), gap: 1 },
  { apart: 'otra pasada (hora de adquisición)', kind: 'pass', valueOf: ofMoment('acquired'), gap: 1, clock: true },
  { apart: 'otra pasada (hora de la imagen)', kind: 'pass', valueOf: ofMoment('created'), gap: 1, clock: true },
  { apart: 'otra energía', kind: 'hint', valueOf: ({ header }) => header.kvp, gap: 1 },
  { apart: 'otro grosor de corte', kind: 'hint', valueOf: ({ frame }) => frame.thickness, gap: 0.01 },
  { apart: 'otro tipo de imagen', kind: 'hint', valueOf: ({ header }) => header.imageType, gap: 1 },
  { apart: 'otra descripción', kind: 'hint', valueOf: ({ header }) => header.seriesDescription, gap: 1 },
];

/** Passes that share more of their length than this go over the same place. */
const SHARED_LENGTH = 0.5;
/** Slices nearer than this are at one place. */
const LENGTH_MM = 1e-3;
/** More repetitions than this are a film, of which the first stand for all. */
const MAX_PASSES = 60;
/** Classes of fewer slices each are no passes. */
const FEW_SLICES = 3;
/** Numbers are compared in thousandths: finer differences are those of computing. */
const RESOLUTION = 1000;
/** A clock stands still between two passes for this many times longer than within one. */
const PAUSE_RATIO = 5;
/** Of the places, so many may hold a slice twice by accident. */
const ACCIDENTS = 0.1;
/** A pass covers at least this share of the places. */
const PASS_SHARE = 0.5;
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
    const image = JSON.stringify([header.instanceUid, header.instanceNumber, frame.index, frame.position, frame.moment]);
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
  const crossing = repeatedShare(passes.flat()) > 0;
  return clue.kind === 'pass' && !crossing && (isOneLattice(passes) || isOneStretchOfTime(passes, clue)) ? null : passes;
}

function classesBy(slices: SliceSource[], clue: Clue, repeated: boolean): SliceSource[][] {
  const told = slices.filter((slice) => clue.valueOf(slice) !== null);
  if (told.length === 0) return [];
  const untold = slices.filter((slice) => clue.valueOf(slice) === null);
  const classes = told.some((slice) => typeof clue.valueOf(slice) === 'string')
    ? [...Map.groupBy(told, clue.valueOf)].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, each]) => each)
    : byNumber(told, clue, repeated);
  // What says nothing belongs to the others unless it stands in their places.
  if (untold.length === 0 || (classes.length < 2 && !repeated)) return classes;
  return [...classes, untold];
}

function byNumber(slices: SliceSource[], clue: Clue, repeated: boolean): SliceSource[][] {
  const valueOf = (slice: SliceSource): number => Math.round(Number(clue.valueOf(slice)) * RESOLUTION) / RESOLUTION;
  const ordered = slices.toSorted((a, b) => valueOf(a) - valueOf(b));
  const cut = (least: number): SliceSource[][] => {
    const classes: SliceSource[][] = [];
    for (const [i, slice] of ordered.entries())
      if (i === 0 || valueOf(slice) - valueOf(ordered[i - 1]!) >= least) classes.push([slice]);
      else classes.at(-1)!.push(slice);
    return classes;
  };
  if (clue.clock !== true) {
    const classes = cut(clue.gap);
    // A number of its own in each slice is a count of slices.
    return classes.some(hasLength) || !repeated ? classes : inRounds(ordered);
  }
  const gaps = [...new Set(ordered.slice(1).map((slice, i) => valueOf(slice) - valueOf(ordered[i]!)))]
    .filter((gap) => gap > 0)
    .toSorted((a, b) => b - a);
  if (repeated) {
    for (const gap of gaps.slice(0, MAX_PASSES)) {
      const classes = cut(gap);
      if (classes.length > MAX_PASSES || classes.length * FEW_SLICES > slices.length) break;
      if (classes.every((each) => repeatedShare(each) <= ACCIDENTS)) return classes;
    }
    return inRounds(ordered);
  }
  const pause = gaps.findIndex((gap, i) => gap >= clue.gap && gap >= PAUSE_RATIO * (gaps[i + 1] ?? 0));
  const classes = pause === -1 ? [ordered] : cut(gaps[pause]!);
  return classes.length > MAX_PASSES ? [ordered] : classes;
}

/** In the order of time, a new pass begins where a place comes again. One class where that makes no passes. */
function inRounds(ordered: SliceSource[]): SliceSource[][] {
  const places = placesOf(placeSlices(ordered));
  const placeOf = new Map(places.flatMap((place, index) => place.map(({ slice }) => [slice, index])));
  const rounds: SliceSource[][] = [];
  let visited = new Set<number>();
  for (const slice of ordered) {
    const place = placeOf.get(slice)!;
    if (rounds.length === 0 || visited.has(place)) {
      rounds.push([]);
      visited = new Set();
    }
    visited.add(place);
    rounds.at(-1)!.push(slice);
  }
  const passes = rounds.filter((round) => round.length >= PASS_SHARE * places.length).length;
  return rounds.length <= MAX_PASSES && passes >= 2 ? rounds : [ordered];
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

function hasLength(slices: SliceSource[]): boolean {
  return isLong(stretchOf(slices));
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

/** The share of places with more than one slice. */
function repeatedShare(slices: readonly SliceSource[]): number {
  const places = placesOf(placeSlices(slices));
  return places.filter((place) => place.length > 1).length / Math.max(1, places.length);
}

/**
 * Slices at the same places, told apart by their numbers: a second scan is numbered behind the first, or in step with
 * it. Null where the numbers follow no rule: nothing then says which slices belong together.
 */
function byInstanceNumber(places: readonly (readonly { slice: SliceSource }[])[]): SliceSource[][] | null {
  const numberOf = ({ header, frame }: SliceSource): number => header.instanceNumber + frame.index;
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
