import type { DataSet } from 'dicom-parser';
import { Decoder } from 'jpeg-lossless-decoder-js';
import dicomParser from 'dicom-parser';
import { parseDataSet } from './dicom-header.ts';

/** One slice in HU, row by row from the top left. */
export interface SlicePicture {
  readonly columns: number;
  readonly rows: number;
  readonly hounsfield: Float32Array<ArrayBuffer>;
  /** mm between columns and between rows; 1 and 1 where the file does not say. */
  readonly spacing: readonly [number, number];
}

const NATIVE = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2']);
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const JPEG_LOSSLESS = new Set(['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70']);
const PIXELS = 'x7fe00010';

/** The values of a frame, as little-endian bytes. */
function valuesOf(data: DataSet, transferSyntax: string, frame: number, bytesPerFrame: number): Uint8Array | undefined {
  const pixels = data.elements[PIXELS];
  if (!pixels) return undefined;
  if (NATIVE.has(transferSyntax)) {
    const start = pixels.dataOffset + frame * bytesPerFrame;
    const values = new Uint8Array(data.byteArray.slice(start, start + bytesPerFrame));
    if (transferSyntax !== BIG_ENDIAN) return values;
    for (let at = 0; at + 1 < values.length; at += 2) values.subarray(at, at + 2).reverse();
    return values;
  }
  if (!JPEG_LOSSLESS.has(transferSyntax) || !pixels.fragments) return undefined;
  // A single frame can be cut into several fragments; of several frames, each is one.
  const frames = data.intString('x00280008') ?? 1;
  const count = frames === 1 ? pixels.fragments.length : 1;
  const stream = dicomParser.readEncapsulatedPixelDataFromFragments(data, pixels, frame, count);
  const { buffer, byteOffset, byteLength } = new Uint8Array(stream);
  return new Uint8Array(new Decoder().decompress(buffer, byteOffset, byteLength));
}

/**
 * The picture of one frame, for a look before the upload. The service reads the file again by its own rules.
 *
 * @returns undefined for a format that only the service decodes
 */
export function readPicture(file: Uint8Array, transferSyntax: string, frame = 0): SlicePicture | undefined {
  const data = parseDataSet(file);
  const rows = data.uint16('x00280010') ?? 0;
  const columns = data.uint16('x00280011') ?? 0;
  const bits = data.uint16('x00280100') ?? 16;
  const stored = data.uint16('x00280101') ?? bits;
  if (bits !== 8 && bits !== 16) return undefined;
  const bytes = valuesOf(data, transferSyntax, frame, (rows * columns * bits) / 8);
  if (!bytes || bytes.length < (rows * columns * bits) / 8) return undefined;
  const raw = bits === 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, rows * columns);
  const signed = data.uint16('x00280103') === 1;
  const slope = data.floatString('x00281053') ?? 1;
  const intercept = data.floatString('x00281052') ?? 0;
  // Bits above the stored ones can hold an overlay.
  const unused = 32 - stored;
  const hounsfield = Float32Array.from({ length: rows * columns }, (_, at) => {
    const value = (raw[at] ?? 0) << unused;
    return (signed ? value >> unused : value >>> unused) * slope + intercept;
  });
  const spacing: [number, number] = [data.floatString('x00280030', 1) ?? 1, data.floatString('x00280030', 0) ?? 1];
  return { columns, rows, hounsfield, spacing };
}

/** A range of HU that a person sees as black to white. */
export interface Window {
  readonly center: number;
  readonly width: number;
}

/** Bone, as radiology sets it. */
export const BONE_WINDOW: Window = { center: 400, width: 1800 };

/**
 * The picture as RGBA bytes. What lies within `range` (HU, both ends included) is tinted: it becomes the model.
 *
 * @param tint red, green, blue
 */
export function paint(
  { hounsfield, columns, rows }: SlicePicture,
  { center, width }: Window,
  range: readonly [number, number],
  tint: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(columns * rows * 4);
  const low = center - width / 2;
  hounsfield.forEach((value, at) => {
    const grey = ((value - low) / width) * 255;
    const share = value >= range[0] && value <= range[1] ? 0.55 : 0;
    rgba[at * 4] = grey * (1 - share) + tint[0] * share;
    rgba[at * 4 + 1] = grey * (1 - share) + tint[1] * share;
    rgba[at * 4 + 2] = grey * (1 - share) + tint[2] * share;
    rgba[at * 4 + 3] = 255;
  });
  return rgba;
}
