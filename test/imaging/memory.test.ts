// @module-tag heavy
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jobMachinery } from '@som3d/server/testing';
import { CHILD_PROGRAM, type ChildMessage, type ConvertRequest, type Manifest } from '@som3d/server/testing/imaging';
import type { CtSlice } from '@som3d/client/sample';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { evenHeights, rampBall, randomSource, scanBody } from '../support/phantom/slices.ts';
import { dicomFiles, writeZip } from '../support/phantom/zip.ts';

const MEGABYTE = 1024 ** 2;
/** Plans are estimates, and the runtime's share differs between machines. */
const NEAR = 1.1;

interface Ended {
  last: ChildMessage | undefined;
  log: string[];
  peakBytes: number;
}

/** Converts in a process of its own, as the service does, and looks at how much memory that takes. */
async function convertApart(inputZip: string, request: Partial<ConvertRequest>): Promise<Ended> {
  const outDir = await temporaryDirectory();
  const child = fork(CHILD_PROGRAM, { silent: true, env: {} });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended: Ended = { last: undefined, log: [], peakBytes: 0 };
  const look = async (): Promise<void> => {
    const status = await readFile(`/proc/${child.pid}/status`, 'latin1').catch(() => '');
    ended.peakBytes = Math.max(ended.peakBytes, 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0));
  };
  const watch = setInterval(() => void look(), 20);
  child.on('message', (message: ChildMessage) => {
    ended.last = message;
    if (message.type === 'log') ended.log.push(message.line);
  });
  const gone = once(child, 'exit');
  child.send({ type: 'start', request: { threads: 1, ...request, inputZip, outDir } });
  await gone;
  clearInterval(watch);
  return ended;
}

async function study(slices: CtSlice[]): Promise<string> {
  return writeZip(join(await temporaryDirectory(), 'study.zip'), dicomFiles(slices));
}

function manifestOf({ last }: Ended): Manifest {
  if (last?.type !== 'done') throw new Error(JSON.stringify(last));
  return last.manifest;
}

/** A rod of 20 mm radius along 60 million voxels: 120 MB, and half as much again to look for the couch. */
const RADIUS_MM = 20;
const SLICES = 230;
function rod(): Promise<string> {
  return study(stackedSlices(SLICES));
}

/** The same slice at every height. */
function stackedSlices(count: number): CtSlice[] {
  const scan = { columns: 512, rows: 512, spacing: { x: 0.25, y: 0.25 }, heights: [0] };
  const [slice] = scanBody(scan, ([x, y]) => rampBall([0, 0, 0], RADIUS_MM, 300)([x, y, 0]));
  if (slice === undefined) throw new Error('no slice');
  const { position } = slice;
  return evenHeights(count, 1).map((z, k) => ({
    ...slice,
    position: [position[0], position[1], z],
    instanceNumber: k + 1,
  }));
}

