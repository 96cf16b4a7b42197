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
  /** Scratch. */
  previous: Float32Array<SharedArrayBuffer>;
  current: Float32Array<SharedArrayBuffer>;
  next: Float32Array<SharedArrayBuffer>;
  /** Out. */
  result: Float32Array<SharedArrayBuffer>;
  /** Two zeros: how many wait, and which round it is. */
  barrier: Int32Array<SharedArrayBuffer>;
}

/**
 * Filters vertices from..end - 1, in step with `workers` - 1 other threads that filter the rest.
 * T1 = P + L/2, Tn = 2 (Tn-1 + L Tn-1 / 2) - Tn-2, where L takes each vertex to the mean of its neighbours.
 */
export function smoothVertices(
  buffers: SmoothingBuffers,
  range: { from: number; end: number; workers: number },
  coefficients: Float64Array,
): void {
  const { adjacency, result } = buffers;
  let { previous, current, next } = buffers;
  translate(buffers.positions, previous, range, buffers.centre.map((mm) => -mm) as Vector);
  waitForOthers(buffers.barrier, range.workers);
  firstStep(adjacency, range, { input: previous, output: current, result }, [
    coefficients[0] ?? 1,
    coefficients[1] ?? 0,
  ]);
  waitForOthers(buffers.barrier, range.workers);
  for (let order = 2; order < coefficients.length; order++) {
    step(adjacency, range, { before: previous, input: current, output: next, result }, coefficients[order] ?? 0);
    waitForOthers(buffers.barrier, range.workers);
    [previous, current, next] = [current, next, previous];
  }
  translate(result, result, range, buffers.centre);
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

function firstStep(
  { starts, neighbours }: Adjacency,
  { from, end }: { from: number; end: number },
  { input, output, result }: Record<'input' | 'output' | 'result', Float32Array>,
  [c0, c1]: [number, number],
): void {
  for (let v = from; v < end; v++) {
    const last = starts[v + 1]!;
    const degree = last - starts[v]!;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = starts[v]!; i < last; i++) {
      const n = 3 * neighbours[i]!;
      x += input[n]!;
      y += input[n + 1]!;
      z += input[n + 2]!;
    }
    const at = 3 * v;
    const half = degree > 0 ? 0.5 / degree : 0;
    const stay = degree > 0 ? 0.5 : 1;
    const px = input[at]!;
    const py = input[at + 1]!;
    const pz = input[at + 2]!;
    const tx = stay * px + half * x;
    const ty = stay * py + half * y;
    const tz = stay * pz + half * z;
    output[at] = tx;
    output[at + 1] = ty;
    output[at + 2] = tz;
    result[at] = c0 * px + c1 * tx;
    result[at + 1] = c0 * py + c1 * ty;
    result[at + 2] = c0 * pz + c1 * tz;
  }
}

function step(
  { starts, neighbours }: Adjacency,
  { from, end }: { from: number; end: number },
  { before, input, output, result }: Record<'before' | 'input' | 'output' | 'result', Float32Array>,
  c: number,
): void {
  for (let v = from; v < end; v++) {
    const last = starts[v + 1]!;
    const degree = last - starts[v]!;
    let x = 0;
    let y = 0;
    let z = 0;
    for (let i = starts[v]!; i < last; i++) {
      const n = 3 * neighbours[i]!;
      x += input[n]!;
      y += input[n + 1]!;
      z += input[n + 2]!;
    }
    const at = 3 * v;
    // Twice one half of the way to the mean, less the polynomial before.
    const mean = degree > 0 ? 1 / degree : 0;
    const stay = degree > 0 ? 1 : 2;
    const tx = stay * input[at]! + mean * x - before[at]!;
    const ty = stay * input[at + 1]! + mean * y - before[at + 1]!;
    const tz = stay * input[at + 2]! + mean * z - before[at + 2]!;
    output[at] = tx;
    output[at + 1] = ty;
    output[at + 2] = tz;
    result[at] = result[at]! + c * tx;
    result[at + 1] = result[at + 1]! + c * ty;
    result[at + 2] = result[at + 2]! + c * tz;
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
