import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { BinaryBody, StreamSource } from '../index.ts';
import { UsageError } from './failure.ts';
import { say } from './texts.ts';

const LONGEST_NAME = 120;
/** Names that are devices on Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A safe file name from a foreign one: its last segment, without characters that could hide it or lead elsewhere.
 *
 * @param name the server's name
 * @param fallback the name when nothing remains
 */
export function safeName(name: string, fallback: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  const short = plain.length > LONGEST_NAME ? plain.slice(-LONGEST_NAME).replace(/^[. ]+/, '') : plain;
  if (short === '') return fallback;
  return DEVICE.test(short) ? `_${short}` : short;
}

/** Returns a name that is not among the taken ones, in upper or lower case, and adds it to them. */
export function uniqueName(name: string, taken: Set<string>): string {
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let candidate = name;
  for (let n = 2; taken.has(candidate.toLowerCase()); n += 1) candidate = `${stem}-${n}${extension}`;
  taken.add(candidate.toLowerCase());
  return candidate;
}

/** Writes a file completely or not at all: under a temporary name first, then renamed. */
export async function writeWhole(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.som3d-${randomBytes(6).toString('hex')}.part`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Saves a download. @returns its bytes */
export async function saveBody(
  body: BinaryBody,
  path: string,
  onProgress: (loaded: number, total: number | undefined) => void,
): Promise<number> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      onProgress(bytes, body.size);
      done(null, chunk);
    },
  });
  const source = Readable.fromWeb(body.stream() as NodeReadableStream<Uint8Array>);
  await writeWhole(path, (temporary) => pipeline(source, counted, createWriteStream(temporary, { flags: 'wx' })));
  return bytes;
}

/** Makes a directory for downloads. @throws UsageError when there is a file in its place */
export async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(say.noDirectory(directory, error.code ?? error.message));
  });
}

const SIGNATURE = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);
const EMPTY_SIGNATURE = Uint8Array.of(0x50, 0x4b, 0x05, 0x06);
function startsWith(bytes: Uint8Array, signature: Uint8Array) {
  return signature.every((byte, at) => bytes[at] === byte);
}

/** Opens a ZIP for an upload, as a stream. @throws UsageError when the file is missing, empty or not a ZIP */
export async function openZip(path: string): Promise<StreamSource> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'ENOENT' ? say.noFile(path) : say.unreadable(path, error.code ?? error.message),
    );
  });
  if (!facts.isFile()) throw new UsageError(say.notAFile(path));
  const start = await firstBytes(path);
  if (startsWith(start, EMPTY_SIGNATURE)) throw new UsageError(say.emptyZip(path));
  if (!startsWith(start, SIGNATURE)) throw new UsageError(say.notAZip(path));
  return sourceOf(path, 0, facts.size);
}

/** The bytes of a file from `start` to before `end`. */
function sourceOf(path: string, start: number, end: number): StreamSource {
  return {
    size: end - start,
    stream: () => Readable.toWeb(createReadStream(path, { start, end: end - 1 })) as ReadableStream<Uint8Array>,
    slice: (from, to) => sourceOf(path, start + from, start + to),
  };
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(say.unreadable(path, error.code ?? error.message));
  });
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
