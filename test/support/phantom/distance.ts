import type { StlMesh } from './stl.ts';

type Point = [number, number, number];

/** The greatest distance from points on one surface to the other, both ways, by looking at every triangle, mm. */
export function hausdorff(a: StlMesh, b: StlMesh): number {
  return Math.max(oneWay(a, b), oneWay(b, a));
}

function oneWay(from: StlMesh, to: StlMesh): number {
  const triangles = Array.from({ length: to.triangles.length / 3 }, (_, t) => cornersOf(to, t));
  const spheres = triangles.map(([p, q, r]) => ({ p, reach: Math.max(apart(p, q), apart(p, r)) }));
  let greatest = 0;
  for (const point of samplesOf(from)) {
    let nearest = Infinity;
    for (const [t, { p, reach }] of spheres.entries()) {
      if (nearest <= greatest) break;
      if (apart(point, p) - reach >= nearest) continue;
      nearest = Math.min(nearest, toTriangle(point, triangles[t]!));
    }
    greatest = Math.max(greatest, nearest);
  }
  return greatest;
}

/** Corners, middles of edges and of triangles. */
function samplesOf(mesh: StlMesh): Point[] {
  const points: Point[] = [];
  for (let v = 0; v < mesh.positions.length; v += 3) points.push(mesh.positions.slice(v, v + 3) as Point);
  for (let t = 0; t < mesh.triangles.length / 3; t++) {
    const [p, q, r] = cornersOf(mesh, t);
    points.push(mean([p, q]), mean([p, q, r]));
  }
  return points;
}

function cornersOf({ positions, triangles }: StlMesh, t: number): [Point, Point, Point] {
  const corner = (i: number): Point =>
    positions.slice(3 * triangles[3 * t + i]!, 3 * triangles[3 * t + i]! + 3) as Point;
  return [corner(0), corner(1), corner(2)];
}

function mean(points: Point[]): Point {
  return [0, 1, 2].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length) as Point;
}

function apart(p: Point, q: Point): number {
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Projects onto the plane; where that falls outside, the nearest of the edges counts. */
function toTriangle(point: Point, [p, q, r]: [Point, Point, Point]): number {
  const normal = cross(minus(q, p), minus(r, p));
  const sides = [
    [p, q],
    [q, r],
    [r, p],
  ] as const;
  const area = Math.hypot(...normal);
  const inside = area > 0 && sides.every(([a, b]) => dot(cross(minus(b, a), minus(point, a)), normal) >= 0);
  if (inside) return Math.abs(dot(minus(point, p), normal)) / area;
  return Math.min(...sides.map(([a, b]) => toSegment(point, a, b)));
}

function toSegment(point: Point, a: Point, b: Point): number {
  const along = minus(b, a);
  const share = Math.min(1, Math.max(0, dot(minus(point, a), along) / (dot(along, along) || 1)));
  return apart(point, [a[0] + share * along[0], a[1] + share * along[1], a[2] + share * along[2]]);
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
