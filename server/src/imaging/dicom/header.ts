import dicomParser, { type DataSet } from 'dicom-parser';
import { dot, type Vector } from '../volume.ts';
import { datasetBytes, locateDataset, type DatasetLocation } from './file-format.ts';
import { DEFLATED_LITTLE, EXPLICIT_LITTLE, isEncapsulated } from './transfer-syntax.ts';

/** What is needed of one image file. Nothing of the patient module is ever read. */
export interface ImageHeader {
  location: DatasetLocation;
  seriesUid: string;
  seriesNumber: number | null;
  seriesDescription: string;
  modality: string;
  derived: boolean;
  instanceNumber: number;
  acquisitionNumber: number;
  rows: number;
  columns: number;
  /** 8 or 16 in what can be read; others are refused later. */
  bitsAllocated: number;
  bitsStored: number;
  highBit: number;
  signed: boolean;
  /** Stored values from `low` to `high` mean "no measurement". */
  padding: { low: number; high: number } | null;
  /** Offset of the pixel data in the data set, and its length; undefined length where encapsulated. */
  pixelOffset: number;
  pixelLength: number;
  frames: FrameHeader[];
}

/** One slice: its place and its scale from stored values to HU. */
export interface FrameHeader {
  index: number;
  /** Centre of the first pixel, LPS mm. */
  position: Vector;
  /** Unit vectors along a row (to the next column) and along a column (to the next row). */
  rowDirection: Vector;
  columnDirection: Vector;
  /** Between columns (x) and between rows (y), mm. */
  spacing: { x: number; y: number };
  thickness: number | null;
  slope: number;
  intercept: number;
}

export type HeaderResult =
  | { kind: 'image'; header: ImageHeader }
  | { kind: 'skip'; reason: SkipReason; modality: string }
  /** The bytes end before the pixels begin. */
  | { kind: 'incomplete' };

export type SkipReason = keyof typeof SKIP_REASONS;

/** Why a file of the ZIP is no slice, in words for the job's log. */
export const SKIP_REASONS = {
  system: 'archivos del sistema (__MACOSX y similares)',
  empty: 'archivos vacíos',
  nestedZip: 'archivos ZIP dentro del ZIP',
  notDicom: 'archivos que no son DICOM',
  damaged: 'archivos DICOM dañados',
  directory: 'índices DICOMDIR',
  noImage: 'objetos DICOM sin imagen',
  localizer: 'localizadores',
  colour: 'capturas de pantalla o imágenes en color',
  noPosition: 'imágenes sin posición en el espacio',
} as const;

/** What comes before the pixels. Enhanced objects of thousands of frames have a few MB. */
export const MAX_HEADER_BYTES = 16 * 1024 ** 2;
/** Of what is read; descriptions may be long, but not this long. */
const MAX_VALUE_BYTES = 1024;
/** Frames of one object that can be slices of a scan. */
const MAX_FRAMES = 20_000;
/** No point, distance or scale of a scan is beyond these: larger numbers come from damage and would overflow. */
const MAX_POSITION_MM = 1e5;
const MAX_SPACING_MM = 1000;
const MAX_RESCALE = 1e6;
/** Rows and columns stand square on each other but for rounding; the normal has no length otherwise. */
const MAX_COSINE = 0.05;

const PIXEL_DATA = 'x7fe00010';
const DICOMDIR_CLASS = '1.2.840.10008.1.3.10';

/**
 * Reads the header of a file from its first bytes.
 * @param whole false where `file` is only the beginning
 */
