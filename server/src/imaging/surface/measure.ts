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
  let [volume, area] = [0, 0];
  let [minX, minY, minZ, maxX, maxY, maxZ] = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ax, ay, az] = [p[a]!, p[a + 1]!, p[a + 2]!];
    const [ux, uy, uz] = [p[b]! - ax, p[b + 1]! - ay, p[b + 2]! - az];
    const [vx, vy, vz] = [p[c]! - ax, p[c + 1]! - ay, p[c + 2]! - az];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    volume += (ax - ox) * nx + (ay - oy) * ny + (az - oz) * nz;
    area += Math.sqrt(nx * nx + ny * ny + nz * nz);
    // Every vertex of a closed mesh is some triangle's first or follows one; looking at all three is the safe way.
    for (const v of [a, b, c]) {
      const [x, y, z] = [p[v]!, p[v + 1]!, p[v + 2]!];
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
      if (z < minZ) minZ = z;
      if (z > maxZ) maxZ = z;
    }
  }
  return { volumeMm3: volume / 6, areaMm2: area / 2, min: [minX, minY, minZ], max: [maxX, maxY, maxZ] };
}
