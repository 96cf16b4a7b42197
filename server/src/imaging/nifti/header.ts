import { cross, dot, type Vector } from '../volume.ts';
import { flipLpsRas, spacingOf, voxelVolume, type Affine } from './affine.ts';
import { quaternionToAxes, toQuaternion } from './quaternion.ts';

/** A file that is not a NIfTI-1 image we can read. Its message is for the log of the process. */
export class NiftiError extends Error {}

/** Types of voxels by their NIfTI codes. */
const TYPES = [
  { code: 2, name: 'uint8', bytes: 1 },
  { code: 4, name: 'int16', bytes: 2 },
  { code: 8, name: 'int32', bytes: 4 },
  { code: 16, name: 'float32', bytes: 4 },
  { code: 64, name: 'float64', bytes: 8 },
  { code: 256, name: 'int8', bytes: 1 },
  { code: 512, name: 'uint16', bytes: 2 },
] as const;
export type NiftiType = (typeof TYPES)[number]['name'];

export interface NiftiHeader {
  nx: number;
  ny: number;
  nz: number;
  type: NiftiType;
  /** LPS, mm. */
  affine: Affine;
  /** Stored value v means v * slope + intercept. */
  slope: number;
  intercept: number;
}

/** A header as it is in a file. */
export interface FileHeader extends NiftiHeader {
  littleEndian: boolean;
  /** Where the voxels begin, bytes. */
  dataOffset: number;
}

/** Bytes of the NIfTI-1 header; four more say that there are no extensions. */
export const HEADER_BYTES = 348;
const DATA_OFFSET = 352;
/** Extensions (label names, history) may come before the voxels; this many bytes of them are enough for anybody. */
const MAX_DATA_OFFSET = 16 * 1024 ** 2;
const MAX_SIDE = 32_767;

/** Places of the fields in the header (nifti1.h). */
const AT = {
  dim: 40,
  datatype: 70,
  bitpix: 72,
  pixdim: 76,
  voxOffset: 108,
  sclSlope: 112,
  sclInter: 116,
  xyztUnits: 123,
  qformCode: 252,
  sformCode: 254,
  quatern: 256,
  qoffset: 268,
  srow: 280,
  magic: 344,
} as const;

const UNIT_MM: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 0.001 };
const MILLIMETRES = 2;
/** Coordinates are those of the scanner. */
const SCANNER_ANATOMICAL = 1;

export function bytesOf(type: NiftiType): number {
  return TYPES.find(({ name }) => name === type)!.bytes;
}

/**
 * Reads and checks the first 348 bytes of a NIfTI-1 file (single-file form, `n+1`).
 * @throws NiftiError naming what is wrong
 */
