import { sliceOrigin, type Vector } from '../volume.ts';
import { buildCubeTable } from './cube-table.ts';
import { integerLevels, MASK_BY_VALUE, MASK_INSIDE, type Field } from './field.ts';

/** Nearer to a voxel than this share of an edge, vertices of neighbouring edges could fall together in float32. */
const MIN_PARAMETER = 0.002;
const MAX_PARAMETER = 1 - MIN_PARAMETER;
/** Where nothing is known of the other end: beyond the border, or at a voxel decided by the mask. */
const HALFWAY = 0.5;

const TABLE = buildCubeTable();

/** A part of a surface. Triangles count vertices from the slab's first; they may use the next slab's first vertices. */
export interface SlabSurface {
  positions: Float32Array;
  triangles: Uint32Array;
}

/**
 * Extracts the surface in cells firstLayer..endLayer - 1. The volume is padded with one outside voxel on
 * every side, so layer c lies between padded slices c and c + 1 (slices c - 1 and c) and there are nz + 1
 * layers. Vertices are numbered slice by slice, so the slabs of one volume put one after the other are
 * the same however it was divided.
 */
export function marchSlab(field: Field, firstLayer: number, endLayer: number): SlabSurface {
  return new SlabMarcher(field).run(firstLayer, endLayer);
}

/**
 * Works on rows of bits: a slice becomes one bit a voxel, and only words in which neighbouring bits differ are
 * looked at more closely. Vertex numbers live in two layers for edges along x and y, and one for edges along z.
 */
class SlabMarcher {
  readonly #field: Field;
  readonly #aboveHu: number;
  readonly #upToHu: number;
  /** Padded columns and rows, and words for a row of bits, one of them spare and zero. */
  readonly #px: number;
  readonly #py: number;
  readonly #words: number;
  #lowerBits: Int32Array;
  #upperBits: Int32Array;
  #lowerX: Int32Array;
  #lowerY: Int32Array;
  #upperX: Int32Array;
  #upperY: Int32Array;
  readonly #alongZ: Int32Array;
  #positions = new Float32Array(3 * (1 << 16));
  #triangles = new Uint32Array(3 * (1 << 17));
  #vertexCount = 0;
  #indexCount = 0;

