import type { Mesh } from './mesh.ts';
import { vertexCount } from './mesh.ts';

/**
 * Directed edges by their first vertex: those of vertex v end at neighbours[starts[v]] .. neighbours[starts[v + 1] - 1].
 * In a closed oriented mesh these are all neighbours of v, each once.
 */
export interface Adjacency {
  starts: Uint32Array;
  neighbours: Uint32Array;
}

/** Shared buffers, so that every worker may read it. */
export function buildAdjacency(mesh: Mesh): Adjacency {
  const { triangles } = mesh;
  const count = vertexCount(mesh);
  const starts = new Uint32Array(new SharedArrayBuffer(4 * (count + 1)));
  for (let i = 0; i < triangles.length; i++) starts[triangles[i]! + 1]!++;
  for (let v = 0; v < count; v++) starts[v + 1]! += starts[v]!;
  const neighbours = new Uint32Array(new SharedArrayBuffer(4 * triangles.length));
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    neighbours[starts[a]!++] = b;
    neighbours[starts[b]!++] = c;
    neighbours[starts[c]!++] = a;
  }
  // Each start has moved to its end, which is the next one's start.
  starts.copyWithin(1, 0, count);
  starts[0] = 0;
  return { starts, neighbours };
}