export function parseHeader(bytes: Uint8Array): FileHeader {
  if (bytes.length < HEADER_BYTES) throw new NiftiError('the header is truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const littleEndian = view.getInt32(0, true) === HEADER_BYTES;
  if (!littleEndian && view.getInt32(0, false) !== HEADER_BYTES) throw new NiftiError('not a NIfTI-1 header');
  const magic = String.fromCharCode(...bytes.subarray(AT.magic, AT.magic + 4));
  if (magic !== 'n+1\0') throw new NiftiError('not a single-file NIfTI-1 image');
  const [nx, ny, nz] = readSize(view, littleEndian);
  const type = readType(view, littleEndian);
  const dataOffset = view.getFloat32(AT.voxOffset, littleEndian);
  if (!Number.isInteger(dataOffset) || dataOffset < DATA_OFFSET || dataOffset > MAX_DATA_OFFSET)
    throw new NiftiError('the place of the voxels makes no sense');
  const slope = view.getFloat32(AT.sclSlope, littleEndian);
  const intercept = view.getFloat32(AT.sclInter, littleEndian);
  // A slope of zero says that values are as stored.
  const scaled = slope !== 0 && Number.isFinite(slope) && Number.isFinite(intercept);
  const affine = readAffine(view, littleEndian);
  return {
    nx,
    ny,
    nz,
    type,
    affine,
    slope: scaled ? slope : 1,
    intercept: scaled ? intercept : 0,
    littleEndian,
    dataOffset,
  };
}

function readSize(view: DataView, little: boolean): Vector {
  const axes = view.getInt16(AT.dim, little);
  if (axes < 1 || axes > 7) throw new NiftiError('the number of dimensions makes no sense');
  const sizes = Array.from({ length: 7 }, (_, axis) =>
    axis < axes ? view.getInt16(AT.dim + 2 * (axis + 1), little) : 1,
  );
  if (sizes.some((size) => size < 1)) throw new NiftiError('a dimension is not positive');
  if (sizes.slice(3).some((size) => size !== 1)) throw new NiftiError('more than three dimensions');
  return [sizes[0]!, sizes[1]!, sizes[2]!];
}

function readType(view: DataView, little: boolean): NiftiType {
  const code = view.getInt16(AT.datatype, little);
  const type = TYPES.find((candidate) => candidate.code === code);
  if (type === undefined) throw new NiftiError(`voxels of type ${code} are not supported`);
  if (view.getInt16(AT.bitpix, little) !== 8 * type.bytes)
    throw new NiftiError('the size of voxels contradicts itself');
  return type.name;
}

/** The sform where there is one, else the qform, else the spacing alone (methods 3, 2 and 1 of nifti1.h). */
function readAffine(view: DataView, little: boolean): Affine {
  const float = (at: number): number => view.getFloat32(at, little);
  const mm = UNIT_MM[view.getUint8(AT.xyztUnits) & 7];
  if (mm === undefined) throw new NiftiError('unknown unit of length');
  const spacing: Vector = [float(AT.pixdim + 4), float(AT.pixdim + 8), float(AT.pixdim + 12)];
  const ras = ((): Affine => {
    if (view.getInt16(AT.sformCode, little) > 0) {
      const column = (c: number): Vector => [0, 1, 2].map((row) => float(AT.srow + 16 * row + 4 * c)) as Vector;
      return { columnStep: column(0), rowStep: column(1), sliceStep: column(2), origin: column(3) };
    }
    const rotated = view.getInt16(AT.qformCode, little) > 0;
    const [b, c, d] = rotated ? [0, 4, 8].map((offset) => float(AT.quatern + offset)) : [0, 0, 0];
    const axes = quaternionToAxes([b!, c!, d!]);
    const handed = rotated && float(AT.pixdim) < 0 ? -1 : 1;
    const steps = axes.map((axis, i) => axis.map((value) => value * spacing[i]! * (i === 2 ? handed : 1)) as Vector);
    const origin = (rotated ? [0, 4, 8].map((offset) => float(AT.qoffset + offset)) : [0, 0, 0]) as Vector;
    return { columnStep: steps[0]!, rowStep: steps[1]!, sliceStep: steps[2]!, origin };
  })();
  const toLps = (vector: Vector): Vector => flipLpsRas(vector.map((value) => value * mm) as Vector);
  const affine: Affine = {
    columnStep: toLps(ras.columnStep),
    rowStep: toLps(ras.rowStep),
    sliceStep: toLps(ras.sliceStep),
    origin: toLps(ras.origin),
  };
  const volume = voxelVolume(affine);
  if (!Number.isFinite(volume) || volume < 1e-9 || !affine.origin.every(Number.isFinite))
    throw new NiftiError('the orientation makes no sense');
  return affine;
}

/**
 * The header of a little-endian file with the voxels right behind it: sform and qform alike, since readers differ
 * in which one they believe. Holds nothing of the patient.
 */
export function encodeHeader(header: NiftiHeader): Uint8Array {
  const { nx, ny, nz, affine } = header;
  if (Math.max(nx, ny, nz) > MAX_SIDE) throw new NiftiError('too many voxels along one axis');
  const bytes = new Uint8Array(DATA_OFFSET);
  const view = new DataView(bytes.buffer);
  const type = TYPES.find(({ name }) => name === header.type)!;
  view.setInt32(0, HEADER_BYTES, true);
  [3, nx, ny, nz, 1, 1, 1, 1].forEach((size, i) => view.setInt16(AT.dim + 2 * i, size, true));
  view.setInt16(AT.datatype, type.code, true);
  view.setInt16(AT.bitpix, 8 * type.bytes, true);
  view.setFloat32(AT.voxOffset, DATA_OFFSET, true);
  view.setFloat32(AT.sclSlope, header.slope, true);
  view.setFloat32(AT.sclInter, header.intercept, true);
  view.setUint8(AT.xyztUnits, MILLIMETRES);
  view.setInt16(AT.sformCode, SCANNER_ANATOMICAL, true);
  const columns = [affine.columnStep, affine.rowStep, affine.sliceStep, affine.origin].map(flipLpsRas);
  columns.forEach((column, c) =>
    column.forEach((value, row) => view.setFloat32(AT.srow + 16 * row + 4 * c, value, true)),
  );
  encodeQform(view, columns as [Vector, Vector, Vector, Vector], spacingOf(affine));
  for (let i = 0; i < 4; i++) bytes[AT.magic + i] = 'n+1\0'.charCodeAt(i);
  return bytes;
}

/** `columns` in RAS. Meaningful for orthogonal axes, which is all that we write. */
function encodeQform(view: DataView, [x, y, z, origin]: [Vector, Vector, Vector, Vector], spacing: Vector): void {
  const handed = dot(cross(x, y), z) < 0 ? -1 : 1;
  const quaternion = toQuaternion([unitOf(x, spacing[0]), unitOf(y, spacing[1]), unitOf(z, handed * spacing[2])]);
  view.setInt16(AT.qformCode, SCANNER_ANATOMICAL, true);
  view.setFloat32(AT.pixdim, handed, true);
  spacing.forEach((value, i) => view.setFloat32(AT.pixdim + 4 * (i + 1), value, true));
  quaternion.forEach((value, i) => view.setFloat32(AT.quatern + 4 * i, value, true));
  origin.forEach((value, i) => view.setFloat32(AT.qoffset + 4 * i, value, true));
}

function unitOf(vector: Vector, length: number): Vector {
  return vector.map((value) => value / length) as Vector;
}
