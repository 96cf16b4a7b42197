/** A knee of analytic shapes, for the sample series. Coordinates in mm about the joint, LPS. */

const HU = {
  air: -1000,
  skin: 30,
  fat: -100,
  muscle: 55,
  cartilage: 90,
  marrow: -30,
  spongy: 320,
  cortical: 1250,
} as const;
const SKIN_MM = 2;
const FAT_MM = 7;
const BLEND_MM = 6;

type Point = readonly [number, number, number];

/** HU at a point, averaged over a voxel of about `voxelMm` (partial volume). */
export function kneeHounsfield(point: Point, voxelMm: number): number {
  const leg = legDistance(point);
  if (leg > voxelMm) return HU.air;
  const coverage = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance / voxelMm));
  const mix = (outer: number, inner: number, distance: number): number => outer + (inner - outer) * coverage(distance);
  let value = mix(HU.air, HU.skin, leg);
  value = mix(value, HU.fat, leg + SKIN_MM);
  value = mix(value, HU.muscle, leg + SKIN_MM + FAT_MM);
  value = mix(value, HU.cartilage, meniscusDistance(point));
  const bones: readonly (readonly [number, number])[] = [
    [femurDistance(point), 3],
    [tibiaDistance(point), 2.6],
    [fibulaDistance(point), 1.8],
    [patellaDistance(point), 1.8],
  ];
  for (const [distance, cortex] of bones) {
    if (distance > voxelMm) continue;
    value = mix(value, HU.cortical, distance);
    value = mix(value, spongyHounsfield(point), distance + cortex);
    value = mix(value, HU.marrow, distance + cortex + 6);
  }
  return value;
}

/** Spongy bone with the waves of its trabeculae. */
function spongyHounsfield([x, y, z]: Point): number {
  return HU.spongy + 70 * Math.sin(x * 1.3) * Math.sin(y * 1.1 + 0.7) * Math.sin(z * 0.9);
}

function legDistance([x, y, z]: Point): number {
  const width = 52 + 0.05 * z + 3 * Math.exp(-((z / 25) ** 2));
  return (Math.hypot(x / width, (y - 4) / (width * 0.98)) - 1) * width;
}

function femurDistance(point: Point): number {
  const shaft = capsule(point, [2, -1, 28], [4, 2, 120], 13);
  const medial = ellipsoid(point, [-19, 5, 17], [16, 25, 18]);
  const lateral = ellipsoid(point, [20, 5, 17], [16, 24, 18]);
  const metaphysis = ellipsoid(point, [1, 0, 34], [27, 19, 22]);
  return blend(blend(medial, lateral), blend(metaphysis, shaft));
}

function tibiaDistance(point: Point): number {
  const plateau = ellipsoid(point, [0, 3, -13], [37, 25, 11]);
  const metaphysis = ellipsoid(point, [0, 1, -27], [24, 19, 22]);
  const shaft = capsule(point, [0, 0, -34], [-2, 3, -120], 12.5);
  const tuberosity = ellipsoid(point, [3, -16, -32], [8, 7, 12]);
  return blend(blend(plateau, metaphysis), blend(shaft, tuberosity));
}

function fibulaDistance(point: Point): number {
  return blend(ellipsoid(point, [33, 22, -27], [8, 8, 10]), capsule(point, [33, 22, -32], [31, 23, -120], 5.5));
}

function patellaDistance(point: Point): number {
  return ellipsoid(point, [1, -33, 17], [20, 9, 21]);
}

function meniscusDistance([x, y, z]: Point): number {
  const ring = Math.hypot(Math.abs(x) - 19, (y - 4) * 0.9) - 13;
  return Math.hypot(ring, z + 1.5) - 3.5;
}

/** Approximate distance to an ellipsoid; exact in sign and near its surface. */
function ellipsoid([x, y, z]: Point, [cx, cy, cz]: Point, [rx, ry, rz]: Point): number {
  const [px, py, pz] = [(x - cx) / rx, (y - cy) / ry, (z - cz) / rz];
  const scaled = Math.hypot(px, py, pz);
  if (scaled === 0) return -Math.min(rx, ry, rz);
  const gradient = Math.hypot(px / rx, py / ry, pz / rz);
  return (scaled * (scaled - 1)) / gradient;
}

/** Distance to a line segment thickened by `radius`. */
function capsule([x, y, z]: Point, [ax, ay, az]: Point, [bx, by, bz]: Point, radius: number): number {
  const [dx, dy, dz] = [bx - ax, by - ay, bz - az];
  const along = ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy, z - az - t * dz) - radius;
}

/** Smooth union: shapes that are nearer than the blend merge. */
function blend(a: number, b: number): number {
  const h = Math.max(0, BLEND_MM - Math.abs(a - b)) / BLEND_MM;
  return Math.min(a, b) - (h * h * BLEND_MM) / 4;
}
