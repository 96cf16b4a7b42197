import { buildAdjacency } from './adjacency.ts';
import { triangleCount, vertexCount, type Mesh } from './mesh.ts';

/** What keeps a mesh from being printable. All zero for a watertight one. */
export interface MeshDefects extends EdgeDefects {
  /** Vertices at which more than one fan of triangles meets. */
  pinched: number;
}

export interface EdgeDefects {
  /** Edges that have a face on one side only. */
  open: number;
  /** Edges used by two faces in the same direction, so by more than two in all or by two that disagree. */
  nonManifold: number;
}

/** Looks, for every directed edge, whether it is used once and its opposite once. */
export function examineEdges(mesh: Mesh): { defects: EdgeDefects; crowded: Set<number> } {
  const { starts, neighbours } = buildAdjacency(mesh);
  const vertices = vertexCount(mesh);
  /** Keys (smaller vertex * vertex count + larger) of edges used more than once in a direction. */
  const crowded = new Set<number>();
  let [open, nonManifold] = [0, 0];
  for (let from = 0; from < vertices; from++) {
    const end = starts[from + 1]!;
    for (let i = starts[from]!; i < end; i++) {
      const to = neighbours[i]!;
      for (let q = i + 1; q < end; q++) {
        if (neighbours[q] !== to) continue;
        nonManifold++;
        crowded.add(Math.min(from, to) * vertices + Math.max(from, to));
      }
      let q = starts[to]!;
      const last = starts[to + 1]!;
      while (q < last && neighbours[q] !== from) q++;
      if (q === last) open++;
    }
  }
  return { defects: { open, nonManifold }, crowded };
}

export function isWatertight(defects: MeshDefects): boolean {
  return defects.open === 0 && defects.nonManifold === 0 && defects.pinched === 0;
}

/**
 * Joins vertices with the same float32 coordinates, as every reader of an STL file does, and leaves out the
 * triangles that this makes degenerate. Returns the mesh itself where all vertices differ.
 */
export function weld(mesh: Mesh): Mesh {
  const { positions, triangles } = mesh;
  const count = vertexCount(mesh);
  const bits = new Int32Array(positions.buffer, positions.byteOffset, positions.length);
  const capacity = 1 << (32 - Math.clz32(2 * count + 1));
  const slots = new Int32Array(capacity).fill(-1);
  const first = new Uint32Array(count);
  let joined = 0;
  for (let v = 0; v < count; v++) {
    const at = 3 * v;
    // -0 equals 0 but has other bits
    for (let c = at; c < at + 3; c++) if (positions[c] === 0) positions[c] = 0;
    let slot = hash(bits[at]!, bits[at + 1]!, bits[at + 2]!) & (capacity - 1);
    for (;;) {
      const other = slots[slot]!;
      if (other < 0) {
        slots[slot] = v;
        first[v] = v;
        break;
      }
      const to = 3 * other;
      if (bits[to] === bits[at] && bits[to + 1] === bits[at + 1] && bits[to + 2] === bits[at + 2]) {
        first[v] = other;
        joined++;
        break;
      }
      slot = (slot + 1) & (capacity - 1);
    }
  }
  if (joined === 0) return mesh;
  return dropDegenerate({ positions, triangles: triangles.map((vertex) => first[vertex]!) });
}

function hash(x: number, y: number, z: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

/** Leaves out triangles that use a vertex twice. */
export function dropDegenerate(mesh: Mesh): Mesh {
  const { triangles } = mesh;
  const kept = new Uint32Array(triangles.length);
  let used = 0;
  for (let t = 0; t < triangleCount(mesh); t++) {
    const a = triangles[3 * t]!;
    const b = triangles[3 * t + 1]!;
    const c = triangles[3 * t + 2]!;
    if (a === b || b === c || c === a) continue;
    kept[used++] = a;
    kept[used++] = b;
    kept[used++] = c;
  }
  return { positions: mesh.positions, triangles: kept.slice(0, used) };
}
