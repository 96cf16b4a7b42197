import { MAX_CELLS } from './triangle-grid.ts';

/** How a surface is to be made. */
export interface MeshPlan {
  /** As counted before it is made. */
  vertices: number;
  triangles: number;
  /** Of the field that it is the surface of. */
  voxels: number;
  iterations: number;
  reduction: number;
  /** Whether it is the surface of a mask, which is kept with and without its stairs. */
  ofMask: boolean;
}

const BYTES_PER_VERTEX = 12;
const BYTES_PER_TRIANGLE = 12;
/** Reducing: neighbours in the order of the faces, as they were and as they are, with costs; for each vertex. */
const REDUCING_BYTES_PER_VERTEX = 110;
/** Mending: the welding's table, neighbours both ways, and a copy; for each vertex with its triangles. */
const MENDING_BYTES_PER_VERTEX = 110;
/** To measure distances: where the triangles are, and the cells of that. */
const SORTED_BYTES_PER_TRIANGLE = 16;
const CELL_BYTES = 4 * MAX_CELLS;
/** STL, both GLBs, picture and 3MF at the same time, for each triangle of the model, and the pictures' samples. */
const OUTPUT_BYTES_PER_TRIANGLE = 250;
const PICTURE_BYTES = 100 * 1024 ** 2;

/** What extracting a surface takes beside its field, bytes. */
export function extractionBytes({ vertices, triangles, ofMask }: MeshPlan): number {
  return (ofMask ? 2 : 1) * meshBytes(vertices, triangles);
}

/** The most that smoothing, reducing, mending and writing take, bytes; by then the field is not needed any more. */
export function finishingBytes(plan: MeshPlan): number {
  const { vertices, triangles, voxels, iterations, reduction, ofMask } = plan;
  const positions = BYTES_PER_VERTEX * vertices;
  const surface = meshBytes(vertices, triangles) * (ofMask ? 2 : 1);
  const smoothing = iterations === 0 && !ofMask ? 0 : 3 * positions + BYTES_PER_TRIANGLE * triangles + 8 * vertices;
  // A surface through most of the voxels is noise: there is nothing even in it to reduce.
  const left = Math.min(1, Math.max(1 - reduction, vertices / voxels));
  const reducing = reduction === 0 ? 0 : vertices * REDUCING_BYTES_PER_VERTEX;
  const mending = left * vertices * MENDING_BYTES_PER_VERTEX;
  const writing = left * (meshBytes(vertices, triangles) + triangles * OUTPUT_BYTES_PER_TRIANGLE) + PICTURE_BYTES;
  const measuring = (1 + left) * (triangles * SORTED_BYTES_PER_TRIANGLE + CELL_BYTES);
  // Places that moved too far are reduced and mended again, while the triangles of both surfaces are still sorted.
  const again = left * meshBytes(vertices, triangles) + measuring + mending;
  const reduced = reducing + Math.max(writing, again);
  return surface + Math.max(smoothing, positions + reduced);
}

function meshBytes(vertices: number, triangles: number): number {
  return BYTES_PER_VERTEX * vertices + BYTES_PER_TRIANGLE * triangles;
}