export async function readHeader(file: Uint8Array, whole: boolean): Promise<HeaderResult> {
  const location = locateDataset(file);
  if (location === null) return whole || file.length > 65_536 ? skip('notDicom') : { kind: 'incomplete' };
  if (location.mediaStorageClass === DICOMDIR_CLASS) return skip('directory');
  const dataSet = parse(await datasetBytes(file, location, MAX_HEADER_BYTES), location.transferSyntax);
  if (dataSet === null) return whole ? skip('damaged') : { kind: 'incomplete' };
  const pixels = dataSet.elements[PIXEL_DATA];
  if (pixels === undefined && !whole) return { kind: 'incomplete' };
  const modality = text(dataSet, 'x00080060');
  if (pixels === undefined) return skip('noImage', modality);
  return readImage(dataSet, location, modality, { offset: pixels.dataOffset, length: pixels.length });
}

function skip(reason: SkipReason, modality = ''): HeaderResult {
  return { kind: 'skip', reason, modality };
}

function parse(dataset: Uint8Array, transferSyntax: string): DataSet | null {
  const explicit = isEncapsulated(transferSyntax) || transferSyntax === DEFLATED_LITTLE;
  try {
    return dicomParser.parseDicom(dataset, {
      TransferSyntaxUID: explicit ? EXPLICIT_LITTLE : transferSyntax,
      untilTag: PIXEL_DATA,
    });
  } catch {
    // The parser throws strings for anything malformed or cut off; the caller knows which of the two it is.
    return null;
  }
}

function readImage(
  dataSet: DataSet,
  location: DatasetLocation,
  modality: string,
  pixels: { offset: number; length: number },
): HeaderResult {
  const imageType = text(dataSet, 'x00080008').toUpperCase();
  if (imageType.includes('LOCALIZER')) return skip('localizer', modality);
  const samples = word(dataSet, 'x00280002') ?? 1;
  if (samples !== 1 || !text(dataSet, 'x00280004').startsWith('MONOCHROME')) return skip('colour', modality);
  const [rows, columns] = [word(dataSet, 'x00280010') ?? 0, word(dataSet, 'x00280011') ?? 0];
  if (rows === 0 || columns === 0) return skip('noImage', modality);
  const frames = readFrames(dataSet);
  if (frames === null) return skip('noPosition', modality);
  const bitsAllocated = word(dataSet, 'x00280100') ?? 16;
  const bitsStored = word(dataSet, 'x00280101') ?? bitsAllocated;
  const signed = word(dataSet, 'x00280103') === 1;
  return {
    kind: 'image',
    header: {
      location,
      seriesUid: text(dataSet, 'x0020000e'),
      seriesNumber: integer(dataSet, 'x00200011'),
      seriesDescription: text(dataSet, 'x0008103e'),
      modality,
      derived: imageType.startsWith('DERIVED'),
      instanceNumber: integer(dataSet, 'x00200013') ?? 0,
      acquisitionNumber: integer(dataSet, 'x00200012') ?? 0,
      rows,
      columns,
      bitsAllocated,
      bitsStored,
      highBit: word(dataSet, 'x00280102') ?? bitsStored - 1,
      signed,
      padding: readPadding(dataSet, signed),
      pixelOffset: pixels.offset,
      pixelLength: pixels.length,
      frames,
    },
  };
}

function readPadding(dataSet: DataSet, signed: boolean): ImageHeader['padding'] {
  const read = (tag: string): number | undefined => {
    const value = word(dataSet, tag);
    return signed && value !== undefined ? (value << 16) >> 16 : value;
  };
  const value = read('x00280120');
  if (value === undefined) return null;
  const limit = read('x00280121') ?? value;
  return { low: Math.min(value, limit), high: Math.max(value, limit) };
}

/** One frame from the data set itself, or each of an enhanced object from its functional groups. */
function readFrames(dataSet: DataSet): FrameHeader[] | null {
  const perFrame = dataSet.elements['x52009230']?.items;
  if (perFrame !== undefined && perFrame.length > MAX_FRAMES) return null;
  if (perFrame === undefined) {
    const frame = readFrame(0, [dataSet]);
    return frame === null ? null : [frame];
  }
  const shared = groupsOf(dataSet.elements['x52009229']?.items?.[0]?.dataSet);
  const frames: FrameHeader[] = [];
  for (const [index, item] of perFrame.entries()) {
    const frame = readFrame(index, [...groupsOf(item.dataSet), ...shared]);
    if (frame === null) return null;
    frames.push(frame);
  }
  return frames.length > 0 ? frames : null;
}

