import { PIXEL_DATA, readDataSet, UNDEFINED_LENGTH, UnreadableDataSet, ITEM, type DataSet } from './elements.ts';
import { datasetBytes, locateDataset, type DatasetLocation } from './file-format.ts';
import { readFrames, type FrameHeader } from './frames.ts';
import { dateOf, readPatient, type PatientKey } from './moment.ts';
import { readModalityLut, type ModalityLut } from './scale.ts';
import type { SkipReason } from './skipped.ts';
import { isCompressed } from './transfer-syntax.ts';
import { integer, number, text, word } from './values.ts';

export type { FrameHeader } from './frames.ts';

/** What is needed of one image file. Of the patient nothing is kept that could be read. */
export interface ImageHeader {
  location: DatasetLocation;
  patient: PatientKey;
  studyUid: string;
  /** YYYYMMDD, or empty. */
  studyDate: string;
  seriesUid: string;
  seriesNumber: number | null;
  seriesDescription: string;
  instanceUid: string;
  frameOfReference: string;
  modality: string;
  imageType: string;
  derived: boolean;
  /** Of the X-ray tube, kV. */
  kvp: number | null;
  instanceNumber: number;
  rows: number;
  columns: number;
  /** 8 or 16 in what can be read; others are refused later. */
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** Stored values from `low` to `high` mean "no measurement". */
  padding: { low: number; high: number } | null;
  lut: ModalityLut | null;
  /** Diameter of what was reconstructed, mm. */
  reconstructionDiameter: number | null;
  /** Whether the pixels are fragments of a compressed stream. */
  encapsulated: boolean;
  /** Offset of the pixel data in the data set, and its length; undefined length where encapsulated. */
  pixelOffset: number;
  pixelLength: number;
  /** `flat`: many frames and a place only for the first. */
  form: 'single' | 'enhanced' | 'flat';
  frames: FrameHeader[];
}

/** What a file that is no slice belongs to. */
export interface SkippedImage {
  modality: string;
  studyUid: string;
  seriesUid: string;
}

export type HeaderResult =
  | { kind: 'image'; header: ImageHeader }
  | { kind: 'skip'; reason: SkipReason; image: SkippedImage | null }
  /** The bytes end before the pixels begin. */
  | { kind: 'incomplete' };

/** What comes before the pixels. Enhanced objects of thousands of frames have a few MB. */
export const MAX_HEADER_BYTES = 16 * 1024 ** 2;

const DICOMDIR_CLASS = '1.2.840.10008.1.3.10';
/** Modalities of the objects whose class alone says what they are. */
const MODALITY_OF_CLASS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.2': 'CT',
  '1.2.840.10008.5.1.4.1.1.2.1': 'CT',
  '1.2.840.10008.5.1.4.1.1.2.2': 'CT',
  '1.2.840.10008.5.1.4.1.1.4': 'MR',
  '1.2.840.10008.5.1.4.1.1.4.1': 'MR',
  '1.2.840.10008.5.1.4.1.1.4.4': 'MR',
  '1.2.840.10008.5.1.4.1.1.1': 'CR',
  '1.2.840.10008.5.1.4.1.1.1.1': 'DX',
  '1.2.840.10008.5.1.4.1.1.6.1': 'US',
  '1.2.840.10008.5.1.4.1.1.12.1': 'XA',
  '1.2.840.10008.5.1.4.1.1.20': 'NM',
  '1.2.840.10008.5.1.4.1.1.128': 'PT',
};

/**
 * Reads the header of a file from its first bytes.
 * @param whole false where `file` is only the beginning
 */
export async function readHeader(file: Uint8Array, whole: boolean): Promise<HeaderResult> {
  const location = locateDataset(file);
  if (location === null) return whole || file.length > 65_536 ? skip('notDicom') : { kind: 'incomplete' };
  if (location.mediaStorageClass === DICOMDIR_CLASS) return skip('directory');
  const dataSet = parse(await datasetBytes(file, location, MAX_HEADER_BYTES), location);
  if (dataSet === null) return whole ? skip('damaged') : { kind: 'incomplete' };
  if (!dataSet.elements.has(PIXEL_DATA)) return whole ? skip('noImage', dataSet) : { kind: 'incomplete' };
  try {
    return readImage(dataSet, location);
  } catch (error) {
    if (error instanceof UnreadableDataSet || error instanceof RangeError) return skip('damaged', dataSet);
    throw error;
  }
}

