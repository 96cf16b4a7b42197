// @module-tag heavy
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConvertRequest } from '@som3d/server/testing/imaging';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW, refusal } from '../support/phantom/convert.ts';
import { evenHeights, scanBody, type Body } from '../support/phantom/slices.ts';
import { edgeFaults, readStl } from '../support/phantom/stl.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

/** Balls within one another, by radius in mm: metal in bone in muscle in fat; a windpipe of air that leaves at the top. */
const LAYERS: [number, number][] = [
  [6, 3000],
  [14, 700],
  [22, 60],
  [28, -100],
];

const body: Body = ([x, y, z]) => {
  if (Math.hypot(x - 18, y) < 3 && z > -4) return -1000;
  const radius = Math.hypot(x, y, z);
  return LAYERS.find(([outer]) => radius < outer)?.[1] ?? -1000;
};

const files = dicomFiles(
  scanBody({ columns: 64, rows: 64, spacing: { x: 1, y: 1 }, heights: evenHeights(50, 1.2) }, body),
);

function ballCm3(radius: number): number {
  return ((4 / 3) * Math.PI * radius ** 3) / 1000;
}

async function volumes(parameters: Partial<ConvertRequest>): Promise<Record<string, number>> {
  const { manifest } = await convertFiles(files, { ...RAW, ...parameters });
  return Object.fromEntries(manifest.meshes.map((mesh) => [mesh.filename, mesh.volumeCm3]));
}

describe('tissues', () => {
  test('is bone where nothing is asked for', async () => {
    expect(Object.keys(await volumes({}))).toEqual(['hueso.stl']);
  });

  test.each([['enable_ortopedia'], ['enable_appendicular'], ['enable_skull']])(
    '%s is bone, metal included',
    async (flag) => {
      const found = await volumes({ [flag]: true });
      expect(Math.abs((found['hueso.stl'] ?? 0) / ballCm3(14) - 1)).toBeLessThan(0.06);
    },
  );

  test('makes one mesh for each tissue that is asked for', async () => {
    const found = await volumes({
      enable_ortopedia: true,
      enable_skull: true,
      enable_muscles: true,
      enable_teeth: true,
      enable_hip_implant: true,
    });
    expect(Object.keys(found).toSorted()).toEqual(['dientes.stl', 'hueso.stl', 'implante.stl', 'musculo.stl']);
    expect(Math.abs((found['implante.stl'] ?? 0) / ballCm3(6) - 1)).toBeLessThan(0.15);
  });

  test('bounds a range on both sides', async () => {
    const windpipe = Math.PI * 9 * 14;
    const found = await volumes({ enable_muscles: true });
    expect(Math.abs((found['musculo.stl'] ?? 0) - (ballCm3(22) - ballCm3(14) - windpipe / 1000))).toBeLessThan(3);
  });

  test('takes the skin as one outer surface without the air inside', async () => {
    const { manifest, directory } = await convertFiles(files, { ...RAW, extraTasks: ['piel'] });
    expect(manifest.meshes).toHaveLength(1);
    expect(manifest.meshes[0]).toMatchObject({ filename: 'piel.stl', components: 1, watertight: true });
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) / ballCm3(28) - 1)).toBeLessThan(0.04);
    expect(edgeFaults(await readStl(join(directory, 'piel.stl')))).toEqual({ open: 0, nonManifold: 0 });
  });

  test('puts an own threshold in the place of bone', async () => {
    const found = await volumes({ umbralMin: 500, umbralMax: 2000, enable_ortopedia: true, enable_muscles: true });
    expect(Object.keys(found)).toEqual(['umbral.stl', 'musculo.stl']);
    expect(Math.abs((found['umbral.stl'] ?? 0) - (ballCm3(14) - ballCm3(6)))).toBeLessThan(0.6);
  });

  test('says which extra tasks it does not have, and goes on', async () => {
    const { log, manifest } = await convertFiles(files, { ...RAW, extraTasks: ['lung_vessels', ' grasa '] });
    expect(log).toContain('La tarea «lung_vessels» no está disponible con el motor de umbrales.');
    expect(manifest.meshes.map((mesh) => mesh.tissue)).toEqual(['grasa']);
  });

  test('says what it did not find, and is an error only where nothing is left', async () => {
    const bare = dicomFiles(
      scanBody({ columns: 40, rows: 40, spacing: { x: 1, y: 1 }, heights: evenHeights(30, 1) }, (p) =>
        Math.hypot(...p) < 12 ? 700 : -1000,
      ),
    );
    const { manifest } = await convertFiles(bare, { ...RAW, enable_ortopedia: true, enable_hip_implant: true });
    expect(manifest.meshes.map((mesh) => mesh.tissue)).toEqual(['hueso']);
    expect(manifest.warnings).toContain('Implante metálico: no se encontró nada en este estudio.');
    const error = await refusal(convertFiles(bare, { enable_hip_implant: true }));
    expect(error).toMatchObject({ code: 'EMPTY_RESULT', retryable: false });
  });
});

