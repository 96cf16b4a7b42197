// @module-tag heavy
import { chooseEngine, describeEngines, segmentationSchema, TISSUES } from '@som3d/server/testing/imaging';
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW } from '../support/phantom/convert.ts';
import { evenHeights, scanBody, type Body } from '../support/phantom/slices.ts';
import { dicomFiles } from '../support/phantom/zip.ts';
import { installTool, LICENSE } from '../support/totalsegmentator/scenario.ts';

/** A bone that meets fat on its left and muscle on its right, and there the muscle meets the air. */
function tissueAt(x: number, y: number): number {
  const radius = Math.hypot(x - 0.13, y + 0.21);
  if (radius < 8) return 900;
  if (x < 0) return radius < 26 ? -100 : -1000;
  return radius < 20 ? 60 : -1000;
}
/** As a scanner has it: each voxel is the mean of what is in and around it. */
const limb: Body = ([x, y]) => {
  const offsets = [-0.4, -0.2, 0, 0.2, 0.4];
  const sum = offsets.flatMap((a) => offsets.map((b) => tissueAt(x + a * 1.6, y + b * 1.6)));
  return sum.reduce((total, hu) => total + hu, 0) / sum.length;
};
const files = dicomFiles(
  scanBody({ columns: 80, rows: 80, spacing: { x: 0.8, y: 0.8 }, heights: evenHeights(30, 1) }, limb),
);

function halfRingCm3(inner: number, outer: number): number {
  return (Math.PI * (outer ** 2 - inner ** 2) * 30) / 2000;
}

describe('ranges of HU in the middle', () => {
  // Without opening there is a shell of muscle between bone and fat, and one of fat between muscle and air.
  test.each([
    ['musculo', 8, 20, 'right'],
    ['grasa', 8, 26, 'left'],
  ] as const)('have no shells where other tissues meet: %s', async (task, inner, outer, side) => {
    const { manifest } = await convertFiles(files, { ...RAW, extraTasks: [task] });
    const [mesh, ...others] = manifest.meshes;
    expect(others).toEqual([]);
    expect(mesh).toMatchObject({ watertight: true, components: 1 });
    expect(Math.abs((mesh?.volumeCm3 ?? 0) / halfRingCm3(inner, outer) - 1)).toBeLessThan(0.16);
    const [left, right] = [mesh?.boundingBoxMm.min[0] ?? 0, mesh?.boundingBoxMm.max[0] ?? 0];
    expect(Math.abs(side === 'right' ? right - outer : left + outer)).toBeLessThan(1);
    expect(Math.abs(side === 'right' ? left : right)).toBeLessThan(2);
  });

  test('keep what is thin but no shell', async () => {
    const sheet: Body = ([x]) => (Math.abs(x) < 2.2 ? 60 : -100);
    const { manifest } = await convertFiles(
      dicomFiles(scanBody({ columns: 60, rows: 60, spacing: { x: 0.8, y: 0.8 }, heights: evenHeights(20, 1) }, sheet)),
      { ...RAW, extraTasks: ['musculo'] },
    );
    const expected = (4.4 * 48 * 20) / 1000;
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) / expected - 1)).toBeLessThan(0.12);
  });

  test('do not depend on the number of threads', async () => {
    const [one, three] = await Promise.all(
      [1, 3].map(
        async (threads) => (await convertFiles(files, { ...RAW, threads, extraTasks: ['musculo', 'piel'] })).manifest,
      ),
    );
    const figures = (manifest: typeof one) =>
      manifest?.meshes.map(({ triangles, volumeCm3 }) => [triangles, volumeCm3]);
    expect(figures(one)).toEqual(figures(three));
  });
});

describe('the tissues', () => {
  test('have the ranges that were agreed on', () => {
    const ranges = Object.fromEntries(Object.entries(TISSUES).map(([name, { min, max }]) => [name, [min, max]]));
    // 3071 is where 12-bit scanners clip: up to it is open.
    expect(ranges).toEqual({
      bone: [226, null],
      corticalBone: [662, 1988],
      teeth: [1500, null],
      implant: [2500, null],
      muscle: [-5, 135],
      softTissue: [-700, 225],
      fat: [-205, -51],
      skin: [-300, null],
    });
  });
});

describe('what a machine has', () => {
  const options = segmentationSchema.parse({});

  test('is the built-in engine where nothing is installed', async () => {
    expect(await describeEngines(options)).toEqual({
      configured: 'auto',
      engine: 'threshold',
      available: false,
      gpus: [],
      licence: false,
    });
    expect((await chooseEngine(options)).name).toBe('threshold');
    expect(await describeEngines({ ...options, engine: 'totalsegmentator' })).toMatchObject({ engine: null });
  });

  test.each([
    [true, 'gpu', ['NVIDIA L4']],
    [false, 'cpu', []],
  ] as const)('is told with version, device and licence, which itself is not (GPU: %s)', async (gpu, device, gpus) => {
    const tool = await installTool({ balls: {} }, { gpu, license: LICENSE });
    const found = await describeEngines(segmentationSchema.parse(tool.segmentation));
    expect(found).toEqual({
      configured: 'auto',
      engine: 'totalsegmentator',
      available: true,
      version: '2.11.0',
      device,
      gpus,
      licence: true,
    });
  });

  test('is not used where ranges of HU are demanded', async () => {
    const tool = await installTool({ balls: {} });
    const demanded = segmentationSchema.parse({ ...tool.segmentation, engine: 'threshold' });
    expect(await describeEngines(demanded)).toMatchObject({ engine: 'threshold', available: true });
    expect((await chooseEngine(demanded)).name).toBe('threshold');
  });
});
