import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { bytesOf, encodeHeader, NiftiError, type NiftiHeader } from './header.ts';

/** Fast: masks and images are read once and thrown away. */
const GZIP_LEVEL = 1;

/**
 * Writes a little-endian NIfTI-1 image, gzipped where the name ends in `.gz`. Slices are taken one after the other,
 * so that the image need not be in memory as a whole.
 * @param slices arrays of the header's type whose lengths add up to nx * ny * nz
 * @throws NiftiError when they do not
 */
export async function writeNifti(
  path: string,
  header: NiftiHeader,
  slices: Iterable<ArrayBufferView> | AsyncIterable<ArrayBufferView>,
): Promise<void> {
  const expected = header.nx * header.ny * header.nz * bytesOf(header.type);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield encodeHeader(header);
    let written = 0;
    for await (const slice of slices) {
      written += slice.byteLength;
      yield new Uint8Array(slice.buffer, slice.byteOffset, slice.byteLength);
    }
    if (written !== expected) throw new NiftiError(`${written} bytes of voxels in place of ${expected}`);
  }
  const source = Readable.from(chunks(), { objectMode: true });
  const file = createWriteStream(path);
  if (path.endsWith('.gz')) await pipeline(source, createGzip({ level: GZIP_LEVEL }), file);
  else await pipeline(source, file);
}
