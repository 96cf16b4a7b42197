/** Time to decode 140 slices of 512 x 512 of each compression in the workers: `npm run bench -- codecs [--threads 1] [--runs 3]` */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeCtSlice, type CtSlice } from '@som3d/client/sample';
import {
  chooseStack,
  limitsSchema,
  loadVolume,
  MemoryBudget,
  scanZip,
  WorkerPool,
  ZipSource,
} from '@som3d/server/testing/imaging';
import { compress, type Encoder, type EncoderOptions } from '../support/phantom/codec-encoder.ts';
import { rleFrame } from '../support/phantom/encodings.ts';
import { ball, evenHeights, randomSource, scanBody } from '../support/phantom/slices.ts';
import { writeZip } from '../support/phantom/zip.ts';

const SIZE = 512;
const SLICES = 140;
/** Slices that differ; the others repeat them. */
const DISTINCT = 10;
const JPEG_FAMILY = '1.2.840.10008.1.2.4';

const CODECS: [name: string, transferSyntax: string, encoder: Encoder, options?: EncoderOptions][] = [
  ['JPEG lossless', `${JPEG_FAMILY}.70`, 'EncodeJpeg'],
  ['JPEG-LS', `${JPEG_FAMILY}.80`, 'EncodeJpegLs'],
  ['JPEG-LS near', `${JPEG_FAMILY}.81`, 'EncodeJpegLs', { lossy: true }],
  ['JPEG 2000', `${JPEG_FAMILY}.90`, 'EncodeJpeg2000'],
  ['JPEG 2000 lossy', `${JPEG_FAMILY}.91`, 'EncodeJpeg2000', { lossy: true }],
  ['HTJ2K', `${JPEG_FAMILY}.201`, 'EncodeHtJpeg2000'],
  ['HTJ2K lossy', `${JPEG_FAMILY}.203`, 'EncodeHtJpeg2000', { lossy: true }],
];

export default async function bench(...args: string[]): Promise<void> {
  const options = { threads: { type: 'string', default: '1' }, runs: { type: 'string', default: '3' } } as const;
  const { values } = parseArgs({ args, options });
  const directory = await mkdtemp(join(tmpdir(), 'som3d-codecs-'));
  const slices = noisyBody();
  const run = async (name: string, frames: Uint8Array[] | null, transferSyntax = ''): Promise<void> => {
    const zip = await writeStudy(join(directory, 'study.zip'), slices, frames && { frames, transferSyntax });
    const times: number[] = [];
    for (let i = 0; i < Number(values.runs); i++) times.push(await timeOnce(zip, Number(values.threads)));
    const ms = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const bytes = frames?.reduce((sum, frame) => sum + frame.length, 0) ?? DISTINCT * SIZE * SIZE * 2;
    const ratio = (DISTINCT * SIZE * SIZE * 2) / bytes;
    console.log(`${name.padEnd(16)} ${ms.toFixed(0).padStart(6)} ms   packed ${ratio.toFixed(1)} : 1`);
  };
  try {
    console.log(`${SLICES} slices of ${SIZE} x ${SIZE}, 12 bits, ${values.threads} thread(s), threads' start included`);
    await run('uncompressed', null);
    await run(
      'RLE',
      slices.map(({ pixels }) => rleFrame(pixels)),
      '1.2.840.10008.1.2.5',
    );
    await run(
      'JPEG 8 bits',
      await compressAll(slices.map(toBytes), 8, 'EncodeJpeg', { lossy: true }),
      `${JPEG_FAMILY}.50`,
    );
    for (const [name, transferSyntax, encoder, encoding] of CODECS)
      await run(
        name,
        await compressAll(
          slices.map(({ pixels }) => pixels),
          12,
          encoder,
          encoding,
        ),
        transferSyntax,
      );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Balls in noise like a scanner's, as unsigned 12 bits. */
function noisyBody(): CtSlice[] {
  const random = randomSource(1);
  const spacing = { x: 0.7, y: 0.7 };
  const scan = { columns: SIZE, rows: SIZE, spacing, heights: evenHeights(DISTINCT, 10) };
  return scanBody(scan, ball([0, 0, 0], 120, 400)).map((slice) => ({
    ...slice,
    intercept: -1024,
    bitsStored: 12,
    pixels: Uint16Array.from(slice.pixels, (hu) => Math.max(0, hu + 1024 + Math.round(40 * (random() + random() - 1)))),
  }));
}

function toBytes({ pixels }: CtSlice): Uint8Array {
  return Uint8Array.from(pixels, (value) => value >> 4);
}

async function compressAll(
  planes: CtSlice['pixels'][],
  bitsStored: number,
  encoder: Encoder,
  options: EncoderOptions = {},
): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  for (const values of planes)
    frames.push(await compress(encoder, { rows: SIZE, columns: SIZE, bitsStored, signed: false, values }, options));
  return frames;
}

function writeStudy(
  path: string,
  slices: CtSlice[],
  compressed: { frames: Uint8Array[]; transferSyntax: string } | null,
): Promise<string> {
  const files = Array.from({ length: SLICES }, (_, k) => {
    const slice = slices[k % DISTINCT];
    const frame = compressed?.frames[k % DISTINCT];
    if (slice === undefined) throw new Error('no slice');
    const placed = { ...slice, position: [0, 0, k] as const, instanceNumber: k + 1 };
    const form = frame && { compressed: { transferSyntax: compressed?.transferSyntax ?? '', frame } };
    return { name: `I${k}`, bytes: encodeCtSlice(placed, form) };
  });
  return writeZip(path, files);
}

async function timeOnce(path: string, threads: number): Promise<number> {
  const limits = limitsSchema.parse({});
  const zip = await ZipSource.open(path, limits);
  const { stack } = chooseStack(await scanZip(zip, () => {}), { ownThreshold: false });
  await zip.close();
  const started = performance.now();
  const pool = new WorkerPool(threads);
  const budget = new MemoryBudget(limits.memoryMb, threads);
  await loadVolume(path, stack, { budget, besideBytes: () => 0, pool, progress: () => {} });
  const ms = performance.now() - started;
  await pool.close();
  return ms;
}
