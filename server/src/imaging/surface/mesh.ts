/** An indexed triangle mesh; faces turn counter-clockwise seen from outside. */
export interface Mesh {
  /** x, y, z of each vertex, LPS mm. */
  positions: Float32Array;
  /** Three vertices for each triangle. */
  triangles: Uint32Array;
}

export function vertexCount(mesh: Mesh): number {
  return mesh.positions.length / 3;
}

export function triangleCount(mesh: Mesh): number {
  return mesh.triangles.length / 3;
}

/**
 * Keeps the triangles for whose first vertex `keep` holds, and only the vertices they use, both in their order.
 * `keep` says the same of all vertices of a triangle.
 * The result is in shared memory, so that handing it to another thread costs nothing.
 */
export function filterTriangles(mesh: Mesh, keep: (firstVertex: number) => boolean): Mesh {
  const { positions, triangles } = mesh;
  const renumbered = new Int32Array(vertexCount(mesh)).fill(UNUSED);
  let used = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]!;
    if (renumbered[a]! <= UNUSED) renumbered[a] = renumbered[a] === UNUSED && keep(a) ? KEPT : DROPPED;
    if (renumbered[a] === DROPPED) continue;
    renumbered[triangles[t + 1]!] = KEPT;
    renumbered[triangles[t + 2]!] = KEPT;
    used += 3;
  }
  const moved = new Float32Array(new SharedArrayBuffer(12 * number(renumbered)));
  moveSpans(positions, renumbered, moved);
  const kept = new Uint32Array(new SharedArrayBuffer(4 * used));
  for (let t = 0, at = 0; at < used; t += 3) {
    const a = renumbered[triangles[t]!]!;
    if (a < 0) continue;
    kept[at] = a;
    kept[at + 1] = renumbered[triangles[t + 1]!]!;
    kept[at + 2] = renumbered[triangles[t + 2]!]!;
    at += 3;
  }
  return { positions: moved, triangles: kept };
}

/**
 * Leaves out few of many triangles; all vertices stay.
 * @param dropped the index of each one's first entry
 */
export function dropFaces({ positions, triangles }: Mesh, dropped: ReadonlySet<number>): Mesh {
  const kept = new Uint32Array(triangles.length - 3 * dropped.size);
  let from = 0;
  let used = 0;
  for (const at of [...dropped].toSorted((a, b) => a - b)) {
    kept.set(triangles.subarray(from, at), used);
    used += at - from;
    from = at + 3;
  }
  kept.set(triangles.subarray(from), used);
  return { positions, triangles: kept };
}

const UNUSED = -1;
const DROPPED = -2;
const KEPT = 0;

/** Numbers the kept vertices. @returns how many there are */
function number(renumbered: Int32Array): number {
  let next = 0;
  for (let v = 0; v < renumbered.length; v++) if (renumbered[v] === KEPT) renumbered[v] = next++;
  return next;
}

/** Copies the positions of kept vertices, as many at a time as lie together. */
function moveSpans(positions: Float32Array, renumbered: Int32Array, moved: Float32Array): void {
  for (let v = 0; v < renumbered.length; v++) {
    const to = renumbered[v]!;
    if (to < 0) continue;
    const first = v;
    while (v + 1 < renumbered.length && renumbered[v + 1]! >= 0) v++;
    moved.set(positions.subarray(3 * first, 3 * v + 3), 3 * to);
  }
}
