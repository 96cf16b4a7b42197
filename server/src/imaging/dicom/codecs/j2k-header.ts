import type { StreamHeader } from './stream-header.ts';

const START = 0xff4fff51;
const CAPABILITIES = 0xff50;
const COD = 0xff52;
const COC = 0xff53;
const START_OF_TILE = 0xff90;
const JP2_START = 0x0000000c;
/** A JP2 file's boxes before its stream are short. */
const JP2_BOXES_BYTES = 4096;
/** Bounds far above what any scanner writes: decoders walk through all of it even where there is no data. */
const MAX_TILES = 4096;
const MAX_PACKETS = 2 ** 22;

interface Tiling {
  tileWidth: number;
  tileHeight: number;
  tiles: number;
}

/** The JPEG 2000 codestream itself, without the JP2 file that some writers leave around it; null where there is none. */
export function findJ2kStream(frame: Uint8Array): Uint8Array | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const wrapped = frame.length >= 12 && view.getUint32(0) === JP2_START;
  const end = Math.min(wrapped ? JP2_BOXES_BYTES : 1, frame.length - 3);
  for (let at = 0; at < end; at++) if (view.getUint32(at) === START) return frame.subarray(at);
  return null;
}

/** Whether a codestream is HTJ2K: it says so in a segment that plain JPEG 2000 has not (ISO 15444-15). */
export function isHighThroughput(stream: Uint8Array): boolean {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let at = 2; at + 4 <= stream.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === CAPABILITIES) return true;
    if (marker < 0xff30 || marker === START_OF_TILE || view.getUint16(at + 2) < 2) return false;
  }
  return false;
}

/**
 * Reads the main header of a JPEG 2000 or HTJ2K codestream (ISO 15444-1 annex A). Null where it is damaged or
 * describes work without measure: decoders believe it, and some never come back from what contradicts itself.
 */
export function readJ2kHeader(stream: Uint8Array): StreamHeader | null {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.length < 47) return null;
  const [right = 0, bottom = 0, left = 0, top = 0] = [8, 12, 16, 20].map((at) => view.getUint32(at));
  const [tileWidth = 0, tileHeight = 0, tileLeft = 0, tileTop = 0] = [24, 28, 32, 36].map((at) => view.getUint32(at));
  const sound =
    view.getUint16(4) === 41 &&
    left < right &&
    top < bottom &&
    tileLeft <= left &&
    tileTop <= top &&
    tileLeft + tileWidth > left &&
    tileTop + tileHeight > top &&
    view.getUint8(43) === 1 &&
    view.getUint8(44) === 1;
  if (!sound) return null;
  const tiles = Math.ceil((right - tileLeft) / tileWidth) * Math.ceil((bottom - tileTop) / tileHeight);
  const size = { tileWidth: Math.min(tileWidth, right), tileHeight: Math.min(tileHeight, bottom), tiles };
  if (tiles > MAX_TILES || !hasSoundCoding(view, size)) return null;
  const depth = view.getUint8(42);
  return {
    columns: right - left,
    rows: bottom - top,
    components: view.getUint16(40),
    precision: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
    lossy: isIrreversible(view),
  };
}

/** Whether the wavelets of a sound header are those that do not give back what went in (table A.20). */
function isIrreversible(view: DataView): boolean {
  for (let at = 45; view.getUint16(at) !== START_OF_TILE; at += 2 + view.getUint16(at + 2))
    if (view.getUint16(at) === COD) return view.getUint8(at + 13) === 0;
  return false;
}

/** Walks the segments after the size segment to the first tile; each coding style in them must be sound. */
function hasSoundCoding(view: DataView, tiling: Tiling): boolean {
  let layers = 0;
  for (let at = 45; at + 4 <= view.byteLength;) {
    const marker = view.getUint16(at);
    if (marker === START_OF_TILE) return layers > 0;
    const length = view.getUint16(at + 2);
    const end = at + 2 + length;
    if (marker < 0xff30 || length < 2 || end > view.byteLength) return false;
    if (marker === COD) layers = length < 12 ? 0 : view.getUint16(at + 6);
    if (marker === COD && (layers === 0 || view.getUint8(at + 5) > 4 || view.getUint8(at + 8) > 1)) return false;
    // Before the style: in COD its flags, progression, layers and component transform; in COC the component and flags.
    const style = marker === COD ? { flags: at + 4, at: at + 9 } : { flags: at + 5, at: at + 6 };
    if ((marker === COD || marker === COC) && !isSoundStyle(view, { ...style, end, layers }, tiling)) return false;
    at = end;
  }
  return false;
}

/** Decomposition levels, size of code blocks, transform and precincts (A.6.1, table A.15). */
function isSoundStyle(
  view: DataView,
  style: { flags: number; at: number; end: number; layers: number },
  { tileWidth, tileHeight, tiles }: Tiling,
): boolean {
  const { at, end, layers } = style;
  if (at + 5 > end) return false;
  const precincts = (view.getUint8(style.flags) & 1) === 1;
  const levels = view.getUint8(at);
  const [blockWidth, blockHeight] = [view.getUint8(at + 1) + 2, view.getUint8(at + 2) + 2];
  const soundBlocks = blockWidth <= 10 && blockHeight <= 10 && blockWidth + blockHeight <= 12;
  if (levels > 32 || !soundBlocks || view.getUint8(at + 4) > 1) return false;
  if (precincts && at + 5 + levels + 1 > end) return false;
  let packets = 0;
  for (let resolution = 0; resolution <= levels; resolution++) {
    const exponents = precincts ? view.getUint8(at + 5 + resolution) : 0xff;
    const scale = 2 ** (levels - resolution);
    if (resolution > 0 && (exponents & 0x0f) * (exponents >> 4) === 0) return false;
    const across = Math.ceil(tileWidth / scale / 2 ** (exponents & 0x0f)) + 1;
    const down = Math.ceil(tileHeight / scale / 2 ** (exponents >> 4)) + 1;
    packets += across * down * Math.max(1, layers) * tiles;
  }
  return packets <= MAX_PACKETS;
}
