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
 * The result is in shared memory, so that handing it to another thread costs nothing.
 */
export function filterTriangles(mesh: Mesh, keep: (firstVertex: number) => boolean): Mesh {
  const { positions, triangles } = mesh;
  const renumbered = new Int32Array(vertexCount(mesh)).fill(-1);
  let used = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    if (!keep(triangles[t]!)) continue;
    for (let corner = t; corner < t + 3; corner++) renumbered[triangles[corner]!] = 1;
    used += 3;
  }
  let next = 0;
  for (let v = 0; v < renumbered.length; v++) if (renumbered[v] === 1) renumbered[v] = next++;
  const moved = new Float32Array(new SharedArrayBuffer(12 * next));
  for (let v = 0; v < renumbered.length; v++) {
    const to = 3 * renumbered[v]!;
    if (to < 0) continue;
    moved[to] = positions[3 * v]!;
    moved[to + 1] = positions[3 * v + 1]!;
    moved[to + 2] = positions[3 * v + 2]!;
  }
  const kept = new Uint32Array(new SharedArrayBuffer(4 * used));
  used = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    if (!keep(triangles[t]!)) continue;
    kept[used++] = renumbered[triangles[t]!]!;
    kept[used++] = renumbered[triangles[t + 1]!]!;
    kept[used++] = renumbered[triangles[t + 2]!]!;
  }
  return { positions: moved, triangles: kept };
}
