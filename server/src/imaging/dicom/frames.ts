import { dot, type Vector, cross } from '../volume.ts';
import { readItems, type DataSet } from './elements.ts';
import { readMoment, type Moment } from './moment.ts';
import { readScale, type Scale } from './scale.ts';
import type { SkipReason } from './skipped.ts';
import { integer, number, numbers, text } from './values.ts';

/** One slice: its place, its time, and its scale from stored values to HU. */
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
  /** Convolution kernel of the reconstruction. */
  kernel: string;
  scale: Scale;
  moment: Moment;
}

export interface Frames {
  form: 'single' | 'enhanced' | 'flat';
  frames: FrameHeader[];
  reconstructionDiameter: number | null;
}

type Missing = Extract<SkipReason, 'noPosition' | 'noOrientation' | 'noSpacing' | 'multiFrame'>;

/** Frames of one object that can be slices of a scan. */
const MAX_FRAMES = 20_000;
/** No point or distance of a scan is beyond these: larger numbers come from damage and would overflow. */
const MAX_POSITION_MM = 1e5;
const MAX_SPACING_MM = 1000;
/** Rows and columns stand square on each other but for rounding; the normal has no length otherwise. */
const MAX_COSINE = 0.05;

const PER_FRAME = 0x52009230;
const SHARED = 0x52009229;
/**
 * Functional groups: plane position and orientation, pixel measures, pixel value transformation, frame content, cardiac
 * and respiratory synchronization, temporal position, CT reconstruction.
 */
const GROUPS = [
  0x00209113, 0x00209116, 0x00289110, 0x00289145, 0x00209111, 0x00189118, 0x00209253, 0x00209310, 0x00189314,
];

/** The slices of an object, or what is missing to know where they are. */
export function readFrames(dataSet: DataSet, imageType: string, lut: { type: string } | null): Frames | Missing {
  const perFrame = readItems(dataSet, PER_FRAME, MAX_FRAMES + 1);
  if (perFrame.length > MAX_FRAMES) return 'multiFrame';
  const [sharedItem] = readItems(dataSet, SHARED, 1);
  const outer = [...(sharedItem === undefined ? [] : groupsOf(sharedItem)), dataSet];
  const diameter = outer.find(({ elements }) => elements.has(0x00181100));
  const reconstructionDiameter = diameter === undefined ? null : number(diameter, 0x00181100);
  if (perFrame.length === 0) {
    const first = readFrame(0, outer, imageType, lut);
    if (typeof first === 'string') return first;
    const count = integer(dataSet, 0x00280008) ?? 1;
    if (count <= 1) return { form: 'single', frames: [first], reconstructionDiameter };
    const frames = stacked(first, count, number(dataSet, 0x00180088));
    return frames === null ? 'multiFrame' : { form: 'flat', frames, reconstructionDiameter };
  }
  const frames: FrameHeader[] = [];
  for (const [index, item] of perFrame.entries()) {
    const frame = readFrame(index, [...groupsOf(item), ...outer], imageType, lut);
    if (typeof frame === 'string') return frame;
    frames.push(frame);
  }
  return { form: 'enhanced', frames, reconstructionDiameter };
}

function groupsOf(functional: DataSet): DataSet[] {
  return GROUPS.flatMap((tag) => readItems(functional, tag, 1));
}

/**
 * Frames that follow the first one along the normal, a spacing apart: what an object means that has no functional
 * groups. A negative spacing is against the normal. Null where no spacing is told.
 */
function stacked(first: FrameHeader, count: number, spacing: number | null): FrameHeader[] | null {
  if (spacing === null || count > MAX_FRAMES || !isSpacing(Math.abs(spacing))) return null;
  const normal = cross(first.rowDirection, first.columnDirection);
  const { position } = first;
  return Array.from({ length: count }, (_, index) => {
    const at = (axis: 0 | 1 | 2): number => position[axis] + index * spacing * normal[axis];
    return { ...first, index, position: [at(0), at(1), at(2)] };
  });
}

/** Reads a frame's attributes from the first of `sources` that has each. */
function readFrame(
  index: number,
  sources: readonly DataSet[],
  imageType: string,
  lut: { type: string } | null,
): FrameHeader | Missing {
  const spacing = known(sources, 0x00280030, 2);
  const orientation = known(sources, 0x00200037, 6);
  const position = known(sources, 0x00200032, 3);
  if (position === null || position.some((coordinate) => Math.abs(coordinate) > MAX_POSITION_MM)) return 'noPosition';
  const directions = directionsOf(orientation);
  if (directions === null) return 'noOrientation';
  const [betweenRows = 0, betweenColumns = 0] = spacing ?? [];
  if (!isSpacing(betweenRows) || !isSpacing(betweenColumns)) return 'noSpacing';
  const kernel = sources.find(({ elements }) => elements.has(0x00181210));
  return {
    index,
    position: [position[0] ?? 0, position[1] ?? 0, position[2] ?? 0],
    ...directions,
    spacing: { x: betweenColumns, y: betweenRows },
    thickness: known(sources, 0x00180050, 1)?.[0] ?? null,
    kernel: kernel === undefined ? '' : text(kernel, 0x00181210).toUpperCase(),
    scale: readScale(sources, imageType, lut),
    moment: readMoment(sources),
  };
}

function directionsOf(orientation: number[] | null): Pick<FrameHeader, 'rowDirection' | 'columnDirection'> | null {
  if (orientation === null) return null;
  const [rx = 0, ry = 0, rz = 0, cx = 0, cy = 0, cz = 0] = orientation;
  const rowDirection = unit([rx, ry, rz]);
  const columnDirection = unit([cx, cy, cz]);
  if (rowDirection === null || columnDirection === null) return null;
  return Math.abs(dot(rowDirection, columnDirection)) > MAX_COSINE ? null : { rowDirection, columnDirection };
}

function isSpacing(mm: number): boolean {
  return mm > 0 && mm <= MAX_SPACING_MM;
}

function unit(vector: Vector): Vector | null {
  const length = Math.hypot(...vector);
  return length > 0.5 && length < 2 ? [vector[0] / length, vector[1] / length, vector[2] / length] : null;
}

/** The first `count` numbers of an attribute; null where it is missing or one of them is no number. */
function known(sources: readonly DataSet[], tag: number, count: number): number[] | null {
  const source = sources.find(({ elements }) => elements.has(tag));
  if (source === undefined) return null;
  const values = numbers(source, tag).slice(0, count);
  return values.length === count && values.every(Number.isFinite) ? values : null;
}
