import { open, type FileHandle } from 'node:fs/promises';
import { callbackify } from 'node:util';
import * as yauzl from 'yauzl';
import { ImagingError } from './errors.ts';
import { zipLimitsSchema, type ZipLimits } from './request.ts';

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

/** A ZIP that is not a local file. */
export interface ZipBytes {
  readonly size: number;
  /** The bytes from `position` on, fewer than `length` only at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

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
  const reader = new BytesReader(bytes);
  try {
    checkSignature(await reader.readAt(0, 4), bytes.size);
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
    const zip = await asZipError(yauzl.fromRandomAccessReaderPromise(reader, bytes.size, options));
    const entries = [...(await readDirectory(zip, limits)).keys()];
    checkTotals(entries, bytes.size, limits);
    return entries;
  } catch (error) {
    // Bytes that could not be fetched say nothing about the ZIP.
    throw reader.failure ? reader.failure.error : error;
  }
}

/** Reads a ZIP's directory from elsewhere, and remembers when that failed. */
class BytesReader extends yauzl.RandomAccessReader {
  readonly #bytes: ZipBytes;
  failure: { readonly error: unknown } | undefined;

  constructor(bytes: ZipBytes) {
    super();
    this.#bytes = bytes;
  }

  async readAt(position: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#bytes.read(position, length);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, bytesRead?: number) => void,
  ): void {
    callbackify(async () => {
      const bytes = await this.readAt(position, length);
      buffer.set(bytes, offset);
      return bytes.length;
    })(done);
  }
}

/** An open ZIP: its checked entries in the order of its directory, and their packed bytes. */
export class ZipSource {
  readonly path: string;
  readonly entries: readonly ZipEntry[];
  readonly #raw: Map<ZipEntry, yauzl.Entry>;
  readonly #zip: yauzl.ZipFile;
  readonly #file: FileHandle;

  private constructor(path: string, checked: Map<ZipEntry, yauzl.Entry>, zip: yauzl.ZipFile, file: FileHandle) {
    this.path = path;
    this.entries = [...checked.keys()];
    this.#raw = checked;
    this.#zip = zip;
    this.#file = file;
  }

  static async open(path: string, limits: ZipLimits): Promise<ZipSource> {
    const file = await open(path, 'r');
    let zip: yauzl.ZipFile | undefined;
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
      checkSignature(buffer.subarray(0, bytesRead), size);
      zip = await asZipError(yauzl.openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false }));
      const checked = await readDirectory(zip, limits);
      checkTotals([...checked.keys()], size, limits);
      return new ZipSource(path, checked, zip, file);
    } catch (error) {
      zip?.close();
      await file.close();
      throw error;
    }
  }

  /** Finds where an entry's packed bytes begin. */
  async locate(entry: ZipEntry): Promise<ZipExtent> {
    const raw = this.#raw.get(entry);
    if (raw === undefined) throw new Error('The entry belongs to another ZIP');
    const { fileDataStart } = await asZipError(this.#zip.readLocalFileHeaderPromise(raw, { minimal: true }));
    return { ...entry, dataStart: fileDataStart };
  }

  /** The first `length` packed bytes of an entry, or fewer where it is shorter. */
  async readPacked(extent: ZipExtent, length: number): Promise<Uint8Array> {
    const wanted = Math.min(length, extent.compressedSize);
    const bytes = new Uint8Array(wanted);
    const { bytesRead } = await this.#file.read(bytes, 0, wanted, extent.dataStart);
    if (bytesRead < wanted) throw truncated();
    return bytes;
  }

  async close(): Promise<void> {
    this.#zip.close();
    await this.#file.close();
  }
}

function truncated(cause?: unknown): ImagingError {
  return new ImagingError('ZIP_TRUNCATED', 'El ZIP está incompleto o dañado: vuelva a crearlo y a subirlo.', { cause });
}

function isFolder(name: string): boolean {
  return name.endsWith('/') || name.endsWith('\\');
}

/** Tells a file that never was a ZIP from one that is cut off. */
function checkSignature(head: Uint8Array, size: number): void {
  if (size === 0) throw new ImagingError('ZIP_EMPTY', 'El archivo está vacío (0 bytes).');
  const signature = head.length >= 4 ? new DataView(head.buffer, head.byteOffset).getUint32(0, true) : 0;
  // local file header, end of an empty archive, spanning marker
  if ([0x04034b50, 0x06054b50, 0x08074b50].includes(signature)) return;
  throw new ImagingError(
    'ZIP_NOT_A_ZIP',
    'El archivo no es un ZIP: comprima la carpeta del estudio en formato ZIP y súbala de nuevo.',
  );
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
    checkName(name);
    if (isFolder(name)) continue;
    if (names.has(name))
      throw new ImagingError('ZIP_DUPLICATE_NAMES', 'El ZIP contiene dos archivos con el mismo nombre.');
    names.add(name);
    checked.set(checkEntry(name, next.value, limits), next.value);
  }
  return checked;
}

function checkName(name: string): void {
  const path = name.replaceAll('\\', '/');
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
