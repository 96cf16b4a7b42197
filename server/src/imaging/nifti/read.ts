import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { bytesOf, HEADER_BYTES, NiftiError, parseHeader, type FileHeader, type NiftiType } from './header.ts';

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<NiftiType, unknown>;
export type NiftiData = InstanceType<(typeof ARRAYS)[NiftiType]>;

export interface NiftiImage {
  header: FileHeader;
  /** As stored: the header's slope and intercept still apply. i runs fastest, then j. */
  data: NiftiData;
}

/**
 * Reads a NIfTI-1 image, gzipped or not (its first bytes tell, not its name), of either byte order. What comes out
 * of the gzip stream is bounded by what the header says, and that by `maxVoxels`.
 * @throws NiftiError where it is not one, is truncated, or has more voxels; file errors as they come
 */
export async function readNifti(path: string, maxVoxels: number): Promise<NiftiImage> {
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  if (!(await isGzipped(path))) return readImage(stream, maxVoxels);
  const unpacked = createGunzip({ chunkSize: 1 << 18 });
  stream.on('error', (error) => unpacked.destroy(error));
  try {
    return await readImage(stream.pipe(unpacked), maxVoxels);
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
      throw new NiftiError('the compressed data is damaged', { cause: error });
    throw error;
  } finally {
    stream.destroy();
  }
}

async function isGzipped(path: string): Promise<boolean> {
  await using file = await open(path, 'r');
  const magic = new Uint8Array(2);
  await file.read(magic, 0, 2, 0);
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

async function readImage(stream: Readable, maxVoxels: number): Promise<NiftiImage> {
  const head = new Uint8Array(HEADER_BYTES);
  let header: FileHeader | null = null;
  let body: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  let at = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    if (at < HEADER_BYTES) head.set(chunk.subarray(0, HEADER_BYTES - at), at);
    if (header === null && at + chunk.length >= HEADER_BYTES) {
      header = parseHeader(head);
      body = new Uint8Array(bodyBytes(header, maxVoxels));
    }
    if (header !== null) {
      const skip = Math.max(0, header.dataOffset - at);
      const to = Math.max(0, at - header.dataOffset);
      body.set(chunk.subarray(skip, skip + body.length - to), to);
    }
    at += chunk.length;
    // What may follow the voxels is not looked at.
    if (header !== null && at >= header.dataOffset + body.length) break;
  }
  if (header === null) throw new NiftiError('the header is truncated');
  if (at < header.dataOffset + body.length) throw new NiftiError('the voxels are truncated');
  const size = bytesOf(header.type);
  if (!header.littleEndian) swapBytes(body, size);
  return { header, data: new ARRAYS[header.type](body.buffer) };
}

function bodyBytes(header: FileHeader, maxVoxels: number): number {
  const voxels = header.nx * header.ny * header.nz;
  if (voxels > maxVoxels) throw new NiftiError(`${voxels} voxels, and no more than ${maxVoxels} are expected`);
  return voxels * bytesOf(header.type);
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else if (size === 8) buffer.swap64();
}
