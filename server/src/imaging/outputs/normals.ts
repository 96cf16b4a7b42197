import type { Mesh } from '../surface/mesh.ts';

/** Smooth normals: at each vertex the mean of its faces' normals, weighted by their areas; unit length, x, y, z each. */
export function smoothNormals({ positions: p, triangles }: Mesh): Float32Array<ArrayBuffer> {
  const normals = new Float32Array(p.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ux = p[b]! - p[a]!;
    const uy = p[b + 1]! - p[a + 1]!;
    const uz = p[b + 2]! - p[a + 2]!;
    const vx = p[c]! - p[a]!;
    const vy = p[c + 1]! - p[a + 1]!;
    const vz = p[c + 2]! - p[a + 2]!;
    // Its length is twice the area.
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    normals[a] = normals[a]! + nx;
    normals[a + 1] = normals[a + 1]! + ny;
    normals[a + 2] = normals[a + 2]! + nz;
    normals[b] = normals[b]! + nx;
    normals[b + 1] = normals[b + 1]! + ny;
    normals[b + 2] = normals[b + 2]! + nz;
    normals[c] = normals[c]! + nx;
    normals[c + 1] = normals[c + 1]! + ny;
    normals[c + 2] = normals[c + 2]! + nz;
  }
  for (let v = 0; v < normals.length; v += 3) {
    const x = normals[v]!;
    const y = normals[v + 1]!;
    const z = normals[v + 2]!;
    const length = Math.sqrt(x * x + y * y + z * z);
    // Faces that cancel each other out leave no direction: any will do, but a unit vector it must be.
    normals[v] = length > 0 ? x / length : 0;
    normals[v + 1] = length > 0 ? y / length : 0;
    normals[v + 2] = length > 0 ? z / length : 1;
  }
  return normals;
}
