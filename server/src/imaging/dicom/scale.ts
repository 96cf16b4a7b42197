import { readItems, type DataSet } from './elements.ts';
import { number, numbers, text } from './values.ts';

/** How stored values become measured ones: slope * value + intercept. */
export interface Scale {
  slope: number;
  intercept: number;
  /** What is measured: `HU`, another unit as DICOM names it, or empty where nothing says how to get to HU. */
  units: string;
  /** The image's table leads to the units, and not slope and intercept. */
  byTable: boolean;
}

/** A table from stored values to measured ones (PS3.3 C.11.1), left where it is: it may have 128 KB in each file. */
export interface ModalityLut {
  /** First stored value that is mapped; those below it are mapped as it is. */
  first: number;
  entries: number;
  bits: 8 | 16;
  /** Of the table in the data set, bytes. */
  offset: number;
  length: number;
}

export const HOUNSFIELD = 'HU';
/** No scale of a scan is beyond this: larger numbers come from damage and would overflow. */
const MAX_RESCALE = 1e6;
/** What stands for what a table cuts off. */
const CUT_OFF_HU = -200;
/** Maps of something else than attenuation (multi-energy CT, PS3.3 C.8.15.2.1), and how older writers name them. */
const NOT_HOUNSFIELD =
  /\b(?:EFF_ATOMIC_NUM|Z_?EFF|RHO_?Z?|ELECTRON_DENSITY|MAT_(?:SPECIFIC|FRACTIONAL|VALUE_BASED|MODIFIED)|\w*DENSITY|IODINE\w*|PERFUSION|CBF|CBV|MTT|TMAX|TTP)\b/i;

/**
 * The scale of a frame, from the first of `sources` that has each part: slope and intercept, else the table, else
 * nothing that leads to HU. A unit that is told counts more than what the image is called.
 */
export function readScale(sources: readonly DataSet[], imageType: string, lut: { type: string } | null): Scale {
  const slope = rescale(sources, 0x00281053);
  const intercept = rescale(sources, 0x00281052);
  const told = textOf(sources, 0x00281054).toUpperCase();
  const complete = slope !== null && slope !== 0 && intercept !== null;
  const otherwise = NOT_HOUNSFIELD.exec(imageType)?.[0].toUpperCase() ?? HOUNSFIELD;
  if (complete) return { slope, intercept, units: told || otherwise, byTable: false };
  if (lut !== null) return { slope: 1, intercept: 0, units: lut.type || otherwise, byTable: true };
  const units = told === HOUNSFIELD ? '' : told;
  return { slope: slope === null || slope === 0 ? 1 : slope, intercept: intercept ?? 0, units, byTable: false };
}

function rescale(sources: readonly DataSet[], tag: number): number | null {
  const source = sources.find(({ elements }) => elements.has(tag));
  const value = source === undefined ? null : number(source, tag);
  return value !== null && Math.abs(value) <= MAX_RESCALE ? value : null;
}

function textOf(sources: readonly DataSet[], tag: number): string {
  const source = sources.find(({ elements }) => elements.has(tag));
  return source === undefined ? '' : text(source, tag);
}

/** The Modality LUT of an image and what it leads to, or null. */
export function readModalityLut(dataSet: DataSet, signed: boolean): { lut: ModalityLut; type: string } | null {
  const [item] = readItems(dataSet, 0x00283000, 1);
  const [entries = 0, first = 0, bits = 0] = item === undefined ? [] : numbersOf(item, 0x00283002);
  const data = item?.elements.get(0x00283006);
  if (item === undefined || data === undefined || (bits !== 8 && (bits < 9 || bits > 16))) return null;
  const lut: ModalityLut = {
    first: signed ? (first << 16) >> 16 : first & 0xffff,
    // 0 stands for 65536, which 16 bits can not hold.
    entries: entries === 0 ? 65_536 : entries & 0xffff,
    bits: bits === 8 ? 8 : 16,
    offset: data.offset,
    length: data.length,
  };
  const complete = data.length <= 2 * 65_536 && data.length >= (lut.entries * lut.bits) / 8;
  return complete ? { lut, type: text(item, 0x00283004).toUpperCase() } : null;
}

/** A descriptor is of `US` or `SS`, as the writer likes; without representation it is of words too. */
function numbersOf(item: DataSet, tag: number): number[] {
  const element = item.elements.get(tag);
  if (element === undefined || !['US', 'SS', '', 'UN', 'OW'].includes(element.vr)) return numbers(item, tag);
  return Array.from({ length: Math.floor(Math.min(element.length, 6) / 2) }, (_, i) =>
    item.view.getUint16(element.offset + 2 * i, item.little),
  );
}

/**
 * The table's values, in order. Those of 16 bits are signed: no other way leads below 0 HU. What a table cuts off at its
 * lower end, since its writer took it for unsigned, lies somewhere below: halfway from fat to air.
 */
export function lutValues(dataset: Uint8Array, lut: ModalityLut, little: boolean): number[] {
  const view = new DataView(dataset.buffer, dataset.byteOffset, dataset.byteLength);
  const packed = lut.bits === 8 && lut.length < 2 * lut.entries;
  const values = Array.from({ length: lut.entries }, (_, i) =>
    packed ? view.getUint8(lut.offset + i) : view.getInt16(lut.offset + 2 * i, little),
  );
  const [floor = 0, next] = values;
  const cut = floor > CUT_OFF_HU && floor === next && values.every((value) => value >= floor);
  return cut ? values.map((value) => (value === floor ? CUT_OFF_HU : value)) : values;
}
