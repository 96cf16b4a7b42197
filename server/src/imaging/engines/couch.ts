import { voxelSize, type Volume, type VolumeShape } from '../volume.ts';
import { MASK_OUTSIDE } from '../surface/field.ts';
import { cellFactor, coarsen, dilate, erode, fillSlices, withCells, type CellGrid } from './cells.ts';
import { labelRegions, type Region } from './regions.ts';

/** Denser than air, foam and cloth. */
const SOLID_HU = -300;
const CELL_MM = 2;
/** Plates and shells are thinner than twice this; limbs are not. */
const OPENING_MM = 6;
/** A couch or a head holder runs along with the body and is wide. */
const MIN_SLICE_SHARE = 0.6;
const PLATE_EXTENT_MM = 80;
const COUCH_EXTENT_MM = 150;
/** Inside its closed shell a couch is foam: less of it is solid than of any chest. */
const HOLLOW_SOLID_SHARE = 0.3;
/** Where less than this share of all solid cells is thick, the object itself is thin: a dry bone, say. */
const MIN_BODY_SHARE = 0.2;

/** As dense as the plates of a head holder, and less than bone. */
const DENSE_HU = 150;
/** More than this share of a dense piece in the couch, and all of it is. */
const MIN_COUCH_SHARE = 0.5;
/** Smaller pieces are not worth a word: some 200 mm3. */
const MIN_PIECE_CELLS = 25;
/** A piece stands in the air where more than this share of what is some millimetres beside it is air. */
const MIN_AIR_SHARE = 0.9;
/** Cells beside one, in its slice: beyond the skin of a finger, not beyond a limb. */
const AROUND = [
  [-3, 0],
  [3, 0],
  [0, -3],
  [0, 3],
] as const;

/** Grids, labels and queues of one search, for each cell. */
const SEARCH_BYTES_PER_CELL = 36;

/** What finding the couch takes beside its mask, bytes. */
export function couchCellBytes(shape: VolumeShape): number {
  const { x, y, z } = cellFactor(voxelSize(shape), CELL_MM);
  return SEARCH_BYTES_PER_CELL * Math.ceil(shape.nx / x) * Math.ceil(shape.ny / y) * Math.ceil(shape.nz / z);
}

/** What a patient lies on, as far as it can be told. */
export interface Support {
  /** MASK_OUTSIDE at its voxels, or null where there is none. */
  mask: Uint8Array<SharedArrayBuffer> | null;
  /** Pieces in the air that may be a support or the patient's, and stay: columns, rows and slices, mm. */
  doubtful: [number, number, number][];
}

/**
 * Finds the couch and the head holder, which can be as dense as bone. They are told from the body by their
 * shape: thin plates or hollow shells, wide, along most of the slices. Where in doubt, everything stays.
 */
export function findCouch(volume: Volume): Support {
  const [solid, dense] = coarsen(volume, [SOLID_HU, DENSE_HU] as const, CELL_MM);
  const pieces = densePieces(dense, solid, couchCells(solid));
  const { slice } = voxelSize(volume);
  return {
    mask: pieces.couch === null ? null : spread(volume, withCells(solid, pieces.couch)),
    doubtful: pieces.doubtful.map(({ span }) => [
      span.x * solid.size.x,
      span.y * solid.size.y,
      span.z * solid.factor.z * slice,
    ]),
  };
}

/**
 * Looks at the couch as dense pieces. A piece most of which is couch is one wholly, also where the body touches it: an
 * ear on the side of a head holder. Another one that stands in the air, with none of the body around it, is doubtful.
 */
function densePieces(
  dense: CellGrid,
  solid: CellGrid,
  couch: Uint8Array | null,
): { couch: Uint8Array | null; doubtful: Region[] } {
  const { labels, regions } = labelRegions(dense);
  const ofCouch = new Float64Array(regions.length + 1);
  const around = new Float64Array(regions.length + 1);
  const air = new Float64Array(regions.length + 1);
  const { nx, ny } = solid;
  for (let cell = 0; cell < labels.length; cell++) {
    const label = labels[cell]!;
    if (label === 0) continue;
    if (couch?.[cell] === 1) ofCouch[label]!++;
    const [x, y] = [cell % nx, Math.floor(cell / nx) % ny];
    for (const [dx, dy] of AROUND) {
      const other = cell + dy * nx + dx;
      if (x + dx < 0 || x + dx >= nx || y + dy < 0 || y + dy >= ny || labels[other] === label) continue;
      around[label]!++;
      if (solid.cells[other] === 0) air[label]!++;
    }
  }
  const isCouch = regions.map(({ cells, label }) => ofCouch[label]! > MIN_COUCH_SHARE * cells);
  const largest = regions.reduce((most, { cells }, at) => (isCouch[at]! ? most : Math.max(most, cells)), 0);
  const doubtful = regions.filter(
    ({ cells, label }) =>
      cells < largest &&
      cells >= MIN_PIECE_CELLS &&
      ofCouch[label] === 0 &&
      air[label]! > MIN_AIR_SHARE * around[label]!,
  );
  return { couch: couch === null ? null : either(couch, cellsOf(labels, isCouch)), doubtful };
}

