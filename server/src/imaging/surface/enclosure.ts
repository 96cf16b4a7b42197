import type { Components } from './components.ts';
import type { Mesh } from './mesh.ts';

interface Box {
  min: [number, number, number];
  max: [number, number, number];
}

/** Moves the ray off the grid on which vertices lie, so that it meets no edge; far less than their distance, mm. */
const OFF_GRID = [3.1e-5, 4.7e-5] as const;

/**
 * The innermost of some outer surfaces around each of some cavities.
 * @param shells and `cavities`: numbers of components
 * @returns the shell of each cavity that lies in one
 */
export function cavityOwners(
  mesh: Mesh,
  { ofVertex, count, volumesMm3 }: Components,
  shells: readonly number[],
  cavities: readonly number[],
): Map<number, number> {
  const owners = new Map<number, number>();
  if (cavities.length === 0) return owners;
  const boxes = componentBoxes(mesh, ofVertex, count);
  const probes = firstVertices(ofVertex, count);
  // From the smallest shell up, so that a cavity goes to the innermost one around it.
  const innermostFirst = shells.toSorted((a, b) => volumesMm3[a]! - volumesMm3[b]!);
  for (const cavity of cavities) {
    const around = innermostFirst.find(
      (shell) => encloses(boxes[shell]!, boxes[cavity]!) && isInsideShell(mesh, ofVertex, shell, probes[cavity]!),
    );
    if (around !== undefined) owners.set(cavity, around);
  }
  return owners;
}

function firstVertices(ofVertex: Int32Array, count: number): Int32Array {
  const first = new Int32Array(count).fill(-1);
  for (let v = 0; v < ofVertex.length; v++) if (first[ofVertex[v]!] === -1) first[ofVertex[v]!] = v;
  return first;
}

function componentBoxes({ positions }: Mesh, ofVertex: Int32Array, count: number): Box[] {
  const boxes = Array.from({ length: count }, (): Box => ({
    min: [Infinity, Infinity, Infinity],
    max: [-Infinity, -Infinity, -Infinity],
  }));
  for (let v = 0; v < ofVertex.length; v++) {
    const { min, max } = boxes[ofVertex[v]!]!;
    for (let c = 0; c < 3; c++) {
      const value = positions[3 * v + c]!;
      if (value < min[c]!) min[c] = value;
      if (value > max[c]!) max[c] = value;
    }
  }
  return boxes;
}

function encloses(outer: Box, inner: Box): boolean {
  return [0, 1, 2].every((c) => outer.min[c]! <= inner.min[c]! && outer.max[c]! >= inner.max[c]!);
}

/** Counts the crossings of a ray along +x from a vertex with a shell: an odd number is inside. */
function isInsideShell(
  { positions: p, triangles }: Mesh,
  ofVertex: Int32Array,
  shell: number,
  vertex: number,
): boolean {
  const x = p[3 * vertex]!;
  const y = p[3 * vertex + 1]! + OFF_GRID[0];
  const z = p[3 * vertex + 2]! + OFF_GRID[1];
  let inside = false;
  for (let t = 0; t < triangles.length; t += 3) {
    if (ofVertex[triangles[t]!] !== shell) continue;
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    // Signed areas in the y-z plane: all of one sign where the ray passes through the triangle.
    const ab = cross2(p, a, b, y, z);
    const bc = cross2(p, b, c, y, z);
    const ca = cross2(p, c, a, y, z);
    const through = (ab >= 0 && bc >= 0 && ca >= 0) || (ab < 0 && bc < 0 && ca < 0);
    if (!through) continue;
    const total = ab + bc + ca;
    if (total === 0) continue;
    const hit = (p[a]! * bc + p[b]! * ca + p[c]! * ab) / total;
    if (hit > x) inside = !inside;
  }
  return inside;
}

function cross2(p: Float32Array, from: number, to: number, y: number, z: number): number {
  return (p[from + 1]! - y) * (p[to + 2]! - z) - (p[from + 2]! - z) * (p[to + 1]! - y);
}
