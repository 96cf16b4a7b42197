import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { encodeCtSlice } from './dicom-writer.ts';
import { kneeHounsfield } from './knee.ts';

export * from './dicom-writer.ts';
export { encodeItem } from './dicom-elements.ts';

/** Size of the sample series; the defaults give a ZIP of a few MB. */
export interface SampleOptions {
  /** Rows and columns. */
  size?: number;
  slices?: number;
}

const FIELD_OF_VIEW_MM = 124;
const HEIGHT_MM = 112;
const NOISE_HU = 9;
/** Made from UUIDs (PS3.5 B.2). */
const SERIES_UID = '2.25.163092874406221870195347714920376213355';
const STUDY_UID = '2.25.302918475610283746501928374650192837465';
/** Local, as ZIP times are, so that it is the same in every time zone. */
const FILE_TIME = new Date(2026, 0, 1);

/**
 * Writes a ZIP with a CT series of an artificial knee: analytic shapes with skin, fat, muscle, cortical and spongy bone.
 * The bytes are always the same.
 *
 * @param target a path, or a stream, which the function ends
 */
export async function writeSampleZip(target: string | Writable, options: SampleOptions = {}): Promise<void> {
  const zip = new ZipFile();
  const output = typeof target === 'string' ? createWriteStream(target) : target;
  const fill = async (): Promise<void> => {
    for (const { name, bytes } of sampleFiles(options)) {
      zip.addBuffer(Buffer.from(bytes.buffer), name, { mtime: FILE_TIME, forceDosTimestamp: true });
      // A slice takes milliseconds: this gives the stream and the caller time in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    zip.end();
  };
  // Both at once: a target that cannot be written ends the call at any time.
  await Promise.all([pipeline(zip.outputStream, output), fill()]);
}

/** The files of the sample series, from the feet up. */
export function* sampleFiles({ size = 160, slices = 80 }: SampleOptions = {}): Generator<{
  name: string;
  bytes: Uint8Array;
}> {
  const spacing = FIELD_OF_VIEW_MM / size;
  const step = HEIGHT_MM / slices;
  const random = noiseSource(20_260_101);
  for (let k = 0; k < slices; k++) {
    const z = (k - (slices - 1) / 2) * step;
    const first = -((size - 1) / 2) * spacing;
    const pixels = new Int16Array(size * size);
    for (let j = 0; j < size; j++)
      for (let i = 0; i < size; i++) {
        const hu = kneeHounsfield([first + i * spacing, first + j * spacing, z], spacing);
        pixels[j * size + i] = Math.round(hu + NOISE_HU * random());
      }
    const bytes = encodeCtSlice({
      rows: size,
      columns: size,
      pixels,
      position: [first, first, z],
      spacing: { x: spacing, y: spacing },
      thickness: step,
      seriesUid: SERIES_UID,
      studyUid: STUDY_UID,
      seriesNumber: 1,
      seriesDescription: 'PHANTOM RODILLA',
      instanceNumber: k + 1,
      bitsStored: 16,
    });
    yield { name: `PHANTOM/IM${String(k + 1).padStart(4, '0')}.dcm`, bytes };
  }
}

/** Reproducible noise of about unit deviation: the sum of four uniform numbers of a 32-bit generator (mulberry32). */
function noiseSource(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}
