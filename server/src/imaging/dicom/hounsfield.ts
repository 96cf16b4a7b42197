import type { FrameHeader, ImageHeader } from './header.ts';
import { HOUNSFIELD } from './scale.ts';

/** What padding and the unmeasured become. */
export const AIR_HU = -1024;
const [LOWEST, HIGHEST] = [-32_768, 32_767];
/** Scanners clip what is denser than this, but for an extended scale. */
const DENSE_HU = 3071;

/** What the pixels of frames were found to hold. */
export interface ValueReport {
  /** Bits below and above those that are said to be stored are in use. */
  lowBits: boolean;
  highBits: boolean;
  /** Pixels above what CT can measure; they became air. */
  beyond: number;
  /** Pixels above 3071 HU. */
  dense: number;
  pixels: number;
  /** The least of what was measured; `Infinity` where nothing was. */
  least: number;
}

export const NO_VALUES: ValueReport = {
  lowBits: false,
  highBits: false,
  beyond: 0,
  dense: 0,
  pixels: 0,
  least: Infinity,
};

export function mergeReports(a: ValueReport, b: ValueReport): ValueReport {
  return {
    lowBits: a.lowBits || b.lowBits,
    highBits: a.highBits || b.highBits,
    beyond: a.beyond + b.beyond,
    dense: a.dense + b.dense,
    pixels: a.pixels + b.pixels,
    least: Math.min(a.least, b.least),
  };
}

/** What each stored value stands for, and what it says about the file. */
interface Table {
  hu: Int16Array;
  flags: Uint8Array;
  /** Which values a frame has: a number that is not 0. Four at a time, it is the same as words. */
  seen: Uint8Array;
  seenWords: Uint32Array;
}

const PADDING = 1;
const BEYOND = 2;
const LOW_BITS = 4;
const HIGH_BITS = 8;
const DENSE = 16;

/**
 * Writes a frame's stored values as HU, rounded and clamped to 16 bits; padding and what is beyond CT become air. A
 * series in other units keeps all of its values.
 * @param lut the values of the image's table, where it has one
 * @param out rows * columns values
 */
export function toHounsfield(
  bytes: Uint8Array,
  header: ImageHeader,
  frame: FrameHeader,
  lut: readonly number[] | null,
  out: Int16Array,
): ValueReport {
  const stored = storedValues(bytes, header.bitsAllocated, out.length);
  const table = tableOf(header, frame, lut);
  const { hu, seen } = table;
  // What a value means is looked at once for each value, and not for each pixel.
  for (let i = 0; i < out.length; i++) {
    const raw = stored[i]!;
    out[i] = hu[raw]!;
    seen[raw] = 1;
  }
  const { flags, least } = takeSeen(table);
  const count = (flag: number): number => ((flags & flag) === 0 ? 0 : countFlagged(stored, out.length, table, flag));
  return {
    lowBits: (flags & LOW_BITS) !== 0,
    highBits: (flags & HIGH_BITS) !== 0,
    beyond: count(BEYOND),
    dense: count(DENSE),
    pixels: out.length,
    least,
  };
}

/** The flags of all values that were seen and the least one that was measured; forgets them. */
function takeSeen({ hu, flags: flagsOf, seen, seenWords }: Table): { flags: number; least: number } {
  let [flags, least] = [0, Infinity];
  for (let word = 0; word < seenWords.length; word++) {
    if (seenWords[word] === 0) continue;
    for (let raw = 4 * word; raw < 4 * word + 4; raw++) {
      if (seen[raw] === 0) continue;
      flags |= flagsOf[raw]!;
      if (hu[raw]! < least && (flagsOf[raw]! & (PADDING | BEYOND)) === 0) least = hu[raw]!;
    }
    seenWords[word] = 0;
  }
  return { flags, least };
}

function countFlagged(stored: Uint8Array | Uint16Array, pixels: number, { flags }: Table, flag: number): number {
  let count = 0;
  for (let i = 0; i < pixels; i++) if ((flags[stored[i]!]! & flag) !== 0) count++;
  return count;
}

function storedValues(bytes: Uint8Array, bitsAllocated: number, count: number): Uint8Array | Uint16Array {
  if (bitsAllocated === 8) return bytes;
  // A Buffer's `slice` is no copy: its offset would stay odd.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, count);
}

let latest: { key: string; table: Table } | null = null;

