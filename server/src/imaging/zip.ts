import { open, type FileHandle } from 'node:fs/promises';
import * as yauzl from 'yauzl';
import { ImagingError } from './errors.ts';
import { zipLimitsSchema, type ZipLimits } from './request.ts';
import { findZip, truncated, type ZipBytes, type ZipRange } from './zip-range.ts';

export type { ZipBytes } from './zip-range.ts';

/** One file in a ZIP whose directory entry passed every check. The name is only ever looked at, never written to disk. */
export interface ZipEntry {
  name: string;
  method: 'stored' | 'deflated';
  compressedSize: number;
  /** Declared size, unpacked; what comes out must be exactly this. */
  size: number;
  crc32: number;
}

/** Where a file's packed bytes are: enough for another thread to read it. */
export interface ZipExtent extends ZipEntry {
  dataStart: number;
}

export interface ZipSummary {
  files: number;
  totalBytes: number;
  compressedBytes: number;
}

const RATIO_MATTERS_FROM_BYTES = 100 * 1024 ** 2;
const DEFLATE = 8;
const STORED = 0;
const UNIX_TYPE_MASK = 0o170000;
const UNIX_SYMLINK = 0o120000;

/**
 * Checks a ZIP by its directory alone, cheap enough to run before a job is queued.
 * @param source a local file, or what reads the ZIP from elsewhere; an error of its reading is thrown as it is
 * @throws ImagingError with a Spanish sentence for each way a ZIP can be bad.
 */
export async function inspectZip(source: string | ZipBytes, limits: Partial<ZipLimits> = {}): Promise<ZipSummary> {
  const bounds = zipLimitsSchema.parse(limits);
  const entries = await (typeof source === 'string' ? entriesOfFile(source, bounds) : entriesOf(source, bounds));
  const total = (pick: (entry: ZipEntry) => number): number => entries.reduce((sum, entry) => sum + pick(entry), 0);
  return {
    files: entries.length,
    totalBytes: total((e) => e.size),
    compressedBytes: total((e) => e.compressedSize),
  };
}

async function entriesOfFile(path: string, limits: ZipLimits): Promise<readonly ZipEntry[]> {
  const zip = await ZipSource.open(path, limits);
  await zip.close();
  return zip.entries;
}

async function entriesOf(bytes: ZipBytes, limits: ZipLimits): Promise<readonly ZipEntry[]> {
  const { checked } = await openDirectory(bytes, limits);
  return [...checked.keys()];
}

/** The checked directory of a ZIP, wherever in its file it is. */
interface Directory {
  zip: yauzl.ZipFile;
  range: ZipRange;
  checked: Map<ZipEntry, yauzl.Entry>;
}

async function openDirectory(bytes: ZipBytes, limits: ZipLimits): Promise<Directory> {
  const range = await findZip(bytes);
  const reader = new BytesReader(bytes, range);
  try {
    const size = range.end - range.start;
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
    const zip = await asZipError(yauzl.fromRandomAccessReaderPromise(reader, size, options));
    const checked = await readDirectory(zip, limits);
    checkTotals([...checked.keys()], size, limits);
    return { zip, range, checked };
  } catch (error) {
    // Bytes that could not be fetched say nothing about the ZIP.
    throw reader.failure ? reader.failure.error : error;
  }
}

/** Gives the ZIP's directory reader the part of a file that is the ZIP, and remembers when that failed. */
export class BytesReader extends yauzl.RandomAccessReader {
  readonly #bytes: ZipBytes;
  readonly #start: number;
  failure: { readonly error: unknown } | undefined;

  constructor(bytes: ZipBytes, { start }: Pick<ZipRange, 'start'>) {
    super();
    this.#bytes = bytes;
    this.#start = start;
  }

  async readAt(position: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#bytes.read(this.#start + position, length);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }

  /** `done` is called outside of the promise: what it throws is not this reading's. */
  async #readInto(
    buffer: Buffer,
    offset: number,
    { position, length }: { position: number; length: number },
    done: (error: Error | null, bytesRead?: number) => void,
  ): Promise<void> {
    try {
      const bytes = await this.readAt(position, length);
      buffer.set(bytes, offset);
      process.nextTick(done, null, bytes.length);
    } catch (error) {
      process.nextTick(done, error);
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, bytesRead?: number) => void,
  ): void {
    void this.#readInto(buffer, offset, { position, length }, done);
  }
}

/** An open ZIP: its checked entries in the order of its directory, and their packed bytes. */
export class ZipSource {
  readonly path: string;
  readonly entries: readonly ZipEntry[];
  readonly #directory: Directory;
  readonly #file: FileHandle;
  readonly #bytes: ZipBytes;

  private constructor(path: string, directory: Directory, file: FileHandle, bytes: ZipBytes) {
    this.path = path;
    this.#bytes = bytes;
    this.entries = [...directory.checked.keys()];
    this.#directory = directory;
    this.#file = file;
  }

