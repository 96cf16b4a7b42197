import type { Vector } from '../volume.ts';
import type { Mesh } from './mesh.ts';

export interface Measures {
  volumeMm3: number;
  areaMm2: number;
  min: Vector;
  max: Vector;
}

/** Volume by the divergence theorem, area, and bounding box of the vertices that triangles use. */
export function measure(mesh: Mesh): Measures {
  const { positions: p, triangles } = mesh;
  const origin = 3 * (triangles[0] ?? 0);
  const [ox, oy, oz] = [p[origin] ?? 0, p[origin + 1] ?? 0, p[origin + 2] ?? 0];
  let volume = 0;
  let area = 0;
  const min: Vector = [Infinity, Infinity, Infinity];
  const max: Vector = [-Infinity, -Infinity, -Infinity];
  // No lists of numbers for each triangle: they would be a fifth of a second for half a million of them.
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ax = p[a]!;
    const ay = p[a + 1]!;
    const az = p[a + 2]!;
    const ux = p[b]! - ax;
    const uy = p[b + 1]! - ay;
    const uz = p[b + 2]! - az;
    const vx = p[c]! - ax;
    const vy = p[c + 1]! - ay;
    const vz = p[c + 2]! - az;
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    volume += (ax - ox) * nx + (ay - oy) * ny + (az - oz) * nz;
    area += Math.sqrt(nx * nx + ny * ny + nz * nz);
    for (let axis = 0; axis < 3; axis++) {
      min[axis] = Math.min(min[axis]!, p[a + axis]!, p[b + axis]!, p[c + axis]!);
      max[axis] = Math.max(max[axis]!, p[a + axis]!, p[b + axis]!, p[c + axis]!);
    }
  }
  return { volumeMm3: volume / 6, areaMm2: area / 2, min, max };
}