/** Functional groups: plane position, plane orientation, pixel measures, pixel value transformation. */
function groupsOf(functional: DataSet | undefined): DataSet[] {
  const tags = ['x00209113', 'x00209116', 'x00289110', 'x00289145'];
  return tags.flatMap((tag) => functional?.elements[tag]?.items?.[0]?.dataSet ?? []);
}

/** Reads a frame's attributes from the first of `sources` that has each. */
function readFrame(index: number, sources: DataSet[]): FrameHeader | null {
  const position = numbers(sources, 'x00200032', 3);
  const orientation = numbers(sources, 'x00200037', 6);
  const spacing = numbers(sources, 'x00280030', 2);
  if (position === null || orientation === null || spacing === null) return null;
  const [rx = 0, ry = 0, rz = 0, cx = 0, cy = 0, cz = 0] = orientation;
  const rowDirection = unit([rx, ry, rz]);
  const columnDirection = unit([cx, cy, cz]);
  const [betweenRows = 0, betweenColumns = 0] = spacing;
  if (rowDirection === null || columnDirection === null || !isSpacing(betweenRows) || !isSpacing(betweenColumns))
    return null;
  if (Math.abs(dot(rowDirection, columnDirection)) > MAX_COSINE) return null;
  if (position.some((coordinate) => Math.abs(coordinate) > MAX_POSITION_MM)) return null;
  return {
    index,
    position: [position[0] ?? 0, position[1] ?? 0, position[2] ?? 0],
    rowDirection,
    columnDirection,
    spacing: { x: betweenColumns, y: betweenRows },
    thickness: numbers(sources, 'x00180050', 1)?.[0] ?? null,
    slope: rescale(sources, 'x00281053', 1),
    intercept: rescale(sources, 'x00281052', 0),
  };
}

function isSpacing(mm: number): boolean {
  return mm > 0 && mm <= MAX_SPACING_MM;
}

function rescale(sources: DataSet[], tag: string, otherwise: number): number {
  const value = numbers(sources, tag, 1)?.[0] ?? otherwise;
  return Math.abs(value) <= MAX_RESCALE ? value : otherwise;
}

function unit(vector: Vector): Vector | null {
  const length = Math.hypot(...vector);
  return length > 0.5 && length < 2 ? [vector[0] / length, vector[1] / length, vector[2] / length] : null;
}

function numbers(sources: DataSet[], tag: string, count: number): number[] | null {
  const source = sources.find((candidate) => candidate.elements[tag] !== undefined);
  if (source === undefined) return null;
  const parts = text(source, tag).split('\\');
  const values = Array.from({ length: count }, (_, i) => Number.parseFloat(parts[i] ?? ''));
  return values.every(Number.isFinite) ? values : null;
}

function integer(dataSet: DataSet, tag: string): number | null {
  const value = Number.parseInt(text(dataSet, tag), 10);
  return Number.isSafeInteger(value) ? value : null;
}

/** An unsigned number of 16 bits in the byte order of the data set; of several the first. */
function word(dataSet: DataSet, tag: string): number | undefined {
  return valueBytes(dataSet, tag).length < 2 ? undefined : dataSet.uint16(tag);
}

/** Text in Latin-1 or, where it is valid, UTF-8; without control characters. */
function text(dataSet: DataSet, tag: string): string {
  return decodeText(valueBytes(dataSet, tag))
    .replace(/\p{Cc}/gu, '')
    .trim();
}

/** The bytes of a short value; the parser's own accessors throw where a value is cut off. */
function valueBytes(dataSet: DataSet, tag: string): Uint8Array {
  const element = dataSet.elements[tag];
  if (element === undefined || element.length > MAX_VALUE_BYTES) return new Uint8Array(0);
  return dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}
