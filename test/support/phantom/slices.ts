import type { CtSlice, Triple } from '@som3d/client/sample';

/** How a phantom is scanned. Points are LPS mm; the field of view is centred on x = y = 0. */
export interface Scan {
  columns: number;
  rows: number;
  spacing: { x: number; y: number };
  /** z of the centre of each slice, mm. */
  heights: number[];
  /** Gantry tilt: slices lean, while the table still moves along z. */
  tiltDegrees?: number;
  thickness?: number;
  seriesUid?: string;
  seriesNumber?: number;
}

/** HU at a point. */
export type Body = (point: Triple) => number;

export const SERIES_UID = '2.25.100200300400500600700800900';

/** Evenly spaced numbers about zero. */
export function evenHeights(count: number, step: number): number[] {
  return Array.from({ length: count }, (_, k) => (k - (count - 1) / 2) * step);
}

/** Scans a body: one CT slice for each height, with signed 16-bit HU as stored values. */
export function scanBody(scan: Scan, body: Body): CtSlice[] {
  const { columns, rows, spacing } = scan;
  const angle = ((scan.tiltDegrees ?? 0) * Math.PI) / 180;
  const columnDirection: Triple = [0, Math.cos(angle), -Math.sin(angle)];
  const halfWidth = ((columns - 1) / 2) * spacing.x;
  const halfHeight = ((rows - 1) / 2) * spacing.y;
  return scan.heights.map((z, k) => {
    const position: Triple = [-halfWidth, -halfHeight * columnDirection[1], z - halfHeight * columnDirection[2]];
    const pixels = new Int16Array(columns * rows);
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        const point: Triple = [
          position[0] + i * spacing.x,
          position[1] + j * spacing.y * columnDirection[1],
          position[2] + j * spacing.y * columnDirection[2],
        ];
        pixels[j * columns + i] = Math.round(body(point));
      }
    return {
      columns,
      rows,
      spacing,
      pixels,
      position,
      columnDirection,
      thickness: scan.thickness ?? 1,
      seriesUid: scan.seriesUid ?? SERIES_UID,
      seriesNumber: scan.seriesNumber ?? 1,
      instanceNumber: k + 1,
    };
  });
}

/** A ball of 1000 HU in air of 0 HU, averaged over voxels of the given size: partial volume as a scanner has it. */
export function averagedBall(centre: Triple, radius: number, voxel: Triple): Body {
  const samples = 5;
  const reach = Math.hypot(...voxel) / 2;
  const offsets = Array.from({ length: samples }, (_, i) => (i + 0.5) / samples - 0.5);
  return ([x, y, z]) => {
    const [dx, dy, dz] = [x - centre[0], y - centre[1], z - centre[2]];
    const distance = Math.hypot(dx, dy, dz) - radius;
    if (Math.abs(distance) > reach) return distance < 0 ? 1000 : 0;
    let inside = 0;
    for (const a of offsets)
      for (const b of offsets)
        for (const c of offsets)
          if (Math.hypot(dx + a * voxel[0], dy + b * voxel[1], dz + c * voxel[2]) < radius) inside++;
    return (1000 * inside) / samples ** 3;
  };
}

/** A ball whose HU fall evenly through `level` at its surface, 400 HU a mm. */
export function rampBall(centre: Triple, radius: number, level: number): Body {
  return ([x, y, z]) => {
    const distance = Math.hypot(x - centre[0], y - centre[1], z - centre[2]) - radius;
    return level - Math.max(-1300, Math.min(1300, 400 * distance));
  };
}

/** Plain ball: `inside` HU within, air without. */
export function ball(centre: Triple, radius: number, inside = 1000): Body {
  return ([x, y, z]) => (Math.hypot(x - centre[0], y - centre[1], z - centre[2]) < radius ? inside : -1000);
}

/** Repeatable uniform numbers in 0..1. */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** A 20 mm ball in a small quick scan: for tests that are about something else. */
export function smallScan(changes: Partial<Scan> = {}): CtSlice[] {
  const scan: Scan = { columns: 48, rows: 44, spacing: { x: 1, y: 1 }, heights: evenHeights(30, 1.5), ...changes };
  return scanBody(scan, rampBall([0, 0, 0], 15, 300));
}
