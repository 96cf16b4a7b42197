import { cross, dot, type Vector } from '../volume.ts';
import { dropFaces, vertexCount, type Mesh } from './mesh.ts';

export interface EdgeFace {
  /** Index of the triangle's first entry. */
  triangle: number;
  /** Its vertex off the edge. */
  apex: number;
}

/** An edge and the faces on it: those that run from a to b, and those that run back. */
export interface EdgeFaces {
  a: number;
  b: number;
  forward: EdgeFace[];
  backward: EdgeFace[];
}

/** How far a new vertex is moved into the solid: less than any scanner or printer resolves. */
const MAX_NUDGE_MM = 0.02;
const NUDGE_SHARE_OF_EDGE = 1 / 8;

/**
 * Opens edges at which a solid touches itself. Around such an edge wedges of solid and of air take turns; each
 * solid wedge, bounded by a forward and a backward face, gets its own midpoint, moved a little into the wedge,
 * and its two faces are split there. Edges that share a face with one already split wait for the next round.
 */
export function splitEdges(mesh: Mesh, edges: EdgeFaces[]): Mesh {
  const { positions } = mesh;
  const touched = new Set<number>();
  const addedPositions: number[] = [];
  const addedTriangles: number[] = [];
  let next = vertexCount(mesh);
  for (const edge of edges) {
    const faces = [...edge.forward, ...edge.backward];
    if (edge.forward.length !== edge.backward.length || faces.some((face) => touched.has(face.triangle))) continue;
    for (const face of faces) touched.add(face.triangle);
    for (const wedge of solidWedges(positions, edge)) {
      const middle = next++;
      addedPositions.push(...wedge.middle);
      addedTriangles.push(edge.a, middle, wedge.forward.apex, middle, edge.b, wedge.forward.apex);
      addedTriangles.push(edge.b, middle, wedge.backward.apex, middle, edge.a, wedge.backward.apex);
    }
  }
  return {
    positions: concat(Float32Array, positions, addedPositions),
    triangles: concat(Uint32Array, dropFaces(mesh, touched).triangles, addedTriangles),
  };
}

function concat<T extends Float32Array | Uint32Array>(kind: new (length: number) => T, head: T, tail: number[]): T {
  const joined = new kind(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

interface Wedge {
  forward: EdgeFace;
  backward: EdgeFace;
  middle: Vector;
}

/**
 * Pairs faces around the edge. With the edge pointing at the viewer and angles counter-clockwise, a forward
 * face has air after it and solid before it, so its partner is the backward face met first going back.
 */
function solidWedges(positions: Float32Array, { a, b, forward, backward }: EdgeFaces): Wedge[] {
  const at = (v: number): Vector => [positions[3 * v]!, positions[3 * v + 1]!, positions[3 * v + 2]!];
  const [start, end] = [at(a), at(b)];
  const along = subtract(end, start);
  const length = Math.hypot(...along) || 1;
  const axis = scale(along, 1 / length);
  const across = (apex: number): Vector => {
    const arm = subtract(at(apex), start);
    return subtract(arm, scale(axis, dot(arm, axis)));
  };
  const reference = across(forward[0]!.apex);
  const x = scale(reference, 1 / (Math.hypot(...reference) || 1));
  const y = cross(axis, x);
  const angleOf = (face: EdgeFace): number => {
    const arm = across(face.apex);
    return Math.atan2(dot(arm, y), dot(arm, x));
  };
  const free = backward.map((face) => ({ face, angle: angleOf(face) }));
  const nudge = Math.min(MAX_NUDGE_MM, length * NUDGE_SHARE_OF_EDGE);
  return forward.map((face) => {
    const angle = angleOf(face);
    const openings = free.map((other) => positiveAngle(angle - other.angle));
    const nearest = openings.indexOf(Math.min(...openings));
    const partner = free.splice(nearest, 1)[0]!;
    const bisector = angle - openings[nearest]! / 2;
    const inward = [Math.cos(bisector), Math.sin(bisector)] as const;
    const middle = start.map(
      (value, c) => (value + end[c]!) / 2 + nudge * (inward[0] * x[c]! + inward[1] * y[c]!),
    ) as Vector;
    return { forward: face, backward: partner.face, middle };
  });
}

/** An angle brought into (0, 2 pi]. */
function positiveAngle(angle: number): number {
  let turned = angle;
  while (turned <= 1e-9) turned += 2 * Math.PI;
  return turned;
}

function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}
