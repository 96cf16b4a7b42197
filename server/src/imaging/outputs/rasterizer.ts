import type { Mesh } from '../surface/mesh.ts';
import type { Vector } from '../volume.ts';

/** An orthographic camera by its axes in the mesh's coordinates; `towards` points from the mesh to the camera. */
export interface Camera {
  right: Vector;
  up: Vector;
  towards: Vector;
}

/** What a camera sees: for each sample of a square image, row by row from the top. */
export interface View {
  size: number;
  /** Length of a sample, mm. */
  sampleMm: number;
  /** Along `towards`, mm; -Infinity where nothing is. */
  depth: Float32Array;
  /** Normals in the camera's axes (right, up, towards), unit length. */
  normals: Float32Array;
  nearest: number;
  farthest: number;
}

/** Vertices as the camera sees them: samples to the right, samples down, mm towards the camera. */
interface Projection {
  points: Float32Array;
  sampleMm: number;
  nearest: number;
  farthest: number;
}

/** Of the image's width, kept free on each side. */
const MARGIN = 0.04;

/** Draws a closed mesh by its z-buffer: in the middle of the image, as large as fits. Faces that look away are left out. */
export function rasterize(mesh: Mesh, normals: Float32Array, camera: Camera, size: number): View {
  const projection = project(mesh, camera, size);
  const { sampleMm, nearest, farthest } = projection;
  const depth = new Float32Array(size * size).fill(-Infinity);
  const faces = drawFaces(mesh, projection.points, depth, size);
  const seen = interpolate({ mesh, normals, points: projection.points, faces, size }, camera);
  return { size, depth, normals: seen, sampleMm, nearest, farthest };
}

/** Fills in the depths. @returns the nearest triangle at each sample (its first index in the mesh), -1 where there is none */
function drawFaces({ triangles }: Mesh, points: Float32Array, depth: Float32Array, size: number): Int32Array {
  const faces = new Int32Array(size * size).fill(-1);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ax = points[a]!;
    const ay = points[a + 1]!;
    const bx = points[b]!;
    const by = points[b + 1]!;
    const cx = points[c]!;
    const cy = points[c + 1]!;
    // Rows go down, so a face that looks at the camera turns clockwise here.
    const area = (cx - ax) * (by - ay) - (bx - ax) * (cy - ay);
    if (!(area > 0)) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const end = Math.min(size - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(size - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (left > end || top > bottom) continue;
    const az = points[a + 2]!;
    // Barycentric coordinates of b and c, and the depth, grow evenly along rows and columns.
    const vx = (cy - ay) / -area;
    const vy = (cx - ax) / area;
    const wx = (by - ay) / area;
    const wy = (bx - ax) / -area;
    const zb = points[b + 2]! - az;
    const zc = points[c + 2]! - az;
    for (let row = top; row <= bottom; row++) {
      const dx = left + 0.5 - ax;
      const dy = row + 0.5 - ay;
      let v = dx * vx + dy * vy;
      let w = dx * wx + dy * wy;
      for (let at = row * size + left; at <= row * size + end; at++, v += vx, w += wx) {
        if (v < 0 || w < 0 || v + w > 1) continue;
        const z = az + v * zb + w * zc;
        if (z <= depth[at]!) continue;
        depth[at] = z;
        faces[at] = t;
      }
    }
  }
  return faces;
}

interface Seen {
  mesh: Mesh;
  /** Of the vertices. */
  normals: Float32Array;
  points: Float32Array;
  faces: Int32Array;
  size: number;
}

/** The normal at each sample from those of its triangle's corners, in the camera's axes, unit length. */
function interpolate(
  { mesh: { triangles }, normals, points, faces, size }: Seen,
  { right, up, towards }: Camera,
): Float32Array {
  const seen = new Float32Array(3 * faces.length);
  for (let at = 0; at < faces.length; at++) {
    const t = faces[at]!;
    if (t < 0) continue;
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ax = points[a]!;
    const ay = points[a + 1]!;
    const bx = points[b]! - ax;
    const by = points[b + 1]! - ay;
    const cx = points[c]! - ax;
    const cy = points[c + 1]! - ay;
    const dx = (at % size) + 0.5 - ax;
    const dy = Math.floor(at / size) + 0.5 - ay;
    const area = cx * by - bx * cy;
    const v = (cx * dy - dx * cy) / area;
    const w = (dx * by - bx * dy) / area;
    const u = 1 - v - w;
    const x = u * normals[a]! + v * normals[b]! + w * normals[c]!;
    const y = u * normals[a + 1]! + v * normals[b + 1]! + w * normals[c + 1]!;
    const z = u * normals[a + 2]! + v * normals[b + 2]! + w * normals[c + 2]!;
    const length = Math.sqrt(x * x + y * y + z * z) || 1;
    seen[3 * at] = (x * right[0] + y * right[1] + z * right[2]) / length;
    seen[3 * at + 1] = (x * up[0] + y * up[1] + z * up[2]) / length;
    seen[3 * at + 2] = (x * towards[0] + y * towards[1] + z * towards[2]) / length;
  }
  return seen;
}

function project({ positions: p, triangles }: Mesh, { right, up, towards }: Camera, size: number): Projection {
  const points = new Float32Array(p.length);
  const low: Vector = [Infinity, Infinity, Infinity];
  const high: Vector = [-Infinity, -Infinity, -Infinity];
  // About a point of the mesh float32 has more digits to spare.
  const first = 3 * (triangles[0] ?? 0);
  const [ox, oy, oz] = [p[first] ?? 0, p[first + 1] ?? 0, p[first + 2] ?? 0];
  const axes: readonly Vector[] = [right, [-up[0], -up[1], -up[2]], towards];
  for (let i = 0; i < p.length; i += 3)
    for (let axis = 0; axis < 3; axis++) {
      const direction = axes[axis]!;
      const value = (p[i]! - ox) * direction[0] + (p[i + 1]! - oy) * direction[1] + (p[i + 2]! - oz) * direction[2];
      points[i + axis] = value;
      if (value < low[axis]!) low[axis] = value;
      if (value > high[axis]!) high[axis] = value;
    }
  const sampleMm = Math.max(high[0] - low[0], high[1] - low[1], 1e-6) / (size * (1 - 2 * MARGIN));
  for (let i = 0; i < points.length; i += 3) {
    points[i] = size / 2 + (points[i]! - (low[0] + high[0]) / 2) / sampleMm;
    points[i + 1] = size / 2 + (points[i + 1]! - (low[1] + high[1]) / 2) / sampleMm;
  }
  return { points, sampleMm, nearest: high[2], farthest: low[2] };
}
