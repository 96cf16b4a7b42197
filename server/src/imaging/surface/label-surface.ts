import { buildAdjacency } from './adjacency.ts';
import { measure } from './measure.ts';
import { vertexCount, type Mesh } from './mesh.ts';

/** Rounds of averaging over neighbours: what is wider than about ten edges counts as lost thickness, not as a stair. */
const BLUR_ROUNDS = 60;
const VOLUME_ROUNDS = 2;

/**
 * Gives a smoothed label surface its thickness and its volume back. Smoothing draws curved and thin places in; how
 * far, shows when its displacement along the normals is averaged over the neighbourhood, which leaves out the
 * stairs that it was meant to remove. That average is undone, and what is then missing in volume is spread evenly.
 * @param stairs the surface of the mask itself, halfway between voxels; same vertices and triangles
 * @param smooth the smoothed surface
 * @param targetMm3 the volume of the mask's voxels
 */
export function restoreThickness(stairs: Mesh, smooth: Mesh, targetMm3: number): Mesh {
  const normals = vertexNormals(smooth);
  const shrinkage = blur(smooth, displacement(stairs, smooth, normals));
  let mesh = moveAlong(smooth, normals, (v) => -shrinkage[v]!);
  for (let round = 0; round < VOLUME_ROUNDS; round++) {
    const { volumeMm3, areaMm2 } = measure(mesh);
    if (!(areaMm2 > 0)) return mesh;
    const missing = (targetMm3 - volumeMm3) / areaMm2;
    mesh = moveAlong(mesh, vertexNormals(mesh), () => missing);
  }
  return mesh;
}

/** Unit normals, the mean of the triangles' weighted by their areas; x, y, z for each vertex. */
function vertexNormals({ positions: p, triangles }: Mesh): Float32Array {
  const normals = new Float32Array(p.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t]!, 3 * triangles[t + 1]!, 3 * triangles[t + 2]!];
    const [ux, uy, uz] = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!];
    const [vx, vy, vz] = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!];
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx] as const;
    for (const corner of [a, b, c]) {
      normals[corner]! += normal[0];
      normals[corner + 1]! += normal[1];
      normals[corner + 2]! += normal[2];
    }
  }
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(normals[v]!, normals[v + 1]!, normals[v + 2]!) || 1;
    for (let c = v; c < v + 3; c++) normals[c]! /= length;
  }
  return normals;
}

/** How far each vertex went outward, mm. */
function displacement(from: Mesh, to: Mesh, normals: Float32Array): Float32Array {
  const along = new Float32Array(vertexCount(to));
  for (let i = 0; i < normals.length; i++)
    along[Math.floor(i / 3)]! += normals[i]! * (to.positions[i]! - from.positions[i]!);
  return along;
}

function blur(mesh: Mesh, values: Float32Array): Float32Array {
  const { starts, neighbours } = buildAdjacency(mesh);
  let current: Float32Array = values;
  let next: Float32Array = new Float32Array(values.length);
  for (let round = 0; round < BLUR_ROUNDS; round++) {
    for (let v = 0; v < current.length; v++) {
      const [from, end] = [starts[v]!, starts[v + 1]!];
      let sum = 0;
      for (let n = from; n < end; n++) sum += current[neighbours[n]!]!;
      next[v] = end > from ? 0.5 * (current[v]! + sum / (end - from)) : current[v]!;
    }
    [current, next] = [next, current];
  }
  return current;
}

function moveAlong({ positions, triangles }: Mesh, normals: Float32Array, distance: (v: number) => number): Mesh {
  const moved = new Float32Array(new SharedArrayBuffer(4 * positions.length));
  for (let v = 0, i = 0; i < positions.length; v++) {
    const mm = distance(v);
    for (let c = 0; c < 3; c++, i++) moved[i] = positions[i]! + mm * normals[i]!;
  }
  return { positions: moved, triangles };
}
