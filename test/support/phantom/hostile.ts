import { deflateRawSync } from 'node:zlib';
import { encodeCtSlice, encodeFile, type CtSlice, type FileForm } from '@som3d/client/sample';
import { compress, type Encoder, type EncoderOptions } from './codec-encoder.ts';
import { encapsulate, enhancedFile } from './encapsulate.ts';
import { deflated, rleFrame } from './encodings.ts';
import { rawZip } from './raw-zip.ts';
import { ball, evenHeights, randomSource, scanBody } from './slices.ts';

/** Numbers out of a seeded source. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomSource(Math.imul(seed, 0x9e3779b1));
    for (let i = 0; i < 3; i++) this.#random();
  }

  /** 0 up to but not `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  of<T>(choices: readonly T[]): T {
    const choice = choices[this.below(choices.length)];
    if (choice === undefined) throw new Error('nothing to choose from');
    return choice;
  }
}

/** A ZIP that was honest before something was done to it. */
export interface HostileCase {
  kind: string;
  zip: Buffer;
}

interface Study {
  name: string;
  files: Uint8Array[];
  /** Where the compressed streams are known, to be damaged before they are put into files. */
  streams?: { frames: Uint8Array[]; wrap: (frames: Uint8Array[]) => Uint8Array[] };
}

const CODECS: [syntax: string, encoder: Encoder, options: EncoderOptions][] = [
  ['1.2.840.10008.1.2.4.70', 'EncodeJpeg', {}],
  ['1.2.840.10008.1.2.4.57', 'EncodeJpeg', { predictor: 5 }],
  ['1.2.840.10008.1.2.4.80', 'EncodeJpegLs', {}],
  ['1.2.840.10008.1.2.4.81', 'EncodeJpegLs', { lossy: true }],
  ['1.2.840.10008.1.2.4.90', 'EncodeJpeg2000', {}],
  ['1.2.840.10008.1.2.4.91', 'EncodeJpeg2000', { lossy: true }],
  ['1.2.840.10008.1.2.4.201', 'EncodeHtJpeg2000', {}],
  ['1.2.840.10008.1.2.4.203', 'EncodeHtJpeg2000', { lossy: true }],
];
const EXTREMES = [
  0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
];

/** Small studies in every form that can be read. */
export async function honestStudies(): Promise<Study[]> {
  const slices = smallBall();
  const forms: [string, FileForm][] = [
    ['explicit', {}],
    ['implicit', { encoding: 'implicit-little' }],
    ['big-endian', { encoding: 'explicit-big' }],
    ['bare', { preamble: false, meta: false }],
  ];
  const plain = forms.map(([name, form]): Study => ({
    name,
    files: slices.map((slice) => encodeCtSlice(slice, form)),
  }));
  const rle = slices.map((slice) => rleFrame(slice.pixels));
  return [
    ...plain,
    { name: 'deflated', files: slices.map((slice) => deflated(encodeCtSlice(slice))) },
    { name: 'enhanced', files: [enhancedFile(slices)] },
    compressedStudy('RLE', slices, '1.2.840.10008.1.2.5', rle),
    ...(await Promise.all(CODECS.map((codec) => codecStudy(slices, codec)))),
    await enhancedCodecStudy(slices),
  ];
}

function smallBall(): CtSlice[] {
  const scan = { columns: 20, rows: 18, spacing: { x: 2, y: 2 }, heights: evenHeights(8, 4) };
  return scanBody(scan, ball([0, 0, 0], 13)).map((slice) => ({ ...slice, bitsStored: 16 }));
}

async function codecStudy(slices: CtSlice[], [syntax, encoder, options]: (typeof CODECS)[number]): Promise<Study> {
  return compressedStudy(syntax, slices, syntax, await compressAll(slices, encoder, options));
}

function compressAll(slices: CtSlice[], encoder: Encoder, options: EncoderOptions): Promise<Uint8Array[]> {
  return Promise.all(
    slices.map(({ rows, columns, pixels }) =>
      compress(encoder, { rows, columns, bitsStored: 16, signed: true, values: pixels }, options),
    ),
  );
}

