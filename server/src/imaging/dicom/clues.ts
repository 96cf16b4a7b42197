import type { Moment } from './moment.ts';
import { placeSlices, placesOf } from './places.ts';
import type { SliceSource } from './series.ts';

/**
 * What can tell that slices of one series show the body at two times. `moment`: slices of two values never show one
 * body. `pass`: only where they go over the same place; a scan in steps has one value for each. `hint`: only where
 * slices stand at the same places and nothing better tells them apart.
 */
export interface Clue {
  apart: string;
  kind: 'moment' | 'pass' | 'hint';
  valueOf: (slice: SliceSource) => number | string | null;
  /** Numbers nearer than this are one value; of a clock, what it must stand still for at least between two passes. */
  gap: number;
  clock?: boolean;
}

function ofMoment(key: keyof Moment): Clue['valueOf'] {
  return ({ frame }) => frame.moment[key];
}

/** In the order of how much they say. */
export const CLUES: readonly Clue[] = [
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

/** Classes of fewer slices each are no passes. */
const FEW_SLICES = 3;
/** Numbers are compared in thousandths: finer differences are those of computing. */
const RESOLUTION = 1000;
/** A clock stands still between two passes for this many times longer than within one. */
const PAUSE_RATIO = 5;
/** Of the places, so many may hold a slice twice by accident. */
export const ACCIDENTS = 0.1;
/** A pass covers at least this share of the places. */
const PASS_SHARE = 0.5;
/** More repetitions than this are a film, of which the first stand for all. */
export const MAX_PASSES = 60;

/** Groups slices by what a clue says of them. */
export function classesBy(slices: SliceSource[], clue: Clue, repeated: boolean): SliceSource[][] {
  const told = slices.filter((slice) => clue.valueOf(slice) !== null);
  if (told.length === 0) return [];
  const untold = slices.filter((slice) => clue.valueOf(slice) === null);
  const classes = told.some((slice) => typeof clue.valueOf(slice) === 'string')
    ? [...Map.groupBy(told, clue.valueOf)]
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
        .map(([, each]) => each)
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

/** The share of places with more than one slice. */
export function repeatedShare(slices: readonly SliceSource[]): number {
  const places = placesOf(placeSlices(slices));
  return places.filter((place) => place.length > 1).length / Math.max(1, places.length);
}

/** Whether slices are at more than one place. */
export function hasLength(slices: SliceSource[]): boolean {
  return placesOf(placeSlices(slices)).length > 1;
}
