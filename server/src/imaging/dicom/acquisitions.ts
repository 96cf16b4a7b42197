import { dot } from '../volume.ts';
import { normalOf, type SliceGroup, type SliceSource } from './series.ts';

/** Acquisitions that share more of their length than this go over the same place. */
const SHARED_LENGTH = 0.5;

/** More repetitions than this are a film, of which the first stand for all. */
const MAX_CHAINS = 50;

interface Stretch {
  slices: SliceSource[];
  low: number;
  high: number;
}

/**
 * Splits a group whose slices are of several acquisitions over the same place (phases, repetitions): interleaved they
 * would show two moments as one body. Acquisitions one behind the other stay together: they are one scan in steps.
 */
export function splitAcquisitions(group: SliceGroup): SliceGroup[] {
  const byNumber = Map.groupBy(group.slices, ({ header }) => header.acquisitionNumber);
  if (byNumber.size === 1) return [group];
  const stretches = [...byNumber].toSorted(([a], [b]) => a - b).map(([, slices]) => stretchOf(slices, group));
  const chains: Stretch[][] = [];
  for (const stretch of stretches.filter(hasLength)) {
    const chain = chains.slice(0, MAX_CHAINS).find((others) => others.every((other) => !overlap(stretch, other)));
    if (chain === undefined) chains.push([stretch]);
    else chain.push(stretch);
  }
  const single = stretches.filter((stretch) => !hasLength(stretch));
  if (chains[0] === undefined) return [group];
  chains[0].push(...single);
  return chains.map((chain) => ({ ...group, slices: chain.flatMap(({ slices }) => slices) }));
}

function stretchOf(slices: SliceSource[], group: SliceGroup): Stretch {
  const normal = normalOf(group.frame);
  const heights = slices.map(({ frame }) => dot(normal, frame.position));
  return {
    slices,
    low: heights.reduce((least, each) => Math.min(least, each), Infinity),
    high: heights.reduce((most, each) => Math.max(most, each), -Infinity),
  };
}

/** Single slices lie over nothing: scanners that step number each, and those at one place are dropped later. */
function hasLength({ low, high }: Stretch): boolean {
  return high > low;
}

function overlap(a: Stretch, b: Stretch): boolean {
  const shared = Math.min(a.high, b.high) - Math.max(a.low, b.low);
  return shared > SHARED_LENGTH * Math.min(a.high - a.low, b.high - b.low);
}
