import { closeSync, openSync, readSync } from 'node:fs';
import { coarsenSlice, COARSENING } from '../coarsen.ts';
import { inflateEntry } from '../inflate.ts';
import type { DecodeTask } from '../workers/tasks.ts';
import type { ZipExtent } from '../zip.ts';
import { datasetBytes } from './file-format.ts';
import type { ImageHeader } from './header.ts';
import { mergeReports, NO_VALUES, toHounsfield, type ValueReport } from './hounsfield.ts';
import { frameReader } from './pixels.ts';
import { lutValues } from './scale.ts';

/** What a decoder is taken to hold while it is at work, bytes, and for each pixel; an estimate, not measured. */
const DECODER_BYTES = 24 * 1024 ** 2;
const DECODER_BYTES_PER_PIXEL = 40;

/** What `decodeFile` takes for a file of the ZIP beside the volume, bytes. */
export function decodingBytes(
  extent: ZipExtent,
  { rows, columns, frames, location, encapsulated }: ImageHeader,
): number {
  const pixels = rows * columns;
  const decoder = encapsulated ? DECODER_BYTES + DECODER_BYTES_PER_PIXEL * pixels : 0;
  // Unpacked in pieces that are then joined.
  const unpacked = location.deflated ? 4 * pixels * frames.length : 0;
  return extent.compressedSize + extent.size + 2 * pixels + decoder + unpacked;
}

/**
 * Reads one file of the ZIP and writes its frames into the volume, in HU.
 * @throws ImagingError for what is damaged or cannot be read
 */
export async function decodeFile({
  zipPath,
  extent,
  header,
  frames,
  volume,
  coarse,
}: DecodeTask): Promise<ValueReport> {
  const packed = readPacked(zipPath, extent);
  const pixels = header.rows * header.columns;
  const lastFrame = frames.reduce((last, { frame }) => Math.max(last, frame.index), 0);
  const needed = header.pixelOffset + (lastFrame + 1) * pixels * 2;
  const dataset = await datasetBytes(inflateEntry(packed, extent), header.location, needed);
  const read = frameReader(dataset, header);
  const lut = header.lut === null ? null : lutValues(dataset, header.lut, header.location.encoding.little);
  const whole = coarse ? new Int16Array(pixels) : null;
  const size = coarse ? Math.floor(header.rows / COARSENING) * Math.floor(header.columns / COARSENING) : pixels;
  let report = NO_VALUES;
  for (const { frame, slice } of frames) {
    const bytes = await read(frame);
    const out = volume.subarray(slice * size, (slice + 1) * size);
    report = mergeReports(report, toHounsfield(bytes, header, frame, lut, whole ?? out));
    if (whole !== null) coarsenSlice(whole, header.columns, out);
  }
  return report;
}

/** Where the thread puts one packed file after the other: the system hands out new memory slowly. */
let room = new Uint8Array(0);
/** A larger file gets memory of its own, which goes with it. */
const MAX_ROOM = 4 * 1024 ** 2;

function roomFor(bytes: number): Uint8Array {
  if (bytes > MAX_ROOM) return new Uint8Array(bytes);
  if (room.length < bytes) room = new Uint8Array(Math.min(MAX_ROOM, 2 * bytes));
  return room.subarray(0, bytes);
}

/**
 * The packed bytes of a file, until the next one is read. Waits for the disk: the thread has nothing else to do, and to be
 * called back takes longer than most reads.
 */
function readPacked(zipPath: string, { compressedSize, dataStart }: ZipExtent): Uint8Array {
  const packed = roomFor(compressedSize);
  const file = openSync(zipPath, 'r');
  try {
    readSync(file, packed, 0, packed.length, dataStart);
  } finally {
    closeSync(file);
  }
  return packed;
}