  constructor(field: Field) {
    const { aboveHu, upToHu } = integerLevels(field);
    this.#field = field;
    this.#aboveHu = aboveHu;
    this.#upToHu = upToHu;
    this.#px = field.volume.nx + 2;
    this.#py = field.volume.ny + 2;
    this.#words = ((this.#px + 31) >> 5) + 1;
    const layer = (): Int32Array => new Int32Array(this.#px * this.#py);
    this.#lowerBits = new Int32Array(this.#py * this.#words);
    this.#upperBits = new Int32Array(this.#py * this.#words);
    [this.#lowerX, this.#lowerY, this.#upperX, this.#upperY, this.#alongZ] = [
      layer(),
      layer(),
      layer(),
      layer(),
      layer(),
    ];
  }

  run(firstLayer: number, endLayer: number): SlabSurface {
    const lastOfVolume = endLayer === this.#field.volume.nz + 1;
    this.#classify(this.#lowerBits, firstLayer);
    this.#placeInPlane(this.#lowerBits, this.#lowerX, this.#lowerY, firstLayer, true);
    for (let layer = firstLayer; layer < endLayer; layer++) {
      this.#classify(this.#upperBits, layer + 1);
      this.#placeAlongZ(layer);
      // The last slice's vertices are the next slab's: they get their numbers here, their places there.
      const own = lastOfVolume || layer + 1 < endLayer;
      this.#placeInPlane(this.#upperBits, this.#upperX, this.#upperY, layer + 1, own);
      this.#emitTriangles();
      [this.#lowerBits, this.#upperBits] = [this.#upperBits, this.#lowerBits];
      [this.#lowerX, this.#upperX] = [this.#upperX, this.#lowerX];
      [this.#lowerY, this.#upperY] = [this.#upperY, this.#lowerY];
    }
    return {
      positions: this.#positions.subarray(0, 3 * this.#vertexCount),
      triangles: this.#triangles.subarray(0, this.#indexCount),
    };
  }

  /** Sets a bit for every inside voxel of a padded slice. */
  #classify(bits: Int32Array, paddedSlice: number): void {
    const { volume, mask } = this.#field;
    const { data, nx, ny, nz } = volume;
    bits.fill(0);
    if (paddedSlice < 1 || paddedSlice > nz) return;
    const above = this.#aboveHu;
    const beyond = this.#upToHu + 1;
    for (let j = 0; j < ny; j++) {
      let voxel = ((paddedSlice - 1) * ny + j) * nx;
      let word = (j + 1) * this.#words;
      // Bit 0 of a row is the padding.
      for (let i = 0, bit = 1; i < nx; bit = 0) {
        const count = Math.min(nx - i, 32 - bit);
        let gathered = 0;
        for (let q = 0; q < count; q++) {
          const hu = data[voxel + q]!;
          gathered |= (((above - hu) & (hu - beyond)) >>> 31) << (bit + q);
        }
        bits[word++] = mask === null ? gathered : applyMask(gathered, mask, voxel, bit, count);
        voxel += count;
        i += count;
      }
    }
  }

  /** Where on the edge between two neighbouring voxels the surface passes, 0..1. */
  #parameter(from: number, to: number): number {
    const { lower, upper } = this.#field;
    const level = from <= this.#aboveHu || to <= this.#aboveHu ? lower : upper;
    const t = (level - from) / (to - from);
    if (t >= 0 && t <= 1) return t < MIN_PARAMETER ? MIN_PARAMETER : t > MAX_PARAMETER ? MAX_PARAMETER : t;
    return HALFWAY;
  }

  /** Numbers and, where they are its own, places the vertices on a slice's edges along x and along y. */
  #placeInPlane(bits: Int32Array, idsX: Int32Array, idsY: Int32Array, paddedSlice: number, own: boolean): void {
    const { data, nx, ny, nz, geometry } = this.#field.volume;
    if (paddedSlice < 1 || paddedSlice > nz) return;
    const origin = sliceOrigin(geometry, paddedSlice - 1);
    const words = this.#words;
    let id = this.#vertexCount;
    for (let j = 0; j < this.#py; j++) {
      const ids = j * this.#px;
      const voxels = ((paddedSlice - 1) * ny + j - 1) * nx - 1;
      const hasNextRow = j + 1 < this.#py;
      for (let w = 0; w < words - 1; w++) {
        const at = j * words + w;
        const here = bits[at]!;
        let changesX = here ^ ((here >>> 1) | (bits[at + 1]! << 31));
        let changesY = hasNextRow ? here ^ bits[at + words]! : 0;
        if ((changesX | changesY) === 0) continue;
        if (own) this.#reserveVertices(64);
        while (changesX !== 0) {
          const lowest = changesX & -changesX;
          changesX ^= lowest;
          const i = (w << 5) + 31 - Math.clz32(lowest);
          idsX[ids + i] = id++;
          if (!own) continue;
          const t = i > 0 && i < nx ? this.#parameter(data[voxels + i]!, data[voxels + i + 1]!) : HALFWAY;
          this.#place(origin, i - 1 + t, j - 1);
        }
        while (changesY !== 0) {
          const lowest = changesY & -changesY;
          changesY ^= lowest;
          const i = (w << 5) + 31 - Math.clz32(lowest);
          idsY[ids + i] = id++;
          if (!own) continue;
          const t = j > 0 && j < ny ? this.#parameter(data[voxels + i]!, data[voxels + i + nx]!) : HALFWAY;
          this.#place(origin, i - 1, j - 1 + t);
        }
      }
    }
  }

  /** Numbers and places the vertices on the edges between a layer's two slices. */
  #placeAlongZ(layer: number): void {
    const { data, nx, ny, nz, geometry } = this.#field.volume;
    const [from, to] = [sliceOrigin(geometry, layer - 1), sliceOrigin(geometry, layer)];
    const between = layer >= 1 && layer < nz;
    const at: Vector = [0, 0, 0];
    for (let j = 1; j <= ny; j++) {
      const voxels = ((layer - 1) * ny + j - 1) * nx - 1;
      for (let w = 0; w < this.#words - 1; w++) {
        const row = j * this.#words + w;
        let changes = this.#lowerBits[row]! ^ this.#upperBits[row]!;
        if (changes === 0) continue;
        this.#reserveVertices(32);
        while (changes !== 0) {
          const lowest = changes & -changes;
          changes ^= lowest;
          const i = (w << 5) + 31 - Math.clz32(lowest);
          this.#alongZ[j * this.#px + i] = this.#vertexCount;
          const t = between ? this.#parameter(data[voxels + i]!, data[voxels + i + nx * ny]!) : HALFWAY;
          at[0] = from[0] + t * (to[0] - from[0]);
          at[1] = from[1] + t * (to[1] - from[1]);
          at[2] = from[2] + t * (to[2] - from[2]);
          this.#place(at, i - 1, j - 1);
        }
      }
    }
  }

