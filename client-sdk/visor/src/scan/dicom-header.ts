import dicomParser, { type ByteArray, type DataSet } from 'dicom-parser';

/** What the page shows and decides by, of one DICOM file. */
export interface DicomHeader {
  readonly seriesUid: string;
  readonly description: string;
  readonly number: string;
  readonly modality: string;
  readonly transferSyntax: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly instance: number;
  /** mm between rows and between columns. */
  readonly pixelSpacing: readonly [number, number] | undefined;
  /** mm, LPS, of the centre of the first pixel. */
  readonly position: readonly number[] | undefined;
  /** Direction cosines of a row and of a column. */
  readonly orientation: readonly number[] | undefined;
  /** mm */
  readonly sliceThickness: number | undefined;
  /** Compared only, to see whether several people are in one folder. */
  readonly patient: string;
  /** Some text about the patient lies in the pixels. */
  readonly burnedIn: boolean;
}

/** DICOM PS3.6. */
const TAG = {
  sopClass: 'x00080016',
  modality: 'x00080060',
  seriesDescription: 'x0008103e',
  patientName: 'x00100010',
  patientId: 'x00100020',
  sliceThickness: 'x00180050',
  seriesUid: 'x0020000e',
  seriesNumber: 'x00200011',
  instance: 'x00200013',
  position: 'x00200032',
  orientation: 'x00200037',
  frames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  pixelSpacing: 'x00280030',
  burnedIn: 'x00280301',
  transferSyntax: 'x00020010',
  pixels: 'x7fe00010',
} as const;

const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = '1.2.840.10008.1.2.1';
/** Media Storage Directory: a DICOMDIR. */
const DIRECTORY = '1.2.840.10008.1.3.10';
const PREAMBLE_BYTES = 132;

/** The transfer syntax of a file that begins with its data set, without preamble; undefined for what is no DICOM. */
function syntaxWithoutPreamble(bytes: Uint8Array): string | undefined {
  const [group = 0, high = 0] = bytes;
  if (group !== 8 || high !== 0 || bytes.length < 8) return undefined;
  return /^[A-Z]{2}$/.test(String.fromCharCode(bytes[4] ?? 0, bytes[5] ?? 0)) ? EXPLICIT : IMPLICIT;
}

export function isDicom(bytes: Uint8Array): boolean {
  const magic = String.fromCharCode(...bytes.subarray(PREAMBLE_BYTES - 4, PREAMBLE_BYTES));
  return magic === 'DICM' || syntaxWithoutPreamble(bytes) !== undefined;
}

/**
 * The data set up to the pixels. A part of a file is enough when it holds all that stands before the pixels.
 *
 * @throws for a file that ends earlier, and for one that is no DICOM
 */
export function parseDataSet(bytes: ByteArray, untilTag?: string): DataSet {
  const bare = syntaxWithoutPreamble(bytes);
  return dicomParser.parseDicom(bytes, { ...(untilTag && { untilTag }), ...(bare && { TransferSyntaxUID: bare }) });
}

function numbers(data: DataSet, tag: string, count: number): number[] | undefined {
  const values = Array.from({ length: count }, (_, at) => data.floatString(tag, at));
  return values.every((value): value is number => value !== undefined && Number.isFinite(value)) ? values : undefined;
}

function text(data: DataSet, tag: string): string {
  return data.string(tag)?.trim() ?? '';
}

/**
 * @param bytes the beginning of the file
 * @returns undefined when the pixels do not begin within `bytes`, `null` for a DICOM file without an image
 */
export function readHeader(bytes: Uint8Array): DicomHeader | null | undefined {
  let data: DataSet;
  try {
    data = parseDataSet(bytes, TAG.pixels);
  } catch {
    return undefined;
  }
  if (data.string(TAG.sopClass) === DIRECTORY) return null;
  if (!data.elements[TAG.pixels]) return undefined;
  const spacing = numbers(data, TAG.pixelSpacing, 2);
  return {
    seriesUid: text(data, TAG.seriesUid),
    description: text(data, TAG.seriesDescription),
    number: text(data, TAG.seriesNumber),
    modality: text(data, TAG.modality),
    transferSyntax: data.string(TAG.transferSyntax) ?? syntaxWithoutPreamble(bytes) ?? '',
    rows: data.uint16(TAG.rows) ?? 0,
    columns: data.uint16(TAG.columns) ?? 0,
    frames: data.intString(TAG.frames) ?? 1,
    instance: data.intString(TAG.instance) ?? 0,
    pixelSpacing: spacing && [spacing[0] ?? 0, spacing[1] ?? 0],
    position: numbers(data, TAG.position, 3),
    orientation: numbers(data, TAG.orientation, 6),
    sliceThickness: data.floatString(TAG.sliceThickness),
    patient: `${text(data, TAG.patientId)}\n${text(data, TAG.patientName)}`,
    burnedIn: text(data, TAG.burnedIn).toUpperCase() === 'YES',
  };
}