function skip(reason: SkipReason, dataSet?: DataSet): HeaderResult {
  if (dataSet === undefined) return { kind: 'skip', reason, image: null };
  const [studyUid, seriesUid] = [text(dataSet, 0x0020000d), text(dataSet, 0x0020000e)];
  return { kind: 'skip', reason, image: { modality: modalityOf(dataSet, ''), studyUid, seriesUid } };
}

function parse(dataset: Uint8Array, { encoding }: DatasetLocation): DataSet | null {
  try {
    return readDataSet(dataset, encoding);
  } catch (error) {
    if (error instanceof UnreadableDataSet) return null;
    throw error;
  }
}

/** As the file says it; else as its class says. */
function modalityOf(dataSet: DataSet, mediaStorageClass: string): string {
  const told = text(dataSet, 0x00080060).toUpperCase();
  return told || (MODALITY_OF_CLASS[text(dataSet, 0x00080016) || mediaStorageClass] ?? '');
}

function readImage(dataSet: DataSet, location: DatasetLocation): HeaderResult {
  const imageType = text(dataSet, 0x00080008).toUpperCase();
  if (imageType.includes('LOCALIZER')) return skip('localizer', dataSet);
  const samples = word(dataSet, 0x00280002) ?? 1;
  const photometric = text(dataSet, 0x00280004).toUpperCase();
  if (samples !== 1 || !(photometric === '' || photometric.startsWith('MONOCHROME'))) return skip('colour', dataSet);
  const [rows, columns] = [word(dataSet, 0x00280010) ?? 0, word(dataSet, 0x00280011) ?? 0];
  if (rows === 0 || columns === 0) return skip('noImage', dataSet);
  const signed = word(dataSet, 0x00280103) === 1;
  const table = readModalityLut(dataSet, signed);
  const read = readFrames(dataSet, imageType, table);
  if (typeof read === 'string') return skip(read, dataSet);
  const bitsAllocated = word(dataSet, 0x00280100) ?? 16;
  const bitsStored = word(dataSet, 0x00280101) ?? bitsAllocated;
  const highBit = word(dataSet, 0x00280102) ?? bitsStored - 1;
  return {
    kind: 'image',
    header: {
      location,
      patient: readPatient(dataSet),
      studyUid: text(dataSet, 0x0020000d),
      studyDate: dateOf(text(dataSet, 0x00080020)) ?? '',
      seriesUid: text(dataSet, 0x0020000e),
      seriesNumber: integer(dataSet, 0x00200011),
      seriesDescription: text(dataSet, 0x0008103e),
      instanceUid: text(dataSet, 0x00080018),
      frameOfReference: text(dataSet, 0x00200052),
      modality: modalityOf(dataSet, location.mediaStorageClass),
      imageType,
      derived: imageType.startsWith('DERIVED'),
      kvp: number(dataSet, 0x00180060),
      instanceNumber: integer(dataSet, 0x00200013) ?? 0,
      rows,
      columns,
      bitsAllocated,
      bitsStored,
      // One that can not be is left out of account.
      highBit: highBit >= bitsAllocated || highBit + 1 < bitsStored ? bitsStored - 1 : highBit,
      signed,
      padding: readPadding(dataSet, signed),
      lut: read.frames.some(({ scale }) => scale.byTable) ? (table?.lut ?? null) : null,
      reconstructionDiameter: read.reconstructionDiameter,
      ...readPixels(dataSet, location),
      form: read.form,
      frames: read.frames,
    },
  };
}

function readPixels(
  { elements, bytes, view, little }: DataSet,
  { transferSyntax }: DatasetLocation,
): Pick<ImageHeader, 'encapsulated' | 'pixelOffset' | 'pixelLength'> {
  const { offset, length } = elements.get(PIXEL_DATA)!;
  // Fragments of a length that is told are not allowed, and are found.
  const firstTag =
    isCompressed(transferSyntax) && offset + 4 <= bytes.length
      ? view.getUint16(offset, little) * 0x10000 + view.getUint16(offset + 2, little)
      : 0;
  return { encapsulated: length === UNDEFINED_LENGTH || firstTag === ITEM, pixelOffset: offset, pixelLength: length };
}

function readPadding(dataSet: DataSet, signed: boolean): ImageHeader['padding'] {
  const read = (tag: number): number | undefined => {
    const value = word(dataSet, tag);
    return signed && value !== undefined ? (value << 16) >> 16 : value;
  };
  const value = read(0x00280120);
  if (value === undefined) return null;
  const limit = read(0x00280121) ?? value;
  return { low: Math.min(value, limit), high: Math.max(value, limit) };
}