function compressedStudy(name: string, slices: CtSlice[], transferSyntax: string, frames: Uint8Array[]): Study {
  const wrap = (streams: Uint8Array[]): Uint8Array[] =>
    slices.map((slice, i) =>
      encodeCtSlice(slice, { compressed: { transferSyntax, frame: streams[i] ?? new Uint8Array(0) } }),
    );
  return { name, files: wrap(frames), streams: { frames, wrap } };
}

async function enhancedCodecStudy(slices: CtSlice[]): Promise<Study> {
  const transferSyntax = '1.2.840.10008.1.2.4.80';
  const frames = await compressAll(slices, 'EncodeJpegLs', {});
  const wrap = (streams: Uint8Array[]): Uint8Array[] => [
    enhancedFile(slices, {
      compressed: { transferSyntax, pixels: encapsulate(streams, { table: true, fragments: 2 }) },
    }),
  ];
  return { name: 'enhanced JPEG-LS', files: wrap(frames), streams: { frames, wrap } };
}

/** The same case for the same seed. */
export function hostileCase(studies: Study[], seed: number): HostileCase {
  const dice = new Dice(seed);
  const study = dice.of(studies);
  const how = dice.below(20);
  if (how < 4) return { kind: 'zip bytes', zip: damage(zipOf(study.files), dice) };
  if (how < 6) return { kind: 'zip fields', zip: lieInZip(zipOf(study.files), dice) };
  if (how < 10) return { kind: 'file bytes', zip: zipOf(damageSome(study.files, dice, damage)) };
  if (how < 14) return { kind: 'element lengths', zip: zipOf(damageSome(study.files, dice, lieInHeader)) };
  if (how < 19) {
    const { frames, wrap } = study.streams ?? { frames: study.files, wrap: (files: Uint8Array[]) => files };
    return { kind: 'codec streams', zip: zipOf(wrap(damageSome(frames, dice, damage))) };
  }
  return bomb(study, dice);
}

function zipOf(files: Uint8Array[]): Buffer {
  return rawZip(files.map((bytes, i) => ({ name: `I${i}`, bytes: Buffer.from(bytes) })));
}

/** Damages one of the files, or all of them alike often. */
function damageSome(files: Uint8Array[], dice: Dice, how: (bytes: Buffer, dice: Dice) => Buffer): Uint8Array[] {
  const only = dice.below(2) === 0 ? dice.below(files.length) : -1;
  return files.map((bytes, i) => (only === -1 || only === i ? how(Buffer.from(bytes), dice) : bytes));
}

/** Flips bits, overwrites, repeats, removes or cuts. */
function damage(original: Buffer, dice: Dice): Buffer {
  const bytes = Buffer.from(original);
  if (bytes.length < 8) return bytes;
  const how = dice.below(6);
  if (how === 0) return bytes.subarray(0, dice.below(bytes.length));
  if (how === 1) {
    const at = dice.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + dice.below(64));
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
  }
  if (how === 2) {
    const at = dice.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + dice.below(200));
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  }
  // headers are where damage has consequences
  const reach = dice.below(2) === 0 ? Math.min(bytes.length, 200) : bytes.length;
  for (let i = 1 + dice.below(how === 3 ? 1 : 12); i > 0; i--) {
    const at = dice.below(reach);
    bytes[at] = how === 5 ? dice.below(256) : (bytes[at] ?? 0) ^ (1 << dice.below(8));
  }
  return bytes;
}

/** Overwrites a field of the directory or of a local header. */
function lieInZip(zip: Buffer, dice: Dice): Buffer {
  const bytes = Buffer.from(zip);
  const end = bytes.length - 22;
  const directory = bytes.readUInt32LE(end + 16);
  for (let i = 1 + dice.below(3); i > 0; i--) {
    const at = dice.of([end + dice.below(20), directory + dice.below(end - directory), dice.below(30)]);
    if (dice.below(2) === 0) bytes.writeUInt16LE(dice.of(EXTREMES) & 0xffff, at);
    else bytes.writeUInt32LE(dice.of(EXTREMES), Math.min(at, bytes.length - 4));
  }
  return bytes;
}

