import type { View } from './rasterizer.ts';

/** Points around a sample that are looked at, on a spiral of this many turns. */
const TAPS = 28;
const TURNS = 7;
/** How far occlusion reaches, of the image's width. */
const REACH = 0.11;
const STRENGTH = 1.15;
/** Keeps a surface from shading itself: of the distance. */
const BIAS = 0.03;

/**
 * How much of the light from all around reaches each cell of `cell` x `cell` samples, 0..1, from the depths around
 * it: scalable ambient obscurance (McGuire, Mara and Luebke 2012). It makes sockets, sutures and joints legible.
 */
export function ambientLight(view: View, cell: number): Float32Array {
  const cells = view.size / cell;
  const light = new Float32Array(cells * cells).fill(1);
  const taps = spiral(REACH * view.size);
  const middle = cell >> 1;
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++)
      light[row * cells + column] = lightAt(view, cell * column + middle, cell * row + middle, taps);
  return blur(light, cells);
}

function spiral(reach: number): { dx: number; dy: number }[] {
  return Array.from({ length: TAPS }, (_, tap) => {
    const share = (tap + 0.5) / TAPS;
    const angle = 2 * Math.PI * TURNS * share;
    const radius = reach * share ** 1.5;
    return { dx: Math.round(radius * Math.cos(angle)), dy: Math.round(radius * Math.sin(angle)) };
  });
}

function lightAt(view: View, x: number, y: number, taps: { dx: number; dy: number }[]): number {
  const { size, depth, normals, sampleMm } = view;
  const at = y * size + x;
  const z = depth[at]!;
  if (z === -Infinity) return 1;
  const reachMm = REACH * size * sampleMm;
  const nx = normals[3 * at]!;
  const ny = normals[3 * at + 1]!;
  const nz = normals[3 * at + 2]!;
  let covered = 0;
  for (const { dx, dy } of taps) {
    const column = x + dx;
    const row = y + dy;
    if (column < 0 || row < 0 || column >= size || row >= size) continue;
    const other = depth[row * size + column]!;
    if (other === -Infinity) continue;
    const vx = dx * sampleMm;
    const vy = -dy * sampleMm;
    const vz = other - z;
    const distance = Math.sqrt(vx * vx + vy * vy + vz * vz);
    if (distance === 0 || distance > 2 * reachMm) continue;
    const cosine = (vx * nx + vy * ny + vz * nz) / distance - BIAS;
    const falloff = 1 - distance / (2 * reachMm);
    if (cosine > 0) covered += cosine * falloff;
  }
  return Math.max(0, 1 - (2 * STRENGTH * covered) / taps.length);
}

/** Means of 3 x 3 cells: the spiral is the same everywhere and leaves a pattern. */
function blur(light: Float32Array, cells: number): Float32Array {
  const out = new Float32Array(light.length);
  for (let row = 0; row < cells; row++)
    for (let column = 0; column < cells; column++) {
      let [sum, count] = [0, 0];
      for (let y = Math.max(0, row - 1); y <= Math.min(cells - 1, row + 1); y++)
        for (let x = Math.max(0, column - 1); x <= Math.min(cells - 1, column + 1); x++) {
          sum += light[y * cells + x]!;
          count++;
        }
      out[row * cells + column] = sum / count;
    }
  return out;
}
