import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeFile } from '@som3d/client/sample';
import { convert, ImagingError } from '@som3d/server/testing/imaging';
import { rampBall, scanBody, evenHeights, smallScan, type Body } from '../../support/phantom/slices.ts';
import { rawZip } from '../../support/phantom/raw-zip.ts';
import { dicomFiles, writeZip } from '../../support/phantom/zip.ts';

/** A study and what becomes of it when nobody disturbs. */
export interface Study {
  readonly name: string;
  readonly zip: Buffer<ArrayBuffer>;
  readonly ends: { readonly stls: ReadonlyMap<string, string> } | { readonly errorCode: string };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const twoBalls: Body = ([x, y, z]) =>
  Math.max(rampBall([-11, 0, 0], 8, 300)([x, y, z]), rampBall([11, 3, 2], 7, 300)([x, y, z]));

const GOOD: Readonly<Record<string, () => ReturnType<typeof smallScan>>> = {
  'ball of 15 mm': () => smallScan(),
  'ball of 12 mm, apart': () =>
    scanBody(
      { columns: 56, rows: 48, spacing: { x: 0.9, y: 0.9 }, heights: evenHeights(36, 1.2) },
      rampBall([3, -2, 1], 12, 300),
    ),
  'two balls': () =>
    scanBody({ columns: 64, rows: 64, spacing: { x: 0.8, y: 0.8 }, heights: evenHeights(40, 1) }, twoBalls),
  'leaning gantry': () =>
    scanBody(
      { columns: 60, rows: 60, spacing: { x: 0.8, y: 0.8 }, heights: evenHeights(40, 1), tiltDegrees: 12 },
      rampBall([0, 0, 0], 13, 300),
    ),
  'larger scan': () =>
    scanBody(
      { columns: 90, rows: 90, spacing: { x: 0.6, y: 0.6 }, heights: evenHeights(60, 0.8) },
      rampBall([0, 0, 0], 18, 300),
    ),
};

const text = Buffer.from('no image');

/** ZIPs that no doctor meant to send. The first three show in the directory, the others only when they are read. */
const BAD: Readonly<Record<string, () => Buffer>> = {
  'encrypted ZIP': () => rawZip([{ name: 'a', bytes: text, flags: 1 }]),
  'path that climbs out': () => rawZip([{ name: '../../a', bytes: text }]),
  'cut off ZIP': () => rawZip([{ name: 'a', bytes: text }]).subarray(0, -30),
  'no image at all': () => rawZip([{ name: 'notes.txt', bytes: text }]),
  'one slice': () => rawZip(dicomFiles(smallScan({ heights: [0] })).map(asEntry)),
  'air alone': () =>
    rawZip(
      dicomFiles(
        scanBody({ columns: 32, rows: 32, spacing: { x: 1, y: 1 }, heights: evenHeights(20, 1) }, () => -1000),
      ).map(asEntry),
    ),
  'damaged file': () => {
    const [first, ...others] = dicomFiles(smallScan()).map(asEntry);
    return rawZip([{ ...(first ?? { name: 'a', bytes: text }), crc: 1 }, ...others]);
  },
  'no CT': () =>
    rawZip([{ name: 'a', bytes: Buffer.from(encodeFile([{ tag: 0x00080060, vr: 'CS', value: 'MR' }], '2.25.1')) }]),
};

function asEntry({ name, bytes }: { name: string; bytes: Uint8Array }) {
  return { name, bytes: Buffer.from(bytes) };
}

/** Converts a study as a worker does, in this process. */
async function endOf(file: string, folder: string): Promise<Study['ends']> {
  try {
    const manifest = await convert(
      { inputZip: file, outDir: folder, threads: 1, segmentation: { engine: 'threshold' } },
      { progress: () => undefined, log: () => undefined },
    );
    const stls = manifest.meshes.map(async ({ filename }) => {
      return [filename, sha256(await readFile(path.join(folder, filename)))] as const;
    });
    return { stls: new Map(await Promise.all(stls)) };
  } catch (error) {
    if (error instanceof ImagingError && !error.retryable) return { errorCode: error.code };
    throw error;
  }
}

async function studyOf(name: string, write: (file: string) => Promise<unknown>): Promise<Study> {
  const folder = await mkdtemp(path.join(tmpdir(), 'som3d-chaos-study-'));
  try {
    const file = path.join(folder, 'study.zip');
    await write(file);
    return { name, zip: Buffer.from(await readFile(file)), ends: await endOf(file, folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every study with its undisturbed end. @throws Error when one that is meant to be good is refused, or the reverse */
export async function makeStudies(): Promise<{ good: Study[]; bad: Study[] }> {
  const good: Study[] = [];
  for (const [name, slices] of Object.entries(GOOD)) {
    good.push(await studyOf(name, (file) => writeZip(file, dicomFiles(slices()))));
  }
  const bad: Study[] = [];
  for (const [name, zip] of Object.entries(BAD)) bad.push(await studyOf(name, (file) => writeFile(file, zip())));
  const wrong = [...good.filter(({ ends }) => !('stls' in ends)), ...bad.filter(({ ends }) => 'stls' in ends)];
  if (wrong.length > 0) {
    throw new Error(`these studies are not what they should be: ${wrong.map(({ name }) => name).join(', ')}`);
  }
  return { good, bad };
}