/** Overwrites lengths and numbers of the data set before its pixels. */
function lieInHeader(file: Buffer, dice: Dice): Buffer {
  const bytes = Buffer.from(file);
  const start = Math.min(132, bytes.length - 4);
  for (let i = 1 + dice.below(4); i > 0; i--) {
    const at = start + dice.below(Math.max(1, Math.min(bytes.length - start - 4, 1000)));
    const value = dice.of(EXTREMES);
    if (dice.below(2) === 0) bytes.writeUInt16LE(value & 0xffff, at);
    else bytes.writeUInt32LE(value, at);
  }
  return bytes;
}

function bomb(study: Study, dice: Dice): HostileCase {
  const bombs: Record<string, () => Buffer> = {
    'bomb: deflated data set': () => zipOf([deflatedBomb(dice)]),
    'bomb: nested sequences': () => zipOf([nestedSequences(1000 + dice.below(100_000))]),
    'bomb: many elements': () => zipOf([manyElements(100_000 + dice.below(1_000_000))]),
    'bomb: large image': () => zipOf([...study.files, ...largeImages(dice)]),
    'bomb: zeros': () => rawZip([{ name: 'a', bytes: Buffer.alloc(1 + dice.below(90_000_000)) }]),
    'bomb: many entries': () =>
      rawZip(
        Array.from({ length: dice.below(30_000) }, (_, i) => ({ name: `${i}`, bytes: Buffer.from('DICM'), method: 0 })),
      ),
  };
  const kind = dice.of(Object.keys(bombs));
  return { kind, zip: bombs[kind]?.() ?? Buffer.alloc(0) };
}

/** A few KB that are 50 MB of zeros to whoever unpacks all of them. */
function deflatedBomb(dice: Dice): Uint8Array {
  const [slice] = smallBall();
  if (slice === undefined) throw new Error('no slice');
  const file = Buffer.from(deflated(encodeCtSlice(slice)));
  const metaEnd = 132 + 12 + file.readUInt32LE(132 + 8);
  const private8 = Buffer.from('09000010555400000000', 'hex');
  return Buffer.concat([
    file.subarray(0, metaEnd),
    deflateRawSync(Buffer.concat([private8, Buffer.alloc(dice.below(50_000_000))])),
  ]);
}

/** Sequences in sequences, all of undefined length. */
function nestedSequences(depth: number): Uint8Array {
  const opening = Buffer.from('0800401153510000fffffffffeff00e0ffffffff', 'hex');
  const file = Buffer.from(encodeFile([{ tag: 0x00080008, vr: 'CS', value: 'ORIGINAL' }], '2.25.1'));
  return Buffer.concat([file, ...Array.from({ length: depth }, () => opening)]);
}

/** Nothing but empty elements of private groups. */
function manyElements(count: number): Uint8Array {
  const elements = Buffer.alloc(8 * count);
  for (let i = 0; i < count; i++) {
    elements.writeUInt16LE(0x0009 + 2 * (i >>> 16), 8 * i);
    elements.writeUInt16LE(i & 0xffff, 8 * i + 2);
    elements.write('CS', 8 * i + 4, 'latin1');
  }
  return Buffer.concat([encodeFile([{ tag: 0x00080008, vr: 'CS', value: 'ORIGINAL' }], '2.25.1'), elements]);
}

/** Images that say they are as large as can be said, with next to no pixels. */
function largeImages(dice: Dice): Uint8Array[] {
  const size = [
    { tag: 0x00280010, vr: 'US', value: 65_535 },
    { tag: 0x00280011, vr: 'US', value: dice.of([20, 4096, 65_535]) },
  ];
  return smallBall().map((slice) => encodeCtSlice({ ...slice, seriesUid: '2.25.99', extra: size }));
}
