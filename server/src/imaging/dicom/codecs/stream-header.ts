/** What a compressed stream says of itself, read before a decoder sees it. */
export interface StreamHeader {
  rows: number;
  columns: number;
  components: number;
  /** Bits of each value in the stream. */
  precision: number;
  /** Two's complement; only JPEG 2000 streams tell, the others are taken as the data set says. */
  signed: boolean;
  /** Values may come out beyond those that went in. */
  lossy: boolean;
}

/** JPEG processes of a data set of images: baseline, extended sequential, lossless. All Huffman coded. */
const JPEG_FRAMES = new Set([0xc0, 0xc1, 0xc3]);
const JPEG_LS_FRAME = new Set([0xf7]);
const JPEG_START = 0xffd8;
const JPEG_LOSSLESS_FRAME = 0xc3;
const START_OF_SCAN = 0xda;

/** Reads the frame header of a JPEG stream (ISO 10918-1 B.2.2); null where it is none that DICOM allows. */
export function readJpegHeader(stream: Uint8Array): StreamHeader | null {
  const found = readFrameHeader(stream, JPEG_FRAMES);
  return found === null ? null : { ...found.header, lossy: found.marker !== JPEG_LOSSLESS_FRAME };
}

/** Reads the frame header of a JPEG-LS stream (ISO 14495-1 C.2.2); null where it is none. */
export function readJpegLsHeader(stream: Uint8Array): StreamHeader | null {
  const found = readFrameHeader(stream, JPEG_LS_FRAME);
  return found === null ? null : { ...found.header, lossy: allowedError(stream, found.at) > 0 };
}

/** How far values may be off in a near-lossless stream: the scan header says it (C.2.3). */
function allowedError(stream: Uint8Array, frameHeader: number): number {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  for (let at = frameHeader; at + 8 <= stream.length && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2))
    if (view.getUint8(at + 1) === START_OF_SCAN) return view.getUint8(at + 7);
  return 0;
}

/**
 * Walks the marker segments up to the frame header. It is strict: decoders search the stream in ways of their
 * own, and what this accepts they must understand in the same way.
 */
function readFrameHeader(
  stream: Uint8Array,
  frames: ReadonlySet<number>,
): { marker: number; at: number; header: Omit<StreamHeader, 'lossy'> } | null {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.length < 4 || view.getUint16(0) !== JPEG_START) return null;
  for (let at = 2; at + 10 <= stream.length;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (frames.has(marker))
      return {
        marker,
        at,
        header: {
          precision: view.getUint8(at + 4),
          rows: view.getUint16(at + 5),
          columns: view.getUint16(at + 7),
          components: view.getUint8(at + 9),
          signed: false,
        },
      };
    const length = view.getUint16(at + 2);
    if (!isTableOrNote(marker) || length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** Huffman and quantisation tables, restart interval, application data, comments, JPEG-LS presets. */
function isTableOrNote(marker: number): boolean {
  return [0xc4, 0xdb, 0xdd, 0xf8, 0xfe].includes(marker) || (marker >= 0xe0 && marker <= 0xef);
}
