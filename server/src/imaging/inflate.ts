import { constants, crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { ImagingError } from './errors.ts';
import type { ZipEntry } from './zip.ts';

function corrupt(cause?: unknown): ImagingError {
  return new ImagingError('ZIP_CORRUPT', 'El ZIP está dañado: un archivo no supera la comprobación de integridad.', {
    cause,
  });
}

/**
 * Unpacks all of an entry, whose size and CRC-32 must be the declared ones.
 * @throws ImagingError ZIP_CORRUPT otherwise; never produces more than the declared size.
 */
export function inflateEntry(packed: Uint8Array, entry: ZipEntry): Uint8Array {
  const bytes = entry.method === 'stored' ? packed : inflateExactly(packed, entry.size);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc32) throw corrupt();
  return bytes;
}

function inflateExactly(packed: Uint8Array, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  try {
    return inflateRawSync(packed, { maxOutputLength: size, chunkSize: Math.max(64, Math.min(size + 1, 1 << 24)) });
  } catch (error) {
    throw corrupt(error);
  }
}

/**
 * Unpacks raw deflate data, which may be cut off, until there are `limit` bytes: what they would expand to does
 * not matter.
 * @throws ImagingError ZIP_CORRUPT where they are not valid so far
 */
export async function inflateBeginning(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    // At once: an inflater of its own for each file takes longer than most beginnings.
    return inflateRawSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: limit, chunkSize: CHUNK });
  } catch (error) {
    if (error instanceof RangeError) return await inflateUntil(packed, limit);
    throw corrupt(error);
  }
}

const CHUNK = 65_536;

/** The same of what expands to more than `limit`. */
async function inflateUntil(packed: Uint8Array, limit: number): Promise<Uint8Array> {
  const inflater = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK });
  const chunks: Uint8Array[] = [];
  let length = 0;
  inflater.end(packed);
  try {
    for await (const chunk of inflater as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limit) break;
    }
  } catch (error) {
    throw corrupt(error);
  }
  return Buffer.concat(chunks);
}
