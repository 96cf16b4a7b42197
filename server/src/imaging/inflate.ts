import { constants, crc32, inflateRawSync } from 'node:zlib';
import { ImagingError } from './errors.ts';
import type { ZipEntry } from './zip.ts';

/** Deflate cannot expand by more than this. */
const MAX_DEFLATE_RATIO = 1040;
/** No file of a ZIP may be larger, however it is packed. */
const MAX_PART_BYTES = 1024 ** 3;

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
 * Unpacks the beginning of an entry from the beginning of its packed bytes: as much as they give.
 * Nothing is checked but that they are valid so far.
 */
export function inflateBeginning(packed: Uint8Array, method: ZipEntry['method']): Uint8Array {
  return method === 'stored' ? packed : inflatePart(packed);
}

/** Inflates raw deflate data that may be cut off. */
export function inflatePart(packed: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(packed, {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: Math.min(MAX_PART_BYTES, Math.max(1024, packed.length * MAX_DEFLATE_RATIO)),
    });
  } catch (error) {
    throw corrupt(error);
  }
}