  #place(origin: Vector, i: number, j: number): void {
    const { columnStep, rowStep } = this.#field.volume.geometry;
    const positions = this.#positions;
    const at = 3 * this.#vertexCount++;
    positions[at] = origin[0] + i * columnStep[0] + j * rowStep[0];
    positions[at + 1] = origin[1] + i * columnStep[1] + j * rowStep[1];
    positions[at + 2] = origin[2] + i * columnStep[2] + j * rowStep[2];
  }

  #emitTriangles(): void {
    const { starts, edges } = TABLE;
    const words = this.#words;
    const [lower, upper, px] = [this.#lowerBits, this.#upperBits, this.#px];
    const [x0, y0, x1, y1, z] = [this.#lowerX, this.#lowerY, this.#upperX, this.#upperY, this.#alongZ];
    const ids = new Int32Array(12);
    for (let j = 0; j + 1 < this.#py; j++) {
      for (let w = 0; w < words - 1; w++) {
        const at = j * words + w;
        const [a, b, c, d] = [lower[at]!, lower[at + words]!, upper[at]!, upper[at + words]!];
        const [an, bn] = [(a >>> 1) | (lower[at + 1]! << 31), (b >>> 1) | (lower[at + words + 1]! << 31)];
        const [cn, dn] = [(c >>> 1) | (upper[at + 1]! << 31), (d >>> 1) | (upper[at + words + 1]! << 31)];
        let active = (a | b | c | d | an | bn | cn | dn) & ~(a & b & c & d & an & bn & cn & dn);
        if (active === 0) continue;
        this.#reserveIndices(32 * 15);
        const triangles = this.#triangles;
        let out = this.#indexCount;
        while (active !== 0) {
          const lowest = active & -active;
          active ^= lowest;
          const s = 31 - Math.clz32(lowest);
          const cube =
            ((a >>> s) & 1) |
            (((an >>> s) & 1) << 1) |
            (((b >>> s) & 1) << 2) |
            (((bn >>> s) & 1) << 3) |
            (((c >>> s) & 1) << 4) |
            (((cn >>> s) & 1) << 5) |
            (((d >>> s) & 1) << 6) |
            (((dn >>> s) & 1) << 7);
          const p = j * px + (w << 5) + s;
          const q = p + px;
          ids[0] = x0[p]!;
          ids[1] = x0[q]!;
          ids[2] = x1[p]!;
          ids[3] = x1[q]!;
          ids[4] = y0[p]!;
          ids[5] = y0[p + 1]!;
          ids[6] = y1[p]!;
          ids[7] = y1[p + 1]!;
          ids[8] = z[p]!;
          ids[9] = z[p + 1]!;
          ids[10] = z[q]!;
          ids[11] = z[q + 1]!;
          const end = starts[cube + 1]!;
          for (let e = starts[cube]!; e < end; e++) triangles[out++] = ids[edges[e]!]!;
        }
        this.#indexCount = out;
      }
    }
  }

  #reserveVertices(count: number): void {
    if (3 * (this.#vertexCount + count) <= this.#positions.length) return;
    const larger = new Float32Array(2 * this.#positions.length);
    larger.set(this.#positions);
    this.#positions = larger;
  }

  #reserveIndices(count: number): void {
    if (this.#indexCount + count <= this.#triangles.length) return;
    const larger = new Uint32Array(2 * this.#triangles.length);
    larger.set(this.#triangles);
    this.#triangles = larger;
  }
}

function applyMask(bits: number, mask: Uint8Array, voxel: number, bit: number, count: number): number {
  let result = bits;
  for (let q = 0; q < count; q++) {
    const rule = mask[voxel + q]!;
    if (rule === MASK_BY_VALUE) continue;
    if (rule === MASK_INSIDE) result |= 1 << (bit + q);
    else result &= ~(1 << (bit + q));
  }
  return result;
}
