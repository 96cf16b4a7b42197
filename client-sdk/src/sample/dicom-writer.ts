import { concatenate, encodeElements, encodeItem, type Element, type Encoding } from './dicom-elements.ts';

export type { Element, Encoding } from './dicom-elements.ts';

export type Triple = readonly [number, number, number];

/** One CT slice for a DICOM file. Fields with a default are optional. */
export interface CtSlice {
  rows: number;
  columns: number;
  /** Stored values, row by row; the array type decides on 8 or 16 bits, signed or unsigned. */
  pixels: Int16Array | Uint16Array | Uint8Array | Int8Array;
  /** Centre of the first pixel, LPS mm. */
  position: Triple;
  /** Unit vectors to the next column and to the next row. */
  rowDirection?: Triple;
  columnDirection?: Triple;
  /** Between columns (x) and between rows (y), mm. */
  spacing: { x: number; y: number };
  /** mm */
  thickness?: number;
  /** HU = slope * stored + intercept. */
  slope?: number;
  intercept?: number;
  bitsStored?: number;
  /** Stored value that means "no measurement here". */
  padding?: number;
  seriesUid: string;
  studyUid?: string;
  seriesNumber?: number;
  seriesDescription?: string;
  instanceNumber?: number;
  modality?: string;
  imageType?: string;
  photometric?: string;
  /** Further elements; of two elements with one tag the later counts. */
  extra?: Element[];
}

export interface FileForm {
  encoding?: Encoding;
  /** With the 128-byte preamble and "DICM". */
  preamble?: boolean;
  /** With file meta information (group 0002). */
  meta?: boolean;
  /** A compressed frame and its transfer syntax, instead of the slice's pixels. */
  compressed?: { transferSyntax: string; frame: Uint8Array };
}

const CT_IMAGE_STORAGE = '1.2.840.10008.5.1.4.1.1.2';
/** Made from a UUID (PS3.5 B.2): the implementation that wrote the file. */
const IMPLEMENTATION_UID = '2.25.211632914907123370562319872340715520483';

const TRANSFER_SYNTAX: Record<Encoding, string> = {
  'explicit-little': '1.2.840.10008.1.2.1',
  'implicit-little': '1.2.840.10008.1.2',
  'explicit-big': '1.2.840.10008.1.2.2',
};

/** Writes a slice as a DICOM file (Part 10; explicit VR little-endian by default). */
export function encodeCtSlice(slice: CtSlice, form: FileForm = {}): Uint8Array {
  const instanceUid = `${slice.seriesUid}.${slice.instanceNumber ?? 1}`;
  return encodeFile(sliceElements(slice, instanceUid, form), instanceUid, form);
}

/** Adds preamble and meta information to a data set. */
export function encodeFile(elements: Element[], instanceUid: string, form: FileForm = {}): Uint8Array {
  const encoding = form.encoding ?? 'explicit-little';
  const dataset = encodeElements(elements, encoding);
  const meta = form.meta === false ? new Uint8Array(0) : encodeMeta(instanceUid, form);
  if (form.preamble === false) return concatenate([meta, dataset]);
  const preamble = new Uint8Array(132);
  preamble.set([0x44, 0x49, 0x43, 0x4d], 128);
  return concatenate([preamble, meta, dataset]);
}

function encodeMeta(instanceUid: string, form: FileForm): Uint8Array {
  const transferSyntax = form.compressed?.transferSyntax ?? TRANSFER_SYNTAX[form.encoding ?? 'explicit-little'];
  const content = encodeElements(
    [
      { tag: 0x00020001, vr: 'OB', value: Uint8Array.of(0, 1) },
      { tag: 0x00020002, vr: 'UI', value: CT_IMAGE_STORAGE },
      { tag: 0x00020003, vr: 'UI', value: instanceUid },
      { tag: 0x00020010, vr: 'UI', value: transferSyntax },
      { tag: 0x00020012, vr: 'UI', value: IMPLEMENTATION_UID },
    ],
    'explicit-little',
  );
  const length = encodeElements([{ tag: 0x00020000, vr: 'UL', value: content.length }], 'explicit-little');
  return concatenate([length, content]);
}

