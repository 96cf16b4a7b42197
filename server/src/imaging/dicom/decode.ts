import { open } from 'node:fs/promises';
import { inflateEntry } from '../inflate.ts';
import type { DecodeTask } from '../workers/tasks.ts';
import { datasetBytes } from './file-format.ts';
import { frameReader, toHounsfield } from './pixels.ts';

/**
 * Reads one file of the ZIP and writes its frames into the volume, in HU.
 * @throws ImagingError for what is damaged or cannot be read
 */
export async function decodeFile({ zipPath, extent, header, frames, volume }: DecodeTask): Promise<void> {
  const packed = new Uint8Array(extent.compressedSize);
  await using file = await open(zipPath, 'r');
  await file.read(packed, 0, packed.length, extent.dataStart);
  const pixels = header.rows * header.columns;
  const lastFrame = frames.reduce((last, { frame }) => Math.max(last, frame.index), 0);
  const needed = header.pixelOffset + (lastFrame + 1) * pixels * 2;
  const dataset = await datasetBytes(inflateEntry(packed, extent), header.location, needed);
  const read = frameReader(dataset, header);
  for (const { frame, slice } of frames) {
    const bytes = await read(frame);
    toHounsfield(bytes, header, frame, volume.subarray(slice * pixels, (slice + 1) * pixels));
  }
}