  static async open(path: string, limits: ZipLimits): Promise<ZipSource> {
    const file = await open(path, 'r');
    try {
      const bytes = await bytesOf(file);
      return new ZipSource(path, await openDirectory(bytes, limits), file, bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Finds where an entry's packed bytes begin. */
  async locate(entry: ZipEntry): Promise<ZipExtent> {
    const { zip, range, checked } = this.#directory;
    const raw = checked.get(entry);
    if (raw === undefined) throw new Error('The entry belongs to another ZIP');
    const { fileDataStart } = await asZipError(zip.readLocalFileHeaderPromise(raw, { minimal: true }));
    return { ...entry, dataStart: range.start + fileDataStart };
  }

  /** The first `length` packed bytes of an entry, or fewer where it is shorter. */
  async readPacked(extent: ZipExtent, length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, extent.compressedSize);
    const bytes = await this.#bytes.read(extent.dataStart, wanted);
    if (bytes.length < wanted) throw truncated();
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** A directory is read entry by entry, and a file's header before the file: what comes next is read along. */
const WINDOW_BYTES = 16_384;

async function bytesOf(file: FileHandle): Promise<ZipBytes> {
  const { size } = await file.stat();
  let window = { start: 0, bytes: Buffer.alloc(0) };
  return {
    size,
    read: async (position, length) => {
      const { start, bytes } = window;
      if (position >= start && position + length <= start + bytes.length)
        return bytes.subarray(position - start, position - start + length);
      const wanted = Math.max(length, WINDOW_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
      window = { start: position, bytes: buffer.subarray(0, bytesRead) };
      return window.bytes.subarray(0, length);
    },
  };
}

/** Names are of any encoding: in Shift-JIS, Big5 and GBK the second byte of a character may be that of a backslash. */
function plainPath(name: string): string {
  return name.replaceAll(/[\x81-\xfe]\\/g, '__').replaceAll('\\', '/');
}

/** What is not empty is a file, whatever its name ends in. */
function isFolder(path: string, size: number): boolean {
  return path.endsWith('/') && size === 0;
}

/** Turns the reader's complaints, which may quote names, into a sentence of ours. */
async function asZipError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ImagingError) throw error;
    if (error instanceof Error && error.message.includes('encryption')) throw encrypted();
    throw truncated(error);
  }
}

function encrypted(): ImagingError {
  return new ImagingError('ZIP_ENCRYPTED', 'El ZIP está protegido con contraseña: súbalo sin contraseña.');
}

async function readDirectory(zip: yauzl.ZipFile, limits: ZipLimits): Promise<Map<ZipEntry, yauzl.Entry>> {
  const tooMany = new ImagingError(
    'ZIP_TOO_MANY_ENTRIES',
    `El ZIP contiene demasiados archivos: el máximo es ${limits.entries}.`,
  );
  if (zip.entryCount > limits.entries) throw tooMany;
  const checked = new Map<ZipEntry, yauzl.Entry>();
  const names = new Set<string>();
  const iterator = zip.eachEntry()[Symbol.asyncIterator]();
  for (;;) {
    const next = await asZipError(iterator.next());
    if (next.done === true) break;
    if (checked.size >= limits.entries) throw tooMany;
    const name = next.value.fileNameRaw.toString('latin1');
    const path = plainPath(name);
    checkPath(path);
    if (isFolder(path, next.value.uncompressedSize)) continue;
    if (names.has(name))
      throw new ImagingError('ZIP_DUPLICATE_NAMES', 'El ZIP contiene dos archivos con el mismo nombre.');
    names.add(name);
    checked.set(checkEntry(name, next.value, limits), next.value);
  }
  return checked;
}

function checkPath(path: string): void {
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path))
    throw new ImagingError('ZIP_ABSOLUTE_PATH', 'El ZIP contiene rutas absolutas y no se puede abrir con seguridad.');
  if (path.split('/').includes('..'))
    throw new ImagingError('ZIP_UNSAFE_PATH', 'El ZIP contiene rutas que salen de su carpeta («../») y se rechaza.');
}

function checkEntry(name: string, entry: yauzl.Entry, limits: ZipLimits): ZipEntry {
  if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_SYMLINK)
    throw new ImagingError('ZIP_SYMLINK', 'El ZIP contiene enlaces simbólicos en lugar de archivos y se rechaza.');
  if (entry.isEncrypted()) throw encrypted();
  if (entry.compressionMethod !== DEFLATE && entry.compressionMethod !== STORED)
    throw new ImagingError(
      'ZIP_METHOD',
      'El ZIP usa un método de compresión que no se admite: créelo de nuevo con la compresión ZIP normal.',
    );
  if (entry.uncompressedSize > limits.entryBytes) throw tooLarge(limits.entryBytes, 'Un archivo del ZIP');
  return {
    name,
    method: entry.compressionMethod === DEFLATE ? 'deflated' : 'stored',
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    crc32: entry.crc32,
  };
}

function tooLarge(bytes: number, what: string): ImagingError {
  const megabytes = Math.round(bytes / 1024 ** 2);
  return new ImagingError('ZIP_TOO_LARGE', `${what} ocupa demasiado al descomprimirse: el máximo es ${megabytes} MB.`);
}

function checkTotals(entries: ZipEntry[], zipSize: number, limits: ZipLimits): void {
  if (entries.length === 0) throw new ImagingError('ZIP_EMPTY', 'El ZIP no contiene ningún archivo.');
  let [unpacked, packed] = [0, 0];
  for (const entry of entries) {
    unpacked += entry.size;
    packed += entry.compressedSize;
  }
  // More packed bytes than the file has means that entries share them: the trick of the densest bombs.
  const overlapping = packed > zipSize;
  const dense = unpacked > RATIO_MATTERS_FROM_BYTES && unpacked > limits.ratio * packed;
  if (overlapping || dense)
    throw new ImagingError('ZIP_BOMB', 'El ZIP se expande de forma anómala (posible «bomba ZIP») y se rechaza.');
  if (unpacked > limits.totalBytes) throw tooLarge(limits.totalBytes, 'El ZIP');
  if (entries.every((entry) => /\.zip$/i.test(entry.name)))
    throw new ImagingError('ZIP_NESTED', 'El ZIP contiene otros ZIP en lugar de imágenes: suba cada uno por separado.');
}