/** Frames of one series mostly share a table: the latest one is kept. */
function tableOf(header: ImageHeader, frame: FrameHeader, lut: readonly number[] | null): Table {
  const { bitsAllocated, bitsStored, highBit, signed, padding } = header;
  if (lut !== null && frame.scale.byTable) return makeTable(header, frame, lut);
  const key = JSON.stringify([bitsAllocated, bitsStored, highBit, signed, padding, frame.scale]);
  if (latest?.key !== key) latest = { key, table: makeTable(header, frame, null) };
  return latest.table;
}

function makeTable(header: ImageHeader, frame: FrameHeader, lut: readonly number[] | null): Table {
  const { bitsAllocated, padding } = header;
  const { slope, intercept, units } = frame.scale;
  const size = 2 ** bitsAllocated;
  const seen = new Uint8Array(size);
  const table = {
    hu: new Int16Array(size),
    flags: new Uint8Array(size),
    seen,
    seenWords: new Uint32Array(seen.buffer),
  };
  const isPadding = (value: number): boolean => padding !== null && value >= padding.low && value <= padding.high;
  for (let raw = 0; raw < size; raw++) {
    const value = storedValue(raw, header);
    // Padding may lie beyond the stored bits: it is looked for before these are cut out, and after.
    if (isPadding(header.signed ? signExtended(raw, bitsAllocated) : raw) || isPadding(value.masked)) {
      table.hu[raw] = AIR_HU;
      table.flags[raw] = PADDING;
      continue;
    }
    const measured =
      lut === null ? value.value * slope + intercept : (lut[lutIndex(value.value, header, lut.length)] ?? AIR_HU);
    const beyond = measured > HIGHEST && units === HOUNSFIELD;
    const hu = beyond ? AIR_HU : Math.round(Math.min(HIGHEST, Math.max(LOWEST, measured)));
    table.hu[raw] = hu;
    table.flags[raw] = (beyond ? BEYOND : 0) | (hu > DENSE_HU ? DENSE : 0) | bitsInUse(raw, header);
  }
  return table;
}

function lutIndex(value: number, { lut }: ImageHeader, entries: number): number {
  return Math.min(entries - 1, Math.max(0, value - (lut?.first ?? 0)));
}

/** The stored bits of a pixel, and what they mean. */
function storedValue(raw: number, header: ImageHeader): { masked: number; value: number } {
  const { bitsAllocated, bitsStored, highBit, signed } = header;
  const shifted = raw << (31 - highBit);
  const masked = signed ? shifted >> (32 - bitsStored) : shifted >>> (32 - bitsStored);
  // Only the sign of a number below 0 fills all bits above: -2000 of a file that says it has no signs.
  const above = bitsAllocated - bitsStored;
  const negative = !signed && highBit + 1 === bitsStored && above >= 2 && raw >>> bitsStored === 2 ** above - 1;
  return { masked, value: negative ? signExtended(raw, bitsAllocated) : masked };
}

function signExtended(raw: number, bits: number): number {
  return (raw << (32 - bits)) >> (32 - bits);
}

/** Which bits beside the stored ones a pixel uses; signs that fill the bits above are none. */
function bitsInUse(raw: number, { bitsAllocated, bitsStored, highBit, signed }: ImageHeader): number {
  const free = bitsAllocated - bitsStored;
  if (free === 0) return 0;
  const shift = highBit + 1 - bitsStored;
  const low = raw & (2 ** (shift === 0 ? free : shift) - 1);
  const above = raw >>> bitsStored;
  const negative = above === 2 ** free - 1 && (!signed || ((raw >>> (bitsStored - 1)) & 1) === 1);
  return (low === 0 ? 0 : LOW_BITS) | (above === 0 || negative ? 0 : HIGH_BITS);
}

/**
 * Where the stored bits really are: a highest bit that contradicts the pixels is a writer's mistake. Bits in use below
 * them mean that the values begin at the lowest bit; none in use there but above them, that they fill the upper bits.
 * @returns the highest bit
 */
export function highBitOf(
  { bitsAllocated, bitsStored, highBit }: ImageHeader,
  { lowBits, highBits }: ValueReport,
): number {
  const atTheBottom = highBit + 1 === bitsStored;
  if (!atTheBottom) return lowBits ? bitsStored - 1 : highBit;
  return highBits && !lowBits ? bitsAllocated - 1 : highBit;
}
