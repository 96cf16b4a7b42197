import { pack, type Member } from './archive.ts';
import { deidentify } from './deidentify.ts';
import { isDicom, readHeader } from './dicom-header.ts';
import { groupIntoSeries, type Series, type Slice } from './series.ts';
import { readPicture, type SlicePicture } from './slice-picture.ts';
import { openSources, type DroppedFile, type SourceFile } from './source-files.ts';

/** Why a file stays behind. */
export type LeftOutReason = 'not-dicom' | 'no-image' | 'encrypted' | 'damaged';

/** What a person sees of a folder before it is sent. */
export interface ScanContents {
  /** The one that the service would take comes first. */
  readonly series: readonly Series[];
  readonly leftOut: readonly { readonly path: string; readonly reason: LeftOutReason }[];
  /** Several people in one folder: one series has to be chosen. */
  readonly patients: number;
}

/** A file that cannot be made anonymous stays on this machine. */
export class NotAnonymousError extends Error {
  override readonly name = 'NotAnonymousError';
}

/** Most headers end here; a long one is read again. */
const HEAD_BYTES = 64 * 1024;
const LONG_HEAD_BYTES = 4 * 1024 * 1024;

type Sniffed = Slice['header'] | LeftOutReason;

async function sniff(source: SourceFile): Promise<Sniffed> {
  if (source.encrypted) return 'encrypted';
  const head = await source.head(HEAD_BYTES);
  if (!isDicom(head)) return 'not-dicom';
  let header = readHeader(head);
  if (header === undefined && source.size > HEAD_BYTES) header = readHeader(await source.head(LONG_HEAD_BYTES));
  if (header === null) return 'no-image';
  return header?.seriesUid ? header : 'damaged';
}

/** The files that a person dropped, and what is in them. One lives in the worker at a time. */
export class Scan {
  readonly #dropped: readonly DroppedFile[];
  #sources: readonly SourceFile[] = [];
  #contents: ScanContents = { series: [], leftOut: [], patients: 0 };

  constructor(dropped: readonly DroppedFile[]) {
    this.#dropped = dropped;
  }

  /**
   * Reads the header of each file.
   *
   * @param onFile called with how many are read, and how many there are
   * @throws for a ZIP that cannot be opened
   */
  async read(onFile: (done: number, total: number) => void): Promise<ScanContents> {
    this.#sources = await openSources(this.#dropped);
    const slices: Slice[] = [];
    const leftOut: { path: string; reason: LeftOutReason }[] = [];
    for (const [file, source] of this.#sources.entries()) {
      const found = await sniff(source).catch((): Sniffed => 'damaged');
      if (typeof found === 'string') leftOut.push({ path: source.path, reason: found });
      else slices.push({ file, header: found });
      onFile(file + 1, this.#sources.length);
    }
    const patients = new Set(slices.map(({ header }) => header.patient)).size;
    this.#contents = { series: groupIntoSeries(slices), leftOut, patients };
    return this.#contents;
  }

  /** The slice in the middle of a series; undefined for a format that only the service decodes. */
  async middle(index: number): Promise<SlicePicture | undefined> {
    const { slices } = this.#seriesAt(index);
    const slice = slices[Math.floor(slices.length / 2)];
    const source = slice && this.#sources[slice.file];
    if (!source) return undefined;
    const { transferSyntax, frames } = slice.header;
    return readPicture(await source.bytes(), transferSyntax, Math.floor(frames / 2));
  }

  /**
   * The ZIP to send: the one that was dropped when all of it goes, else one with the series alone.
   *
   * @throws NotAnonymousError when a file cannot be made anonymous
   */
  async archive(index: number, anonymous: boolean, onFile: (done: number, total: number) => void): Promise<Blob> {
    const [only] = this.#dropped;
    const whole = this.#contents.series.length === 1 && this.#contents.leftOut.length === 0;
    if (!anonymous && whole && this.#dropped.length === 1 && only && this.#sources.length > 1) return only.file;
    const files = [...new Set(this.#seriesAt(index).slices.map(({ file }) => file))];
    const members = files.map((file, at): Member => ({
      // Names of files and folders can hold the patient's.
      name: `${String(at + 1).padStart(5, '0')}.dcm`,
      bytes: () => this.#memberBytes(file, anonymous),
    }));
    return await pack(members, (done) => onFile(done, members.length));
  }

  async #memberBytes(file: number, anonymous: boolean): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.#sources[file];
    if (!source) throw new RangeError(`no file ${file}`);
    const bytes = await source.bytes();
    if (!anonymous) return bytes;
    try {
      return deidentify(bytes);
    } catch (error) {
      throw new NotAnonymousError(source.path, { cause: error });
    }
  }

  #seriesAt(index: number): Series {
    const series = this.#contents.series[index];
    if (!series) throw new RangeError(`no series ${index}`);
    return series;
  }
}
