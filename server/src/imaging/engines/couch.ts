import { voxelSize, type Volume, type VolumeShape } from '../volume.ts';
import { MASK_OUTSIDE } from '../surface/field.ts';
import {
  cellFactor,
  coarsen,
  dilate,
  erode,
  fillSlices,
  labelRegions,
  withCells,
  type CellGrid,
  type Region,
} from './cells.ts';

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

/** Grids, labels and queues of one search, for each cell. */
const SEARCH_BYTES_PER_CELL = 24;

/** What finding the couch takes beside its mask, bytes. */
export function couchCellBytes(shape: VolumeShape): number {
  const { x, y, z } = cellFactor(voxelSize(shape), CELL_MM);
  return SEARCH_BYTES_PER_CELL * Math.ceil(shape.nx / x) * Math.ceil(shape.ny / y) * Math.ceil(shape.nz / z);
}

/**
 * Finds the couch and the head holder, which can be as dense as bone. They are told from the body by their
 * shape: thin plates or hollow shells, wide, along most of the slices. Where in doubt, everything stays.
 * @returns a mask with MASK_OUTSIDE at their voxels, or null where there is none
 */
export function findCouch(volume: Volume): Uint8Array<SharedArrayBuffer> | null {
  const solid = coarsen(volume, SOLID_HU, CELL_MM);
  const couch = couchCells(solid);
  return couch === null ? null : spread(volume, withCells(solid, couch));
}

function couchCells(solid: CellGrid): Uint8Array | null {
  // Filled, so that a chest with its lungs is thick and not a thin wall.
  const filled = withCells(solid, fillSlices(solid));
  const radius = { x: Math.ceil(OPENING_MM / solid.size.x), y: Math.ceil(OPENING_MM / solid.size.y) };
  const wider = { x: radius.x + 1, y: radius.y + 1 };
  const { kept, hollow } = splitThick(withCells(solid, erode(filled, radius)), solid);
  const body = both(dilate(withCells(solid, kept), wider), filled.cells);
  if (count(body) < MIN_BODY_SHARE * count(filled.cells)) return null;
  const rest = filled.cells.map((cell, i) => (cell === 1 && body[i] === 0 ? 1 : 0));
  const shells = both(dilate(withCells(solid, hollow), wider), rest);
  const plates = regionsOf(withCells(solid, rest), isPlate);
  const found = rest.map((_, i) => shells[i]! | plates[i]!);
  if (count(found) === 0) return null;
  // With the rim of half-filled voxels around it, but nothing of the body.
  const rimmed = dilate(withCells(solid, found), { x: 1, y: 1 });
  return rimmed.map((cell, i) => (cell === 1 && body[i] === 0 ? 1 : 0));
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
    kept: Uint8Array.from(labels, (label) => (label > 0 && !isHollow[label - 1]! ? 1 : 0)),
    hollow: Uint8Array.from(labels, (label) => (label > 0 && isHollow[label - 1]! ? 1 : 0)),
  };
}

function isPlate(region: Region): boolean {
  return region.extentMm > PLATE_EXTENT_MM && region.sliceShare >= MIN_SLICE_SHARE;
}

/** The cells of the regions that fit. */
function regionsOf(grid: CellGrid, fits: (region: Region) => boolean): Uint8Array {
  const { labels, regions } = labelRegions(grid);
  const chosen = regions.map(fits);
  return Uint8Array.from(labels, (label) => (label > 0 && chosen[label - 1]! ? 1 : 0));
}

function both(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((cell, i) => cell & b[i]!);
}

function count(cells: Uint8Array): number {
  let sum = 0;
  for (const cell of cells) sum += cell;
  return sum;
}

/** From cells to the voxels in them. */
function spread(volume: Volume, { cells, nx, ny, factor }: CellGrid): Uint8Array<SharedArrayBuffer> {
  const mask = new Uint8Array(new SharedArrayBuffer(volume.data.length));
  for (let k = 0, voxel = 0; k < volume.nz; k++)
    for (let j = 0; j < volume.ny; j++) {
      const row = (Math.floor(k / factor.z) * ny + Math.floor(j / factor.y)) * nx;
      for (let i = 0; i < volume.nx; i++, voxel++)
        if (cells[row + Math.floor(i / factor.x)] === 1) mask[voxel] = MASK_OUTSIDE;
    }
  return mask;
}
