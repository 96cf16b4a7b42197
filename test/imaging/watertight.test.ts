// @module-tag heavy
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW } from '../support/phantom/convert.ts';
import { evenHeights, randomSource, scanBody, type Body } from '../support/phantom/slices.ts';
import { edgeFaults, judge, readStl, surfaceArea } from '../support/phantom/stl.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

// Voxels so large that no piece of noise is dropped as an island.
const SCAN = { columns: 28, rows: 26, spacing: { x: 12, y: 16 }, heights: evenHeights(18, 26) };

function noise(seed: number, share: number): Body {
  const random = randomSource(seed);
  return () => (random() < share ? 900 : -900);
}

/** Solids that touch along edges and at corners: the case every face of a cell is ambiguous in. */
const checkerboard: Body = ([x, y, z]) =>
  (Math.floor(x / 12) + Math.floor(y / 16) + Math.floor(z / 26)) % 2 === 0 ? 900 : -900;

/** Long thin struts, cut off by every side of the volume. */
const lattice: Body = (point) => {
  const [x, y, z] = [point[0] / 20, point[1] / 20, point[2] / 20];
  return (
    300 * (Math.sin(x * 1.7) * Math.cos(y * 1.3) + Math.sin(y * 1.1) * Math.cos(z) + Math.sin(z * 0.9) * Math.cos(x))
  );
};

const integerLevel: Body = ([x, y, z]) => Math.round((x * x + y * y + z * z) / 800) * 10;

const BODIES: [string, Body][] = [
  ['sparse noise', noise(1, 0.3)],
  ['dense noise', noise(2, 0.6)],
  ['checkerboard', checkerboard],
  ['lattice', lattice],
  ['many voxels exactly on the threshold', integerLevel],
  ['a solid that fills the volume', () => 1000],
];

const PARAMETERS = [
  { stage: 'raw', parameters: RAW, tags: [] },
  { stage: 'smoothed', parameters: { reduccion: 0 }, tags: ['long'] },
  { stage: 'smoothed and reduced', parameters: {}, tags: [] },
  { stage: 'much reduced', parameters: { reduccion: 0.95, suavizado: 5 }, tags: ['long'] },
] as const;

describe.each(BODIES)('the surface of %s', (_name, body) => {
  describe.each(PARAMETERS)('$stage', ({ parameters, tags }) => {
    test('is closed and oriented', { tags: [...tags] }, async () => {
      const result = await convertFiles(dicomFiles(scanBody(SCAN, body)), { umbralMin: 100, ...parameters });
      const [entry] = result.manifest.meshes;
      const mesh = await readStl(join(result.directory, 'umbral.stl'));
      const verdict = await judge(mesh);
      expect(edgeFaults(mesh)).toEqual({ open: 0, nonManifold: 0 });
      expect(verdict.status).toBe('NoError');
      expect(entry).toMatchObject({ watertight: true, openEdges: 0, nonManifoldEdges: 0 });
      expect(entry?.triangles).toBe(mesh.triangles.length / 3);
      expect(entry?.vertices).toBe(mesh.positions.length / 3);
      // Outward normals: the solid is inside.
      expect(verdict.volume).toBeGreaterThan(0);
      expect(verdict.volume / 1000 / (entry?.volumeCm3 ?? 0)).toBeCloseTo(1, 4);
      expect(surfaceArea(mesh) / 100 / (entry?.areaCm2 ?? 0)).toBeCloseTo(1, 6);
    });
  });
});

describe('a full volume', () => {
  test('is closed half a voxel outside its border', async () => {
    const result = await convertFiles(dicomFiles(scanBody(SCAN, () => 1000)), RAW);
    const box = result.manifest.meshes[0]?.boundingBoxMm;
    const size = (axis: 0 | 1 | 2): number => (box?.max[axis] ?? 0) - (box?.min[axis] ?? 0);
    expect(size(0)).toBeCloseTo(28 * 12, 3);
    expect(size(1)).toBeCloseTo(26 * 16, 3);
    expect(size(2)).toBeCloseTo(18 * 26, 3);
  });
});