describe('pieces', () => {
  const balls: [number, number, number][] = [
    [-16, 9, 1000],
    [8, 7, 1000],
    [22, 1.6, 1000],
  ];
  const pieces = dicomFiles(
    scanBody({ columns: 64, rows: 40, spacing: { x: 1, y: 1 }, heights: evenHeights(30, 1) }, ([x, y, z]) => {
      // A hollow in the first ball, a bubble of noise in the second.
      if (Math.hypot(x + 16, y, z) < 5 || Math.hypot(x - 8, y, z) < 1.6) return -500;
      return balls.find(([at, radius]) => Math.hypot(x - at, y, z) < radius)?.[2] ?? -1000;
    }),
  );

  test('drops islands and closes holes by their volume, and keeps real hollows', async () => {
    const { manifest } = await convertFiles(pieces, RAW);
    expect(manifest.meshes[0]).toMatchObject({ components: 3, watertight: true });
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) - (ballCm3(9) + ballCm3(7) - ballCm3(5)))).toBeLessThan(0.15);
  });

  test('gives each its own file where asked, the largest first, with its hollow', async () => {
    const { manifest, directory } = await convertFiles(pieces, { ...RAW, separarPartes: true });
    expect(manifest.meshes.map(({ filename, components }) => [filename, components])).toEqual([
      ['hueso_01.stl', 2],
      ['hueso_02.stl', 1],
    ]);
    const models = ['hueso_01', 'hueso_02'].flatMap((name) => [
      `${name}.glb`,
      `${name}.png`,
      `${name}.stl`,
      `${name}.web.glb`,
    ]);
    expect((await readdir(directory)).toSorted()).toEqual([...models, 'manifest.json', 'modelos.3mf']);
  });
});

