import type { DicomHeader } from './dicom-header.ts';

/** One image of a series: which file holds it, and what its header says. */
export interface Slice {
  readonly file: number;
  readonly header: DicomHeader;
}

/** A series as a person chooses it. */
export interface Series {
  readonly uid: string;
  readonly description: string;
  readonly number: string;
  readonly modality: string;
  readonly columns: number;
  readonly rows: number;
  /** In the order of their places. */
  readonly slices: readonly Slice[];
  /** mm between columns, between rows, and between slices; undefined where the files do not say. */
  readonly spacing: readonly [number, number, number] | undefined;
  readonly burnedIn: boolean;
}

/** The least that the service converts. */
export const FEWEST_SLICES = 5;

/** From this share on, a slice normal is the patient's long axis. */
const AXIAL = 0.8;

function normalOf({ orientation }: DicomHeader): [number, number, number] | undefined {
  if (!orientation) return undefined;
  const [rx = 0, ry = 0, rz = 0, cx = 0, cy = 0, cz = 0] = orientation;
  return [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx];
}

/** mm along the normal of the slices; the number of the image where the file does not say where it lies. */
function placeOf(header: DicomHeader, normal: readonly number[] | undefined): number {
  const { position, instance } = header;
  return position && normal ? position.reduce((sum, value, axis) => sum + value * (normal[axis] ?? 0), 0) : instance;
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function gapOf(places: readonly number[]): number | undefined {
  const gaps = places.slice(1).map((place, at) => place - (places[at] ?? 0));
  return median(gaps.filter((gap) => gap > 1e-3));
}

function seriesOf(slices: readonly Slice[]): Series | undefined {
  const header = slices[0]?.header;
  if (!header) return undefined;
  const normal = normalOf(header);
  const placed = slices
    .map((slice) => ({ slice, place: placeOf(slice.header, normal) }))
    .toSorted((a, b) => a.place - b.place);
  const gap = (header.position && gapOf(placed.map(({ place }) => place))) ?? header.sliceThickness;
  const { pixelSpacing } = header;
  return {
    uid: header.seriesUid,
    description: header.description,
    number: header.number,
    modality: header.modality,
    columns: header.columns,
    rows: header.rows,
    slices: placed.map(({ slice }) => slice),
    spacing: pixelSpacing && gap ? [pixelSpacing[1], pixelSpacing[0], gap] : undefined,
    burnedIn: slices.some((slice) => slice.header.burnedIn),
  };
}

/** How many images: a file can hold several. */
export function imagesOf({ slices }: Series): number {
  return slices.reduce((sum, { header }) => sum + header.frames, 0);
}

function isAxial({ slices }: Series): boolean {
  const normal = slices[0] && normalOf(slices[0].header);
  return normal !== undefined && Math.abs(normal[2]) > AXIAL;
}

/** As the service ranks them (docs/dicom.md): CT, enough slices, most slices (an axial one counts as four), thinnest. */
function rank(series: Series): readonly number[] {
  const images = imagesOf(series);
  return [
    series.modality === 'CT' ? 1 : 0,
    images >= FEWEST_SLICES ? 1 : 0,
    images * (isAxial(series) ? 4 : 1),
    -(series.spacing?.[2] ?? Infinity),
  ];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (b[at] ?? 0) - (a[at] ?? 0);
}

/** The series of a folder, the one that the service would take first. */
export function groupIntoSeries(slices: readonly Slice[]): Series[] {
  const groups = Map.groupBy(slices, ({ header }) => `${header.seriesUid}|${header.rows}|${header.columns}`);
  return [...groups.values()]
    .flatMap((group) => seriesOf(group) ?? [])
    .toSorted((a, b) => compareRanks(rank(a), rank(b)));
}
