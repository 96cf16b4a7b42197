import type { Vector } from '../volume.ts';
import type { Adjacency } from './adjacency.ts';

/** Share of the spectrum that passes: what is kept of the surface's detail. */
const PASS_BAND = 0.1;

/**
 * Coefficients of the windowed sinc filter in Chebyshev polynomials (Taubin, Zhang and Golub 1996), with a
 * Hamming window. They are divided by their sum, so that a constant passes unchanged: else the mesh shrinks.
 */
export function sincCoefficients(iterations: number): Float64Array {
  const theta = Math.acos(1 - PASS_BAND / 2);
  const window = Array.from(
    { length: iterations + 1 },
    (_, i) => 0.54 + 0.46 * Math.cos((Math.PI * i) / (iterations + 1)),
  );
  const series = (cutoff: number): number[] =>
    window.map((w, i) => (i === 0 ? (w * cutoff) / Math.PI : (2 * w * Math.sin(i * cutoff)) / (i * Math.PI)));
  const responseAtPassBand = (c: number[]): number => c.reduce((sum, value, i) => sum + value * Math.cos(i * theta), 0);
  // The window blurs the edge of the band: move the cutoff out until the band itself passes whole.
  let cutoff = theta;
  while (cutoff < Math.PI && responseAtPassBand(series(cutoff)) < 1) cutoff += 1e-4;
  const coefficients = series(Math.min(cutoff, Math.PI));
  const sum = coefficients.reduce((total, value) => total + value, 0);
  return Float64Array.from(coefficients, (value) => value / sum);
}

/** The buffers of one smoothing, shared by all its workers; x, y, z for each vertex. */
export interface SmoothingBuffers {
  adjacency: Adjacency;
  /** In: left as they are. */
  positions: Float32Array;
  /** A point amid them: about it float32 has more digits to spare. */
  centre: Vector;
  /** Scratch: the positions about the centre. */
  centred: Float32Array<SharedArrayBuffer>;
  /** Zeros, scratch; one of them is the result, see `smoothedIn`. */
  sums: readonly [Float32Array<SharedArrayBuffer>, Float32Array<SharedArrayBuffer>];
  /** Two zeros: how many wait, and which round it is. */
  barrier: Int32Array<SharedArrayBuffer>;
}

/** Which of the sums the smoothed positions are in, in the end. */
export function smoothedIn({ sums }: SmoothingBuffers, iterations: number): Float32Array<SharedArrayBuffer> {
  return sums[stepsOf(iterations) % 2 === 0 ? 0 : 1];
}

function stepsOf(iterations: number): number {
  return Math.max(1, iterations);
}

/**
 * Filters vertices from..end - 1, in step with `workers` - 1 other threads that filter the rest. Sums the polynomials
 * from the last one down (Clenshaw 1955), so that each step reads and writes less: Bn = cn P + 2 M Bn+1 - Bn+2, and
 * c0 P + M B1 - B2 is the result, where M takes each vertex halfway to the mean of its neighbours.
 */
export function smoothVertices(
  { adjacency, positions, centre, centred, sums, barrier }: SmoothingBuffers,
  range: { from: number; end: number; workers: number },
  coefficients: Float64Array,
): void {
  const last = stepsOf(coefficients.length - 1);
  translate(positions, centred, range, centre.map((mm) => -mm) as Vector);
  let [input, output] = sums;
  for (let at = 3 * range.from; at < 3 * range.end; at++) input[at] = (coefficients[last] ?? 0) * centred[at]!;
  waitForOthers(barrier, range.workers);
  for (let order = last - 1; order >= 0; order--) {
    step(
      adjacency,
      range,
      { centred, input, output },
      { coefficient: coefficients[order]!, share: order > 0 ? 1 : 0.5 },
    );
    waitForOthers(barrier, range.workers);
    [input, output] = [output, input];
  }
  translate(input, input, range, centre);
}

function translate(
  from: Float32Array,
  to: Float32Array,
  { from: first, end }: { from: number; end: number },
  [x, y, z]: Vector,
): void {
  for (let at = 3 * first; at < 3 * end; at += 3) {
    to[at] = from[at]! + x;
    to[at + 1] = from[at + 1]! + y;
    to[at + 2] = from[at + 2]! + z;
  }
}

/** The sum before the last takes up the new one: of both, each vertex needs only its own. */
function step(
  { starts, neighbours }: Adjacency,
  { from, end }: { from: number; end: number },
  { centred, input, output }: Record<'centred' | 'input' | 'output', Float32Array>,
  { coefficient, share }: { coefficient: number; share: number },
): void {
  let last = starts[from]!;
  for (let v = from; v < end; v++) {
    const first = last;
    last = starts[v + 1]!;
    const degree = last - first;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = first; i < last; i++) {
      const n = 3 * neighbours[i]!;
      x += input[n]!;
      y += input[n + 1]!;
      z += input[n + 2]!;
    }
    const at = 3 * v;
    const mean = degree > 0 ? share / degree : 0;
    const stay = degree > 0 ? share : 2 * share;
    output[at] = coefficient * centred[at]! + stay * input[at]! + mean * x - output[at]!;
    output[at + 1] = coefficient * centred[at + 1]! + stay * input[at + 1]! + mean * y - output[at + 1]!;
    output[at + 2] = coefficient * centred[at + 2]! + stay * input[at + 2]! + mean * z - output[at + 2]!;
  }
}

function waitForOthers(barrier: Int32Array<SharedArrayBuffer>, workers: number): void {
  const round = Atomics.load(barrier, 1);
  if (Atomics.add(barrier, 0, 1) === workers - 1) {
    Atomics.store(barrier, 0, 0);
    Atomics.add(barrier, 1, 1);
    Atomics.notify(barrier, 1);
    return;
  }
  while (Atomics.load(barrier, 1) === round) Atomics.wait(barrier, 1, round);
}