function sliceElements(slice: CtSlice, instanceUid: string, form: FileForm): Element[] {
  const signed = slice.pixels instanceof Int16Array || slice.pixels instanceof Int8Array;
  const bitsAllocated = 8 * slice.pixels.BYTES_PER_ELEMENT;
  const bitsStored = slice.bitsStored ?? bitsAllocated;
  const [row, column] = [slice.rowDirection ?? [1, 0, 0], slice.columnDirection ?? [0, 1, 0]];
  const elements: Element[] = [
    { tag: 0x00080008, vr: 'CS', value: slice.imageType ?? 'ORIGINAL\\PRIMARY\\AXIAL' },
    { tag: 0x00080016, vr: 'UI', value: CT_IMAGE_STORAGE },
    { tag: 0x00080018, vr: 'UI', value: instanceUid },
    { tag: 0x00080020, vr: 'DA', value: '20260101' },
    { tag: 0x00080060, vr: 'CS', value: slice.modality ?? 'CT' },
    { tag: 0x00080070, vr: 'LO', value: 'SOM3D PHANTOM' },
    { tag: 0x0008103e, vr: 'LO', value: slice.seriesDescription ?? 'PHANTOM' },
    { tag: 0x00100010, vr: 'PN', value: 'PHANTOM^SOM3D' },
    { tag: 0x00100020, vr: 'LO', value: 'PHANTOM' },
    { tag: 0x00180050, vr: 'DS', value: decimal(slice.thickness ?? 1) },
    { tag: 0x0020000d, vr: 'UI', value: slice.studyUid ?? `${slice.seriesUid}.0` },
    { tag: 0x0020000e, vr: 'UI', value: slice.seriesUid },
    { tag: 0x00200011, vr: 'IS', value: String(slice.seriesNumber ?? 1) },
    { tag: 0x00200013, vr: 'IS', value: String(slice.instanceNumber ?? 1) },
    { tag: 0x00200032, vr: 'DS', value: slice.position.map(decimal).join('\\') },
    { tag: 0x00200037, vr: 'DS', value: [...row, ...column].map(decimal).join('\\') },
    { tag: 0x00280002, vr: 'US', value: 1 },
    { tag: 0x00280004, vr: 'CS', value: slice.photometric ?? 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: slice.rows },
    { tag: 0x00280011, vr: 'US', value: slice.columns },
    { tag: 0x00280030, vr: 'DS', value: `${decimal(slice.spacing.y)}\\${decimal(slice.spacing.x)}` },
    { tag: 0x00280100, vr: 'US', value: bitsAllocated },
    { tag: 0x00280101, vr: 'US', value: bitsStored },
    { tag: 0x00280102, vr: 'US', value: bitsStored - 1 },
    { tag: 0x00280103, vr: 'US', value: signed ? 1 : 0 },
    { tag: 0x00281052, vr: 'DS', value: decimal(slice.intercept ?? 0) },
    { tag: 0x00281053, vr: 'DS', value: decimal(slice.slope ?? 1) },
    pixelElement(slice, form),
  ];
  if (slice.padding !== undefined) elements.push({ tag: 0x00280120, vr: signed ? 'SS' : 'US', value: slice.padding });
  const byTag = new Map([...elements, ...(slice.extra ?? [])].map((element) => [element.tag, element]));
  return [...byTag.values()];
}

function pixelElement({ pixels }: CtSlice, form: FileForm): Element {
  const tag = 0x7fe00010;
  if (form.compressed !== undefined) {
    const end = Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0);
    const fragments = [encodeItem(new Uint8Array(0), true), encodeItem(form.compressed.frame, true), end];
    return { tag, vr: 'OB', value: concatenate(fragments), undefinedLength: true };
  }
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength).slice();
  if (form.encoding === 'explicit-big' && pixels.BYTES_PER_ELEMENT === 2) swapPairs(bytes);
  return { tag, vr: pixels.BYTES_PER_ELEMENT === 2 ? 'OW' : 'OB', value: bytes };
}

function swapPairs(bytes: Uint8Array): void {
  for (let i = 0; i + 1 < bytes.length; i += 2) bytes.set([bytes[i + 1] ?? 0, bytes[i] ?? 0], i);
}

/** A decimal string has at most 16 characters. */
function decimal(value: number): string {
  const plain = String(value);
  if (plain.length <= 16) return plain;
  return String(Number(value.toPrecision(10))).slice(0, 16);
}
