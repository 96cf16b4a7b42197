import { vertexCount, type Mesh } from './mesh.ts';

/** 1 for each vertex that the other surface has at the same place, too. Shared buffers. */
export interface CommonVertices {
  ofBefore: Uint8Array;
  ofAfter: Uint8Array;
}

/**
 * Finds the vertices that a reduction has left where they were: these need no measuring. Those that stay keep their
 * order, and what mending adds comes after them. Every vertex must have a triangle.
 */
export function commonVertices(before: Mesh, after: Mesh): CommonVertices {
  const [p, q] = [before.positions, after.positions];
  const ofBefore = new Uint8Array(new SharedArrayBuffer(vertexCount(before)));
  const ofAfter = new Uint8Array(new SharedArrayBuffer(vertexCount(after)));
  let from = 0;
  for (let v = 0; v < ofAfter.length; v++) {
    const at = 3 * v;
    while (from < p.length && (p[from] !== q[at] || p[from + 1] !== q[at + 1] || p[from + 2] !== q[at + 2])) from += 3;
    if (from === p.length) break;
    ofBefore[from / 3] = ofAfter[v] = 1;
    from += 3;
  }
  return { ofBefore, ofAfter };
}
