import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSampleZip } from '@som3d/client/sample';
import { convert, type Manifest } from '@som3d/server/testing/imaging';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inAdmesh, inAssimp, inPrusaSlicer, program, pythonLibrary, type Seen } from '../support/programs/programs.ts';

const [trimesh, vtk, pymeshlab, lib3mf, admesh, assimp, prusaSlicer] = await Promise.all([
  pythonLibrary('trimesh'),
  pythonLibrary('vtk'),
  pythonLibrary('pymeshlab'),
  pythonLibrary('lib3mf'),
  program('admesh', inAdmesh),
  program('assimp', inAssimp),
  program('prusa-slicer', inPrusaSlicer),
]);

let directory = '';
let manifest: Manifest;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'som3d-programs-'));
  const zip = join(directory, 'sample.zip');
  await writeSampleZip(zip, { size: 96, slices: 48 });
  const silent = { log: () => {}, progress: () => {} };
  const request = { enable_ortopedia: true, extraTasks: ['piel'], caseName: 'Rodilla', threads: 2 };
  manifest = await convert({ ...request, inputZip: zip, outDir: directory }, silent);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function at(name: string): string {
  return join(directory, name);
}

/** What a program that says nothing of volume or closedness leaves open. */
function measured({ volume, watertight }: Seen, volumeCm3: number): { volume: number; watertight: boolean } {
  return { volume: (volume ?? 1000 * volumeCm3) / 1000 / volumeCm3, watertight: watertight ?? true };
}

function expectBox({ min, max }: Seen, expected: { min: number[]; max: number[] }): void {
  for (const axis of [0, 1, 2]) {
    expect(min[axis]).toBeCloseTo(expected.min[axis]!, 2);
    expect(max[axis]).toBeCloseTo(expected.max[axis]!, 2);
  }
}

/** From metres, head along +y, front along +z, to LPS mm. */
function lps({ min, max, volume, ...more }: Seen): Seen {
  const turn = (x: number, y: number, z: number): number[] => [1000 * x, -1000 * z, 1000 * y];
  const low = turn(min[0]!, min[1]!, max[2]!);
  const high = turn(max[0]!, max[1]!, min[2]!);
  return { min: low, max: high, ...(volume === undefined ? {} : { volume: 1e9 * volume }), ...more };
}

/** The box of all models, and of what stands on the plate. */
function boxes(): { patient: { min: number[]; max: number[] }; plate: { min: number[]; max: number[] } } {
  const all = manifest.meshes.map(({ boundingBoxMm }) => boundingBoxMm);
  const min = [0, 1, 2].map((axis) => Math.min(...all.map((box) => box.min[axis]!)));
  const max = [0, 1, 2].map((axis) => Math.max(...all.map((box) => box.max[axis]!)));
  return { patient: { min, max }, plate: { min: [0, 0, 0], max: max.map((mm, axis) => mm - min[axis]!) } };
}

describe.each([
  ['trimesh', trimesh],
  ['VTK', vtk],
  ['MeshLab', pymeshlab],
  ['ADMesh', admesh],
  ['assimp', assimp],
])('in %s', (_name, open) => {
  test.skipIf(open === null)('every STL has the box and the volume of the manifest', async () => {
    for (const mesh of manifest.meshes) {
      const seen = await open!(at(mesh.files.stl.filename));
      expectBox(seen, mesh.boundingBoxMm);
      const { volume, watertight } = measured(seen, mesh.volumeCm3);
      expect(volume).toBeCloseTo(1, 4);
      expect(watertight).toBe(true);
    }
  });

  test.skipIf(open === null || open === admesh)('every GLB has them too, in metres', async () => {
    for (const mesh of manifest.meshes) {
      const seen = lps(await open!(at(mesh.files.glb.filename)));
      expectBox(seen, mesh.boundingBoxMm);
      expect(measured(seen, mesh.volumeCm3).volume).toBeCloseTo(1, 4);
    }
  });
});

describe('the 3MF', () => {
  test.skipIf(lib3mf === null)('is read by lib3mf, strict, without a warning', async () => {
    const seen = await lib3mf!(at(manifest.threemf.filename));
    expect(seen).toMatchObject({ warnings: 0, watertight: true, names: ['Hueso', 'Superficie de la piel'] });
    expectBox(seen, boxes().plate);
  });

  test.skipIf(trimesh === null)('has all parts in their places in trimesh', async () => {
    const seen = await trimesh!(at(manifest.threemf.filename));
    expectBox(seen, boxes().plate);
    const total = manifest.meshes.reduce((sum, { volumeCm3 }) => sum + volumeCm3, 0);
    expect(seen.volume! / 1000 / total).toBeCloseTo(1, 3);
  });

  test.skipIf(assimp === null)('has all parts in their places in assimp', async () => {
    expectBox(await assimp!(at(manifest.threemf.filename)), boxes().plate);
  });

  test.skipIf(prusaSlicer === null)('keeps its parts together on the plate of PrusaSlicer', async () => {
    expectBox(await prusaSlicer!(at(manifest.threemf.filename)), boxes().plate);
  });
});
