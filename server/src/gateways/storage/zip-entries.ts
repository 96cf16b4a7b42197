import path from 'node:path';
import { Readable } from 'node:stream';
import * as yauzl from 'yauzl';
import { AppError } from '../../base/errors.ts';
import { BytesReader } from '../../imaging/zip.ts';
import { randomAccess } from './random-access.ts';
import type { Storage, StoredObject } from './storage.ts';

/** A file in a stored ZIP, by its name without folders. */
export interface ZippedFile {
  readonly filename: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Strong validator, quoted as in the ETag header. */
  readonly etag: string;
}

/** Reads a stored ZIP in place: its directory by blocks, the bytes of a file as one stream. */
class StoredZipReader extends BytesReader {
  readonly #storage: Storage;
  readonly #object: StoredObject;

  constructor(storage: Storage, object: StoredObject) {
    super(randomAccess(storage, object), { start: 0 });
    this.#storage = storage;
    this.#object = object;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#bytes(start, end), { objectMode: false });
  }

  async *#bytes(start: number, end: number): AsyncGenerator<Buffer> {
    if (end > start) yield* await this.#storage.read(this.#object.key, { start, end: end - 1 });
  }
}

/** A ZIP that cannot be read is an error of its own; a storage that is unavailable stays what it is. */
function asDamaged(error: unknown): unknown {
  if (error instanceof AppError) return error;
  return new AppError('not_found', 'El archivo guardado está dañado y no se puede leer', { cause: error });
}

async function* entriesOf(zip: yauzl.ZipFile): AsyncGenerator<{ entry: yauzl.Entry; filename: string }> {
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const filename = path.posix.basename(entry.fileName);
    if (entry.fileName.endsWith('/') || seen.has(filename)) continue;
    seen.add(filename);
    yield { entry, filename };
  }
}

/** The files of a stored ZIP. */
export class ZipEntries {
  readonly #storage: Storage;
  readonly #object: StoredObject;

  constructor(storage: Storage, object: StoredObject) {
    this.#storage = storage;
    this.#object = object;
  }

  /** @throws AppError 404 for a damaged ZIP */
  async list(): Promise<ZippedFile[]> {
    try {
      const files: ZippedFile[] = [];
      for await (const { entry, filename } of entriesOf(await this.#open()))
        files.push(this.#describe(entry, filename));
      return files;
    } catch (error) {
      throw asDamaged(error);
    }
  }

  /** The file of that name and its unpacked bytes; null when the ZIP has none. @throws AppError 404 for a damaged ZIP */
  async open(name: string): Promise<{ file: ZippedFile; read: () => Promise<Readable> } | null> {
    try {
      const zip = await this.#open();
      for await (const { entry, filename } of entriesOf(zip)) {
        if (filename !== name) continue;
        return { file: this.#describe(entry, filename), read: () => zip.openReadStreamPromise(entry) };
      }
      return null;
    } catch (error) {
      throw asDamaged(error);
    }
  }

  #describe({ uncompressedSize, crc32 }: yauzl.Entry, filename: string): ZippedFile {
    const etag = `${this.#object.etag.slice(0, -1)}-${crc32.toString(16)}"`;
    return { filename, size: uncompressedSize, etag };
  }

  async #open(): Promise<yauzl.ZipFile> {
    const reader = new StoredZipReader(this.#storage, this.#object);
    return await yauzl.fromRandomAccessReaderPromise(reader, this.#object.size, {
      lazyEntries: true,
      autoClose: false,
    });
  }
}