function couchCells(solid: CellGrid): Uint8Array | null {
  // Filled, so that a chest with its lungs is thick and not a thin wall.
  const filled = withCells(solid, fillSlices(solid));
  const radius = { x: Math.ceil(OPENING_MM / solid.size.x), y: Math.ceil(OPENING_MM / solid.size.y) };
  const wider = { x: radius.x + 1, y: radius.y + 1 };
  const { kept, hollow } = splitThick(withCells(solid, erode(filled, radius)), solid);
  const body = both(dilate(withCells(solid, kept), wider), filled.cells);
  if (count(body) < MIN_BODY_SHARE * count(filled.cells)) return null;
  const rest = without(filled.cells, body);
  const shells = both(dilate(withCells(solid, hollow), wider), rest);
  const plates = regionsOf(withCells(solid, rest), isPlate);
  const found = either(shells, plates);
  if (count(found) === 0) return null;
  // With the rim of half-filled voxels around it, but nothing of the body.
  const rimmed = dilate(withCells(solid, found), { x: 1, y: 1 });
  return without(rimmed, body);
}

/** Parts the thick regions into what belongs to a body and the hollow shells of couches. */
function splitThick(thick: CellGrid, solid: CellGrid): { kept: Uint8Array; hollow: Uint8Array } {
  const { labels, regions } = labelRegions(thick);
  const solidCells = new Float64Array(regions.length + 1);
  for (let i = 0; i < labels.length; i++) if (solid.cells[i] === 1) solidCells[labels[i]!]!++;
  const largest = regions.reduce<Region | null>(
    (best, region) => (best === null || region.cells > best.cells ? region : best),
    null,
  );
  const isHollow = regions.map(
    (region) =>
      region !== largest &&
      region.extentMm > COUCH_EXTENT_MM &&
      region.sliceShare >= MIN_SLICE_SHARE &&
      solidCells[region.label]! < HOLLOW_SOLID_SHARE * region.cells,
  );
  return {
    kept: cellsOf(
      labels,
      isHollow.map((hollow) => !hollow),
    ),
    hollow: cellsOf(labels, isHollow),
  };
}

function isPlate(region: Region): boolean {
  return region.extentMm > PLATE_EXTENT_MM && region.sliceShare >= MIN_SLICE_SHARE;
}

/** The cells of the regions that fit. */
function regionsOf(grid: CellGrid, fits: (region: Region) => boolean): Uint8Array {
  const { labels, regions } = labelRegions(grid);
  return cellsOf(labels, regions.map(fits));
}

/** The cells of the regions that are chosen, label 1 first. A loop: a callback for each cell takes ten times as long. */
function cellsOf(labels: Int32Array, chosen: readonly boolean[]): Uint8Array {
  const table = Uint8Array.from([0, ...chosen.map(Number)]);
  const cells = new Uint8Array(labels.length);
  for (let at = 0; at < cells.length; at++) cells[at] = table[labels[at]!]!;
  return cells;
}

function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  const cells = new Uint8Array(a.length);
  for (let at = 0; at < cells.length; at++) cells[at] = a[at]! & b[at]!;
  return cells;
}

function either(a: Uint8Array, b: Uint8Array): Uint8Array {
  const cells = new Uint8Array(a.length);
  for (let at = 0; at < cells.length; at++) cells[at] = a[at]! | b[at]!;
  return cells;
}

function without(a: Uint8Array, b: Uint8Array): Uint8Array {
  const cells = new Uint8Array(a.length);
  for (let at = 0; at < cells.length; at++) cells[at] = a[at]! & ~b[at]!;
  return cells;
}

function count(cells: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < cells.length; at++) sum += cells[at]!;
  return sum;
}

/** From cells to the voxels in them. */
function spread(volume: Volume, { cells, nx, ny, factor }: CellGrid): Uint8Array<SharedArrayBuffer> {
  const mask = new Uint8Array(new SharedArrayBuffer(volume.data.length));
  for (let k = 0; k < volume.nz; k++)
    for (let j = 0; j < volume.ny; j++) {
      const row = (Math.floor(k / factor.z) * ny + Math.floor(j / factor.y)) * nx;
      const first = (k * volume.ny + j) * volume.nx;
      const end = first + volume.nx;
      for (let cell = 0, voxel = first; cell < nx; cell++, voxel += factor.x)
        if (cells[row + cell] === 1) mask.fill(MASK_OUTSIDE, voxel, Math.min(voxel + factor.x, end));
    }
  return mask;
}