describe('a stack that does not fit into the memory of a job', () => {
  test('is converted at half of its resolution, told in the log and in the metrics', async () => {
    const memoryMb = 320;
    const ended = await convertApart(await rod(), { umbralMin: 300, limits: { memoryMb } });
    const { meshes, warnings, series } = manifestOf(ended);
    const told =
      'El volumen no cabe en la memoria asignada: se convierte con la mitad de resolución en cada corte (2 x 2 píxeles en uno).';
    expect(warnings).toContain(told);
    expect(ended.log).toContain(told);
    expect(series).toMatchObject({ columns: 512, rows: 512 });
    expect(meshes[0]).toMatchObject({ watertight: true });
    const rodCm3 = (Math.PI * RADIUS_MM ** 2 * SLICES) / 1000;
    expect(Math.abs((meshes[0]?.volumeCm3 ?? 0) / rodCm3 - 1)).toBeLessThan(0.01);
    const { min, max } = meshes[0]!.boundingBoxMm;
    // It stays in its place, about the origin, though pixels became larger.
    for (const axis of [0, 1, 2] as const) expect(Math.abs(min[axis] + max[axis])).toBeLessThan(0.2);
    expect(ended.peakBytes).toBeLessThan(NEAR * memoryMb * MEGABYTE);
  });

  test('is refused where that does not fit either, before anything of it is read', async () => {
    const memoryMb = 180;
    const { last, peakBytes } = await convertApart(await rod(), { limits: { memoryMb } });
    expect(last).toMatchObject({ type: 'error', code: 'VOLUME_TOO_LARGE', retryable: false });
    expect(last).toHaveProperty('message', expect.stringMatching(/^El volumen es demasiado grande: necesita \d+ MB/));
    expect(peakBytes).toBeLessThan(NEAR * memoryMb * MEGABYTE);
  });

  test('counts what unpacking takes', async () => {
    const files = dicomFiles(stackedSlices(4));
    const [first, ...others] = files;
    const padded = { name: 'padded', bytes: withTrailing(first!.bytes, 60 * MEGABYTE) };
    const zip = await writeZip(join(await temporaryDirectory(), 'study.zip'), [padded, ...others]);
    const { last } = await convertApart(zip, { limits: { memoryMb: 180 } });
    expect(last).toMatchObject({ type: 'error', code: 'VOLUME_TOO_LARGE', retryable: false });
  });
});

/** A file with data set trailing padding (FFFC,FFFC) of that many bytes. */
function withTrailing(bytes: Uint8Array, length: number): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfffcfffc, 0);
  head.write('OB', 4, 'latin1');
  head.writeUInt32LE(length, 8);
  return Buffer.concat([bytes, head, Buffer.alloc(length)]);
}

describe('a surface that does not fit into the memory of a job', () => {
  const noise = (size: number, slices: number): Promise<string> => {
    const random = randomSource(7);
    const scan = { columns: size, rows: size, spacing: { x: 0.7, y: 0.7 }, heights: evenHeights(slices, 1) };
    return study(scanBody(scan, () => 2000 * random() - 1000));
  };

  test('is refused with its size before it is made: 13 million random voxels', async () => {
    const memoryMb = 512;
    const zip = await noise(256, 200);
    const { last, peakBytes } = await convertApart(zip, { umbralMin: 0, limits: { memoryMb } });
    expect(last).toMatchObject({ type: 'error', code: 'MESH_TOO_LARGE', retryable: false });
    expect(last).toHaveProperty(
      'message',
      expect.stringMatching(/^Umbral propio: la superficie es demasiado grande, unos 4\d,\d millones de triángulos \(/),
    );
    expect(peakBytes).toBeLessThan(NEAR * memoryMb * MEGABYTE);
  });

  test('is made at half of its resolution where that fits', { tags: ['long'] }, async () => {
    const memoryMb = 640;
    const zip = await noise(128, 60);
    const ended = await convertApart(zip, { umbralMin: 0, suavizado: 2, limits: { memoryMb } });
    const { meshes, warnings } = manifestOf(ended);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Umbral propio: la superficie no cabe en la memoria \(necesita \d+ MB y el máximo es 640 MB\)/,
      ),
    ]);
    expect(meshes).toEqual([expect.objectContaining({ watertight: true, openEdges: 0, nonManifoldEdges: 0 })]);
    expect(ended.peakBytes).toBeLessThan(NEAR * memoryMb * MEGABYTE);
  });
});

describe('a conversion that takes more than it planned', () => {
  const reporter = { progress: () => {}, log: () => {} };

  test('is ended and refused for good', async () => {
    const inputZip = await rod();
    const request = { inputZip, outDir: await temporaryDirectory(), umbralMin: 300, threads: 1 };
    const { signal } = new AbortController();
    expect(await jobMachinery.runChild(request, { memoryMb: 32, niceness: 0, reporter, signal })).toEqual({
      kind: 'refused',
      code: 'OUT_OF_MEMORY',
      message:
        'La conversión necesitó más memoria de la que tiene asignada y se detuvo: envíe menos cortes o pida menos tejidos.',
      retryable: false,
    });
  });
});
