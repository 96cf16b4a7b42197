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

/** A connected region and what it looks like. */
export interface Region {
  label: number;
  cells: number;
  /** Greatest extent within slices, mm. */
  extentMm: number;
  /** Share of all slices that it is in. */
  sliceShare: number;
  /** Columns, rows and slices of cells that it spans. */
  span: { x: number; y: number; z: number };
}

/** Voxels in a cell of about `sizeMm`, along each axis. */
export function cellFactor(voxel: { x: number; y: number; slice: number }, sizeMm: number): CellGrid['factor'] {
  const factorOf = (mm: number): number => Math.max(1, Math.round(sizeMm / mm));
  return { x: factorOf(voxel.x), y: factorOf(voxel.y), z: factorOf(voxel.slice) };
}

/** Cells of about `sizeMm` in which any voxel is above a level. */
export function coarsen(volume: Volume, aboveHu: number, sizeMm: number): CellGrid {
  const { data } = volume;
  const step = voxelSize(volume);
  const factor = cellFactor(step, sizeMm);
  const nx = Math.ceil(volume.nx / factor.x);
  const ny = Math.ceil(volume.ny / factor.y);
  const nz = Math.ceil(volume.nz / factor.z);
  const cells = new Uint8Array(nx * ny * nz);
  const column = Uint16Array.from({ length: volume.nx }, (_, i) => Math.floor(i / factor.x));
  for (let k = 0, voxel = 0; k < volume.nz; k++) {
    for (let j = 0; j < volume.ny; j++) {
      const row = (Math.floor(k / factor.z) * ny + Math.floor(j / factor.y)) * nx;
      for (let i = 0; i < volume.nx; i++, voxel++) if (data[voxel]! > aboveHu) cells[row + column[i]!] = 1;
    }
  }
  return { cells, nx, ny, nz, factor, size: { x: step.x * factor.x, y: step.y * factor.y } };
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
  const inverted = grid.cells.map((cell) => 1 - cell);
  return dilate(withCells(grid, inverted), radius).map((cell) => 1 - cell);
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

/** Labels regions of set cells joined by 6-neighbours, 1, 2, ... */
export function labelRegions(grid: CellGrid): { labels: Int32Array; regions: Region[] } {
  const { cells, nx, ny, nz, size } = grid;
  const labels = new Int32Array(cells.length);
  const regions: Region[] = [];
  const queue = new Int32Array(cells.length);
  for (let seed = 0; seed < cells.length; seed++) {
    if (cells[seed] === 0 || labels[seed] !== 0) continue;
    const label = regions.length + 1;
    const box = { minX: nx, maxX: 0, minY: ny, maxY: 0, minZ: nz, maxZ: 0 };
    let end = 0;
    const visit = (cell: number): void => {
      if (cells[cell] === 0 || labels[cell] !== 0) return;
      labels[cell] = label;
      queue[end++] = cell;
    };
    visit(seed);
    for (let next = 0; next < end; next++) {
      const cell = queue[next]!;
      const x = cell % nx;
      const y = Math.floor(cell / nx) % ny;
      const z = Math.floor(cell / (nx * ny));
      box.minX = Math.min(box.minX, x);
      box.maxX = Math.max(box.maxX, x);
      box.minY = Math.min(box.minY, y);
      box.maxY = Math.max(box.maxY, y);
      box.minZ = Math.min(box.minZ, z);
      box.maxZ = Math.max(box.maxZ, z);
      if (x > 0) visit(cell - 1);
      if (x < nx - 1) visit(cell + 1);
      if (y > 0) visit(cell - nx);
      if (y < ny - 1) visit(cell + nx);
      if (z > 0) visit(cell - nx * ny);
      if (z < nz - 1) visit(cell + nx * ny);
    }
    const span = { x: box.maxX - box.minX + 1, y: box.maxY - box.minY + 1, z: box.maxZ - box.minZ + 1 };
    regions.push({
      label,
      cells: end,
      extentMm: Math.max(span.x * size.x, span.y * size.y),
      sliceShare: span.z / nz,
      span,
    });
  }
  return { labels, regions };
}