describe('small bones', () => {
  /** A phalanx of some 82 mm3 and a sesamoid of 14 mm3, with two specks of noise. */
  const small = dicomFiles(
    scanBody({ columns: 48, rows: 32, spacing: { x: 0.5, y: 0.5 }, heights: evenHeights(32, 0.5) }, ([x, y, z]) => {
      if (Math.hypot(x + 5, y, z) < 2.7 || Math.hypot(x - 5, y, z) < 1.5) return 1000;
      return Math.hypot(x, y - 5, z) < 0.6 || Math.hypot(x, y + 5, z) < 0.6 ? 1000 : -1000;
    }),
  );

  test('the largest piece stays, and what is dropped is counted with its volume', async () => {
    const { manifest, log } = await convertFiles(small, RAW);
    expect(manifest.meshes[0]).toMatchObject({ components: 1, watertight: true });
    expect(manifest.meshes[0]!.volumeCm3 * 1000).toBeGreaterThan(70);
    const text = log.join('\n');
    expect(text).toMatch(
      /Hueso: la pieza mayor mide 7\d,\d mm3, menos que el fragmento mínimo de 200 mm3; se conserva\./,
    );
    expect(text).toMatch(
      /Hueso: fragmentos de menos de 200 mm3 descartados: 3, 1\d,\d mm3 en total; el mayor, de 1\d,\d mm3\./,
    );
  });

  test.each([
    [{ fragmentoMin: 0 }, 4, undefined],
    [{ fragmentoMin: 5 }, 2, 5],
    [{ fragmentoMin: 1_000_000 }, 1, 1_000_000],
  ])('the smallest piece is as asked for: %j', async (parameters, components, limit) => {
    const { manifest, log } = await convertFiles(small, { ...RAW, ...parameters });
    expect(manifest.meshes[0]!.components).toBe(components);
    expect(manifest.parameters.fragmentoMin).toBe(parameters.fragmentoMin);
    expect(log.some((line) => line.includes('descartados'))).toBe(limit !== undefined);
  });

  test('parts are files from 50 mm3 up, or from what is asked for', async () => {
    const partsOf = async (parameters: Partial<ConvertRequest>) =>
      (await convertFiles(small, { ...RAW, separarPartes: true, ...parameters })).manifest.meshes.map(
        (m) => m.filename,
      );
    expect(await partsOf({})).toEqual(['hueso_01.stl']);
    expect(await partsOf({ fragmentoMin: 10 })).toEqual(['hueso_01.stl', 'hueso_02.stl']);
  });

  test('a large limit does not close the hollows of what stays', async () => {
    const hollow = dicomFiles(
      scanBody({ columns: 40, rows: 40, spacing: { x: 1, y: 1 }, heights: evenHeights(40, 1) }, (p) => {
        const radius = Math.hypot(...p);
        return radius < 15 && radius > 6 ? 900 : -900;
      }),
    );
    const { manifest } = await convertFiles(hollow, { ...RAW, fragmentoMin: 5000 });
    expect(manifest.meshes[0]).toMatchObject({ components: 2 });
  });
});

describe('teeth', () => {
  const WARNING = /Dientes y esmalte: .* puede ser hueso denso y no dientes\./;
  const crowned = (enamel: number) =>
    dicomFiles(
      scanBody({ columns: 32, rows: 32, spacing: { x: 0.5, y: 0.5 }, heights: evenHeights(24, 0.5) }, ([x, y, z]) => {
        if (Math.hypot(x, y) > 4) return 40;
        return z > 2 ? enamel : 1600;
      }),
    );

  test.each([
    ['enamel', 2600, false],
    ['nothing denser than the densest bone', 1800, true],
  ])('are warned of where there is %s: %#', async (_what, hu, warned) => {
    const { manifest } = await convertFiles(crowned(hu), { ...RAW, enable_teeth: true });
    expect(manifest.meshes.map(({ tissue }) => tissue)).toEqual(['dientes']);
    expect(WARNING.test(manifest.warnings.join('\n'))).toBe(warned);
  });
});

describe('parameters', () => {
  test.each([
    [{ reduccion: 0.99 }, 'reduccion'],
    [{ suavizado: -1 }, 'suavizado'],
    [{ umbralMin: 300, umbralMax: 200 }, 'umbral'],
  ])('are checked: %j', async (parameters, named) => {
    const error = await refusal(convertFiles(files, parameters));
    expect(error).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
    expect(error.message).toContain(named);
  });

  test('save the share of triangles asked for', async () => {
    const whole = await convertFiles(files, { reduccion: 0 });
    const half = await convertFiles(files, { reduccion: 0.5 });
    const ratio = (half.manifest.meshes[0]?.triangles ?? 0) / (whole.manifest.meshes[0]?.triangles ?? 1);
    expect(ratio).toBeGreaterThan(0.48);
    expect(ratio).toBeLessThan(0.52);
    expect(half.manifest.parameters).toMatchObject({ reduccion: 0.5, suavizado: 20 });
  });
});
