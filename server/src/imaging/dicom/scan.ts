import { ImagingError } from '../errors.ts';
import { inflateBeginning } from '../inflate.ts';
import type { ZipEntry, ZipSource } from '../zip.ts';
import { MAX_HEADER_BYTES, readHeader, type HeaderResult, type SkippedImage } from './header.ts';
import type { SliceSource } from './series.ts';
import { reasonOf, type SkipReason } from './skipped.ts';

/** What a ZIP contains, by the headers of its files. */
export interface ScanResult {
  slices: SliceSource[];
  skipped: Map<SkipReason, number>;
  /** What is known of images that are no slices: to be able to say what was found instead, and what a series lacks. */
  skippedImages: (SkippedImage & { reason: SkipReason })[];
}

/** Packed bytes to try, until the header is complete: most need only the first. */
const PEEK_BYTES = [4096, 16_384, 262_144, MAX_HEADER_BYTES];
/** Frames in one ZIP: what is kept and compared of each must stay in bounds. */
const MAX_SLICES = 50_000;

/** Reads the header of every file, unpacking no more of it than that takes. */
export async function scanZip(zip: ZipSource, progress: (fraction: number) => void): Promise<ScanResult> {
  const result: ScanResult = { slices: [], skipped: new Map(), skippedImages: [] };
  for (const [index, entry] of zip.entries.entries()) {
    await scanEntry(zip, entry, result);
    progress((index + 1) / zip.entries.length);
  }
  return result;
}

async function scanEntry(zip: ZipSource, entry: ZipEntry, result: ScanResult): Promise<void> {
  const skip = (reason: SkipReason): void => void result.skipped.set(reason, (result.skipped.get(reason) ?? 0) + 1);
  if (isSystemFile(entry.name)) return skip('system');
  if (entry.size === 0) return skip('empty');
  const extent = await zip.locate(entry);
  for (const peek of PEEK_BYTES) {
    const packed = await zip.readPacked(extent, peek);
    const bytes = entry.method === 'stored' ? packed : await inflateBeginning(packed, MAX_HEADER_BYTES);
    const header: HeaderResult = await readHeader(bytes, bytes.length >= entry.size);
    if (header.kind === 'incomplete') continue;
    if (header.kind === 'skip') {
      if (header.image !== null) result.skippedImages.push({ ...header.image, reason: header.reason });
      return skip(header.reason === 'notDicom' ? reasonOf(bytes) : header.reason);
    }
    for (const frame of header.header.frames) result.slices.push({ extent, header: header.header, frame });
    if (result.slices.length > MAX_SLICES) throw tooManySlices();
    return;
  }
  skip('damaged');
}

function tooManySlices(): ImagingError {
  return new ImagingError(
    'VOLUME_TOO_LARGE',
    `El ZIP contiene demasiadas imágenes: el máximo es ${MAX_SLICES}. Envíe solo el estudio que quiere convertir.`,
  );
}

function isSystemFile(name: string): boolean {
  const parts = name.split(/[/\\]/);
  return parts.includes('__MACOSX') || /^(\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(parts.at(-1) ?? '');
}
