// @module-tag heavy
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  convert,
  type ConvertRequest,
  type PreviewFile,
  previewMesh,
  type Volume,
} from '@som3d/server/testing/imaging';
import { validateBytes } from 'gltf-validator';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { readGlb } from '../support/phantom/glb.ts';
import { evenHeights, scanBody, type Body } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';

const SCAN = { columns: 64, rows: 64, spacing: { x: 1, y: 1 }, heights: evenHeights(60, 1), thickness: 1 };

const ball: Body = ([x, y, z]) => (Math.hypot(x, y, z) < 25 ? 900 : -1000);

interface Previewed {
  files: PreviewFile[];
  /** What was reported, in its order. */
  order: string[];
  outDir: string;
}

async function previewOf(body: Body, parameters: Partial<ConvertRequest> = {}): Promise<Previewed> {
  const outDir = await temporaryDirectory();
  const inputZip = await writeZip(join(await temporaryDirectory(), 'study.zip'), dicomFiles(scanBody(SCAN, body)));
  const files: PreviewFile[] = [];
  const order: string[] = [];
  const report = {
    log: () => {},
    progress: (phase: string) => void (order.at(-1) !== phase && order.push(phase)),
    preview: (file: PreviewFile) => {
      files.push(file);
      order.push('preview');
    },
  };
  await convert({ ...parameters, inputZip, outDir, suavizado: 0, reduccion: 0 }, report);
  return { files, order, outDir };
}

describe('the first model to look at', () => {
  test('comes before the surfaces are made: a valid GLB that lies where the model lies', async () => {
    const { files, order, outDir } = await previewOf(ball);
    expect(files).toHaveLength(1);
    expect(order.indexOf('preview')).toBeLessThan(order.indexOf('meshing'));
    const path = join(outDir, files[0]!.filename);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(files[0]!.sizeBytes);
    expect((await validateBytes(bytes)).issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    const [preview, model] = [await readGlb(path), await readGlb(join(outDir, 'hueso.glb'))];
    expect(preview.name).toBe(model.name);
    for (const { mesh } of [preview, model]) {
      for (const axis of [0, 1, 2]) {
        const along = mesh.positions.filter((_, i) => i % 3 === axis);
        expect(Math.abs(Math.max(...along) - 25)).toBeLessThan(1);
        expect(Math.abs(Math.min(...along) + 25)).toBeLessThan(1);
      }
    }
  });

  test('has at most 60,000 triangles, also of thin walls everywhere', async () => {
    const size = 96;
    const data = new Int16Array(new SharedArrayBuffer(2 * size ** 3));
    const waves = Array.from({ length: size }, (_, i) => 500 * Math.cos(i));
    for (let at = 0; at < data.length; at++)
      data[at] = waves[at % size]! + waves[Math.floor(at / size) % size]! + waves[Math.floor(at / size ** 2)]!;
    const origins = Float64Array.from({ length: 3 * size }, (_, i) => (i % 3 === 2 ? Math.floor(i / 3) : 0));
    const geometry = { columnStep: [1, 0, 0], rowStep: [0, 1, 0], origins } satisfies Volume['geometry'];
    const volume = { data, nx: size, ny: size, nz: size, geometry };
    const mesh = await previewMesh(volume, { lower: 225.5, upper: Infinity, islandMm3: 0 });
    expect(mesh!.triangles.length / 3).toBeGreaterThan(1000);
    expect(mesh!.triangles.length / 3).toBeLessThanOrEqual(60_000);
  });

  test('is of the first tissue that is there', async () => {
    const { files, outDir } = await previewOf(ball, { enable_teeth: true, extraTasks: ['hueso'] });
    expect((await readGlb(join(outDir, files[0]!.filename))).name).toBe('Hueso');
  });
});
