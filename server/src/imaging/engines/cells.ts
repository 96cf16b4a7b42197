import { voxelSize, type Volume } from '../volume.ts';

/** A coarse copy of a volume, one byte a cell: index (k * ny + j) * nx + i. */
export interface CellGrid {
  cells: Uint8Array;
  nx: number;
  ny: number;
  nz: number;
  /** Voxels in a cell, along each axis. */
  factor: { x: number; y: number; z: number };
  /** mm, in a slice */
  size: { x: number; y: number };
}

/** Voxels in a cell of about `sizeMm`, along each axis. */
export function cellFactor(voxel: { x: number; y: number; slice: number }, sizeMm: number): CellGrid['factor'] {
  const factorOf = (mm: number): number => Math.max(1, Math.round(sizeMm / mm));
  return { x: factorOf(voxel.x), y: factorOf(voxel.y), z: factorOf(voxel.slice) };
}

/** Cells of about `sizeMm`, one grid for each level: set where any of their voxels is above it. Reads the volume once. */
export function coarsen<Levels extends readonly number[]>(
  volume: Volume,
  levels: Levels,
  sizeMm: number,
): { [K in keyof Levels]: CellGrid } {
  const step = voxelSize(volume);
  const factor = cellFactor(step, sizeMm);
  const [nx, ny, nz] = [volume.nx / factor.x, volume.ny / factor.y, volume.nz / factor.z].map(Math.ceil) as Triple;
  const greatest = new Int16Array(nx * ny * nz).fill(-32_768);
  for (let k = 0; k < volume.nz; k++) {
    for (let j = 0; j < volume.ny; j++) {
      const row = (Math.floor(k / factor.z) * ny + Math.floor(j / factor.y)) * nx;
      raiseRow(volume, (k * volume.ny + j) * volume.nx, factor.x, greatest.subarray(row, row + nx));
    }
  }
  const size = { x: step.x * factor.x, y: step.y * factor.y };
  const gridOf = (level: number): CellGrid => {
    const cells = new Uint8Array(greatest.length);
    for (let at = 0; at < cells.length; at++) cells[at] = greatest[at]! > level ? 1 : 0;
    return { cells, nx, ny, nz, factor, size };
  };
  return levels.map(gridOf) as { [K in keyof Levels]: CellGrid };
}

type Triple = [number, number, number];

/** Raises the cells of a row to the greatest of their voxels. Without a branch: what is greater cannot be predicted. */
function raiseRow({ data, nx }: Volume, first: number, factor: number, greatest: Int16Array): void {
  const end = first + nx;
  for (let cell = 0, voxel = first; cell < greatest.length; cell++) {
    let most = greatest[cell]!;
    for (const last = Math.min(voxel + factor, end); voxel < last; voxel++) {
      const less = most - data[voxel]!;
      most -= less & (less >> 31);
    }
    greatest[cell] = most;
  }
}

/** The grid with other cells. */
export function withCells(grid: CellGrid, cells: Uint8Array): CellGrid {
  return { ...grid, cells };
}

/** Fills what is enclosed within each slice: what no path of empty cells joins with the slice's border. */
export function fillSlices(grid: CellGrid): Uint8Array {
  const { cells, nx, ny, nz } = grid;
  const filled = new Uint8Array(cells.length);
  const stack = new Int32Array(nx * ny);
  for (let k = 0; k < nz; k++) {
    const from = k * nx * ny;
    const slice = cells.subarray(from, from + nx * ny);
    const reached = new Uint8Array(nx * ny);
    floodFromBorder(nx, ny, stack, (pixel) => {
      if (reached[pixel] === 1 || slice[pixel] === 1) return false;
      reached[pixel] = 1;
      return true;
    });
    for (let pixel = 0; pixel < reached.length; pixel++) filled[from + pixel] = 1 - reached[pixel]!;
  }
  return filled;
}

/**
 * Walks a slice from its border through 4-neighbours.
 * @param stack scratch for nx * ny pixels
 * @param enter marks a pixel and says whether to go on from it
 */
export function floodFromBorder(nx: number, ny: number, stack: Int32Array, enter: (pixel: number) => boolean): void {
  let top = 0;
  const visit = (pixel: number): void => {
    if (enter(pixel)) stack[top++] = pixel;
  };
  for (let i = 0; i < nx; i++) {
    visit(i);
    visit((ny - 1) * nx + i);
  }
  for (let j = 0; j < ny; j++) {
    visit(j * nx);
    visit(j * nx + nx - 1);
  }
  while (top > 0) {
    const pixel = stack[--top]!;
    const column = pixel % nx;
    if (column > 0) visit(pixel - 1);
    if (column < nx - 1) visit(pixel + 1);
    if (pixel >= nx) visit(pixel - nx);
    if (pixel < nx * (ny - 1)) visit(pixel + nx);
  }
}

/** Erosion within slices by a box of 2 * radius + 1 cells; outside the grid counts as set. */
export function erode(grid: CellGrid, radius: { x: number; y: number }): Uint8Array {
  return inverted(dilate(withCells(grid, inverted(grid.cells)), radius));
}

function inverted(cells: Uint8Array): Uint8Array {
  const out = new Uint8Array(cells.length);
  for (let at = 0; at < cells.length; at++) out[at] = 1 - cells[at]!;
  return out;
}

/** Dilation within slices by a box of 2 * radius + 1 cells: along rows, then along columns. */
export function dilate(grid: CellGrid, radius: { x: number; y: number }): Uint8Array {
  const { nx, ny, nz } = grid;
  const alongRows = boxPass(
    grid.cells,
    { lines: ny * nz, length: nx, start: (line) => line * nx, stride: 1 },
    radius.x,
    1,
  );
  const columns = {
    lines: nx * nz,
    length: ny,
    start: (line: number) => Math.floor(line / nx) * nx * ny + (line % nx),
    stride: nx,
  };
  return boxPass(alongRows, columns, radius.y, 1);
}

/** All lines of a grid along one axis. */
export interface Lines {
  lines: number;
  length: number;
  /** The first cell of a line. */
  start: (line: number) => number;
  /** From one cell of a line to the next. */
  stride: number;
}

/** Along lines, gives `value` to all cells within `radius` of a cell that has it; the others become 1 - value. */
export function boxPass(
  cells: Uint8Array,
  { lines, length, start, stride }: Lines,
  radius: number,
  value: 0 | 1,
): Uint8Array {
  const out = new Uint8Array(cells.length).fill(1 - value);
  for (let line = 0; line < lines; line++) {
    const from = start(line);
    let reach = -1;
    for (let i = -radius; i < length; i++) {
      const ahead = i + radius;
      if (ahead < length && cells[from + ahead * stride] === value) reach = ahead + radius;
      if (i >= 0 && i <= reach) out[from + i * stride] = value;
    }
  }
  return out;
}
