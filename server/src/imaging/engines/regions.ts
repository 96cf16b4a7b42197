import type { CellGrid } from './cells.ts';

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

/** Regions of set cells joined by 6-neighbours, 1, 2, ... by their first cell, and the region of each cell (0: none). */
export interface Regions {
  labels: Int32Array;
  regions: Region[];
}

/** Set cells of a row that lie together. The root of a run is the first run of its region. */
interface Runs {
  /** First cell of each, and the one after its last. */
  from: Int32Array;
  end: Int32Array;
  root: Int32Array;
  /** The first run of each row. */
  ofRow: Int32Array;
}

/** Labels regions by union and find over runs of cells, which are far fewer than the cells. */
export function labelRegions(grid: CellGrid): Regions {
  const runs = findRuns(grid);
  const { ny, nz } = grid;
  for (let row = 0; row < ny * nz; row++) {
    if (row % ny > 0) joinRows(runs, row, row - 1, grid.nx);
    if (row >= ny) joinRows(runs, row, row - ny, grid.nx * ny);
  }
  return describe(grid, runs);
}

function findRuns(grid: CellGrid): Runs {
  const { cells, nx, ny, nz } = grid;
  const ofRow = countRuns(grid);
  const count = ofRow[ny * nz]!;
  const from = new Int32Array(count);
  const end = new Int32Array(count);
  for (let row = 0, run = 0; row < ny * nz; row++) {
    const rowEnd = (row + 1) * nx;
    for (let at = row * nx; at < rowEnd; at++) {
      if (cells[at] === 0) continue;
      from[run] = at;
      while (at < rowEnd && cells[at] !== 0) at++;
      end[run++] = at;
    }
  }
  const root = new Int32Array(count);
  for (let run = 0; run < count; run++) root[run] = run;
  return { from, end, root, ofRow };
}

/** The first run of each row, and how many there are. Counted first: noise has very many, and lists that grow are large. */
function countRuns({ cells, nx, ny, nz }: CellGrid): Int32Array {
  const ofRow = new Int32Array(ny * nz + 1);
  for (let row = 0, count = 0; row < ny * nz; row++) {
    let before = 0;
    for (let at = row * nx; at < (row + 1) * nx; at++) {
      const cell = cells[at]!;
      count += cell & ~before;
      before = cell;
    }
    ofRow[row + 1] = count;
  }
  return ofRow;
}

/** Joins runs of a row with those of an earlier row that touch them, `cells` cells before. */
function joinRows({ from, end, root, ofRow }: Runs, row: number, earlier: number, cells: number): void {
  let [a, b] = [ofRow[row]!, ofRow[earlier]!];
  const [lastA, lastB] = [ofRow[row + 1]!, ofRow[earlier + 1]!];
  while (a < lastA && b < lastB) {
    if (from[a]! < end[b]! + cells && from[b]! + cells < end[a]!) join(root, a, b);
    if (end[a]! < end[b]! + cells) a++;
    else b++;
  }
}

function join(root: Int32Array, a: number, b: number): void {
  const [x, y] = [rootOf(root, a), rootOf(root, b)];
  if (x < y) root[y] = x;
  else root[x] = y;
}

function rootOf(root: Int32Array, run: number): number {
  let at = run;
  while (root[at] !== at) {
    root[at] = root[root[at]!]!;
    at = root[at]!;
  }
  return at;
}

interface Box {
  cells: number;
  minX: number;
  maxX: number;
  minY: number;
  maxY: number;
  minZ: number;
  maxZ: number;
}

function describe({ cells, nx, ny, nz, size }: CellGrid, { from, end, root }: Runs): Regions {
  const labels = new Int32Array(cells.length);
  const labelOf = new Int32Array(from.length);
  const boxes: Box[] = [];
  for (let run = 0; run < from.length; run++) {
    const first = rootOf(root, run);
    if (first === run) labelOf[run] = boxes.push({ cells: 0, minX: nx, maxX: 0, minY: ny, maxY: 0, minZ: nz, maxZ: 0 });
    const label = labelOf[first]!;
    labelOf[run] = label;
    labels.fill(label, from[run], end[run]);
    const row = Math.floor(from[run]! / nx);
    extend(boxes[label - 1]!, { x: from[run]! % nx, y: row % ny, z: Math.floor(row / ny) }, end[run]! - from[run]!);
  }
  return { labels, regions: boxes.map((box, at) => regionOf(box, at + 1, { nz, size })) };
}

function extend(box: Box, { x, y, z }: { x: number; y: number; z: number }, length: number): void {
  box.cells += length;
  box.minX = Math.min(box.minX, x);
  box.maxX = Math.max(box.maxX, x + length - 1);
  box.minY = Math.min(box.minY, y);
  box.maxY = Math.max(box.maxY, y);
  box.minZ = Math.min(box.minZ, z);
  box.maxZ = Math.max(box.maxZ, z);
}

function regionOf(box: Box, label: number, { nz, size }: Pick<CellGrid, 'nz' | 'size'>): Region {
  const span = { x: box.maxX - box.minX + 1, y: box.maxY - box.minY + 1, z: box.maxZ - box.minZ + 1 };
  const extentMm = Math.max(span.x * size.x, span.y * size.y);
  return { label, cells: box.cells, extentMm, sliceShare: span.z / nz, span };
}
