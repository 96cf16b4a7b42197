import { open } from 'node:fs/promises';
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
  const packed = new Uint8Array(extent.compressedSize);
  await using file = await open(zipPath, 'r');
  await file.read(packed, 0, packed.length, extent.dataStart);
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
