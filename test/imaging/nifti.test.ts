import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type Affine,
  AIR_HU,
  NiftiError,
  type NiftiType,
  readNifti,
  regularGrid,
  resample,
  type Vector,
  type Volume,
  writeNifti,
} from '@som3d/server/testing/imaging';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';

const [COS, SIN] = [Math.cos(0.4), Math.sin(0.4)];
/** Left-handed, turned about z; LPS mm. */
const TURNED: Affine = {
  columnStep: [0.7 * COS, 0.7 * SIN, 0],
  rowStep: [-0.8 * SIN, 0.8 * COS, 0],
  sliceStep: [0, 0, -1.25],
  origin: [-100, -50, 33],
};
const ARRAYS = { uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, float32: Float32Array } as const;
const SIZE = { nx: 4, ny: 5, nz: 6 };

/** A header written field by field as nifti1.h has it, apart from ours. */
interface Fields {
  little?: boolean;
  dims?: number[];
  datatype?: number;
  bitpix?: number;
  offset?: number;
  scale?: [number, number];
  pixdim?: number[];
  quatern?: { parts: [number, number, number]; offset: [number, number, number] };
  rows?: number[][];
  magic?: string;
  units?: number;
  sizeof?: number;
}

function niftiBytes(fields: Fields, body: Uint8Array): Buffer {
  const { little = true, dims = [3, 2, 2, 2, 1, 1, 1, 1], offset = 352, units = 2 } = fields;
  const bytes = Buffer.alloc(Math.max(352, offset));
  const short = (value: number, at: number): unknown =>
    little ? bytes.writeInt16LE(value, at) : bytes.writeInt16BE(value, at);
  const float = (value: number, at: number): unknown =>
    little ? bytes.writeFloatLE(value, at) : bytes.writeFloatBE(value, at);
  if (little) bytes.writeInt32LE(fields.sizeof ?? 348, 0);
  else bytes.writeInt32BE(fields.sizeof ?? 348, 0);
  dims.forEach((size, i) => short(size, 40 + 2 * i));
  short(fields.datatype ?? 4, 70);
  short(fields.bitpix ?? 16, 72);
  (fields.pixdim ?? [1, 1, 1, 1]).forEach((value, i) => float(value, 76 + 4 * i));
  float(offset, 108);
  (fields.scale ?? [0, 0]).forEach((value, i) => float(value, 112 + 4 * i));
  bytes.writeUInt8(units, 123);
  if (fields.quatern !== undefined) {
    short(1, 252);
    [...fields.quatern.parts, ...fields.quatern.offset].forEach((value, i) => float(value, 256 + 4 * i));
  }
  if (fields.rows !== undefined) {
    short(2, 254);
    fields.rows.flat().forEach((value, i) => float(value, 280 + 4 * i));
  }
  bytes.write(fields.magic ?? 'n+1\0', 344, 'latin1');
  return Buffer.concat([bytes, body]);
}

async function readBytes(bytes: Uint8Array, maxVoxels = 1000) {
  const path = join(await temporaryDirectory(), 'image.nii');
  await writeFile(path, bytes);
  return readNifti(path, maxVoxels);
}

const BODY = new Uint8Array(16);

describe('a NIfTI file', () => {
  test.each([
    ['uint8', 'a.nii'],
    ['int16', 'a.nii.gz'],
    ['uint16', 'a.nii'],
    ['float32', 'a.nii.gz'],
  ] as const)('is read as it was written: %s in %s', async (type, name) => {
    const path = join(await temporaryDirectory(), name);
    const data = new ARRAYS[type](120);
    for (let i = 0; i < 120; i++) data[i] = type === 'int16' ? 1000 - 20 * i : 2 * i;
    const header = { ...SIZE, type: type satisfies NiftiType, affine: TURNED, slope: 0.5, intercept: -3 };
    await writeNifti(path, header, [data.subarray(0, 40), data.subarray(40)]);
    const image = await readNifti(path, 120);
    expect(image.data).toEqual(data);
    expect(image.header).toMatchObject({ ...SIZE, type, slope: 0.5, intercept: -3 });
    for (const key of ['columnStep', 'rowStep', 'sliceStep', 'origin'] as const)
      image.header.affine[key].forEach((value, i) => expect(value).toBeCloseTo(TURNED[key][i] ?? 0, 5));
  });

  test('has the fields that other readers look at, in RAS', async () => {
    const path = join(await temporaryDirectory(), 'a.nii');
    const header = { ...SIZE, type: 'int16', affine: TURNED, slope: 1, intercept: 0 } as const;
    await writeNifti(path, header, [new Int16Array(120)]);
    const bytes = await readFile(path);
    expect(bytes.length).toBe(352 + 240);
    expect(bytes.readInt32LE(0)).toBe(348);
    expect([40, 42, 44, 46, 48, 70, 72, 252, 254].map((at) => bytes.readInt16LE(at))).toEqual([
      3, 4, 5, 6, 1, 4, 16, 1, 1,
    ]);
    const floats = (at: number, count: number): number[] =>
      Array.from({ length: count }, (_, i) => Math.round(bytes.readFloatLE(at + 4 * i) * 1e4) / 1e4 + 0);
    // A left-handed grid is one in RAS as in LPS, since two axes change their sign.
    expect(floats(76, 4)).toEqual([-1, 0.7, 0.8, 1.25]);
    expect(floats(280, 12)).toEqual([-0.6447, 0.3115, 0, 100, -0.2726, -0.7368, 0, 50, 0, 0, -1.25, 33]);
    expect(bytes.subarray(344, 352).toString('latin1')).toBe('n+1\0\0\0\0\0');
    expect(bytes.readUInt8(123)).toBe(2);
  });

  test('says the same by its qform as by its sform', async () => {
    const path = join(await temporaryDirectory(), 'a.nii');
    const oblique: Affine = {
      columnStep: [0.9 * 0.36, 0.9 * 0.48, 0.9 * -0.8],
      rowStep: [1.1 * -0.8, 1.1 * 0.6, 0],
      sliceStep: [2 * 0.48, 2 * 0.64, 2 * 0.6],
      origin: [12, -7, 40],
    };
    await writeNifti(path, { ...SIZE, type: 'uint8', affine: oblique, slope: 1, intercept: 0 }, [new Uint8Array(120)]);
    const bytes = await readFile(path);
    bytes.writeInt16LE(0, 254);
    const { affine } = (await readBytes(bytes)).header;
    for (const key of ['columnStep', 'rowStep', 'sliceStep', 'origin'] as const)
      affine[key].forEach((value, i) => expect(value).toBeCloseTo(oblique[key][i] ?? 0, 5));
  });

  test('is read big-endian, scaled, with extensions before its voxels and more behind them', async () => {
    const body = Buffer.alloc(20);
    for (let i = 0; i < 8; i++) body.writeInt16BE(100 * i - 300, 2 * i);
    const rows = [
      [0, -2, 0, 5],
      [-1.5, 0, 0, 6],
      [0, 0, 3, 7],
    ];
    const bytes = niftiBytes({ little: false, offset: 416, scale: [2, -5], rows }, body);
    const { header, data } = await readBytes(gzipSync(bytes));
    expect([...data]).toEqual([-300, -200, -100, 0, 100, 200, 300, 400]);
    expect(header).toMatchObject({ slope: 2, intercept: -5, littleEndian: false });
    expect(header.affine.columnStep.map((value) => value + 0)).toEqual([0, 1.5, 0]);
    expect(header.affine.rowStep.map((value) => value + 0)).toEqual([2, 0, 0]);
    expect(header.affine.origin).toEqual([-5, -6, 7]);
  });

  test('is placed by its quaternion, and by its spacing alone where it has no more', async () => {
    // A quarter turn about z; qfac -1 turns the third axis round.
    const quatern = { parts: [0, 0, Math.SQRT1_2], offset: [1, 2, 3] } as const;
    const turned = await readBytes(
      niftiBytes({ pixdim: [-1, 2, 3, 4], quatern: { parts: [...quatern.parts], offset: [...quatern.offset] } }, BODY),
    );
    const round = (vector: Vector): number[] => vector.map((value) => Math.round(value * 1e5) / 1e5 + 0);
    expect(round(turned.header.affine.columnStep)).toEqual([0, -2, 0]);
    expect(round(turned.header.affine.rowStep)).toEqual([3, 0, 0]);
    expect(round(turned.header.affine.sliceStep)).toEqual([0, 0, -4]);
    expect(round(turned.header.affine.origin)).toEqual([-1, -2, 3]);
    const plain = await readBytes(niftiBytes({ pixdim: [1, 2, 3, 4], units: 2 }, BODY));
    expect(round(plain.header.affine.columnStep)).toEqual([-2, 0, 0]);
    const metres = await readBytes(niftiBytes({ pixdim: [1, 0.002, 0.003, 0.004], units: 1 }, BODY));
    expect(round(metres.header.affine.sliceStep)).toEqual([0, 0, 4]);
  });

  test.each<[string, Fields, Uint8Array]>([
    ['another magic', { magic: 'ni1\0' }, BODY],
    ['another size of header', { sizeof: 540 }, BODY],
    ['no dimension', { dims: [0, 2, 2, 2, 1, 1, 1, 1] }, BODY],
    ['an empty axis', { dims: [3, 2, 0, 2, 1, 1, 1, 1] }, BODY],
    ['a time axis', { dims: [4, 2, 2, 2, 5, 1, 1, 1] }, BODY],
    ['an unknown type', { datatype: 128 }, BODY],
    ['a size of voxels that contradicts the type', { bitpix: 8 }, BODY],
    ['voxels within the header', { offset: 300 }, BODY],
    ['voxels far behind', { offset: 1e9 }, BODY],
    [
      'an orientation without volume',
      {
        rows: [
          [1, 1, 0, 0],
          [1, 1, 0, 0],
          [0, 0, 1, 0],
        ],
      },
      BODY,
    ],
    [
      'an orientation that is no number',
      {
        rows: [
          [Number.NaN, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 0, 1, 0],
        ],
      },
      BODY,
    ],
    ['more voxels than expected', { dims: [3, 32_767, 32_767, 32_767, 1, 1, 1, 1] }, BODY],
    ['fewer voxels than it says', {}, BODY.subarray(1)],
  ])('is refused with %s', async (_name, fields, body) => {
    // An offset of a gigabyte is not written, only said.
    const said = (fields.offset ?? 0) > 1e6;
    const bytes = niftiBytes(said ? { ...fields, offset: 352 } : fields, body);
    if (said) bytes.writeFloatLE(fields.offset ?? 0, 108);
    await expect(readBytes(bytes)).rejects.toThrow(NiftiError);
  });

  test('is refused where it is truncated or damaged, packed or not', async () => {
    const whole = niftiBytes({}, BODY);
    await expect(readBytes(whole.subarray(0, 200))).rejects.toThrow(NiftiError);
    const packed = gzipSync(niftiBytes({}, Buffer.from('0123456789abcdef')));
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 20, 40);
    await expect(readBytes(damaged)).rejects.toThrow(NiftiError);
    await expect(readBytes(packed.subarray(0, packed.length - 20))).rejects.toThrow(NiftiError);
  });

  test('is not written with another number of voxels than its header says', async () => {
    const path = join(await temporaryDirectory(), 'a.nii');
    const header = { ...SIZE, type: 'int16', affine: TURNED, slope: 1, intercept: 0 } as const;
    await expect(writeNifti(path, header, [new Int16Array(119)])).rejects.toThrow(NiftiError);
    expect((await stat(path)).size).toBeLessThan(352 + 240);
  });
});

/** A stack whose slices have the given shifts and heights, filled by a function of the place in mm. */
function stack(heights: number[], lean: number, hu: (point: Vector) => number): Volume {
  const [nx, ny, nz] = [12, 10, heights.length];
  const data = new Int16Array(new SharedArrayBuffer(2 * nx * ny * nz));
  const origins = new Float64Array(3 * nz);
  for (const [k, z] of heights.entries()) {
    origins.set([5, -3 + lean * z, z], 3 * k);
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) data[(k * ny + j) * nx + i] = Math.round(hu([5 + 2 * i, -3 + lean * z + 3 * j, z]));
  }
  return { data, nx, ny, nz, geometry: { columnStep: [2, 0, 0], rowStep: [0, 3, 0], origins } };
}

/** Even in all directions: trilinear interpolation has it exactly, but for rounding. */
function linear([x, y, z]: Vector): number {
  return 7 * x - 4 * y + 9 * z;
}

describe('the regular grid of a stack', () => {
  test('is the stack itself where that is regular, also downwards', () => {
    for (const direction of [1, -1]) {
      const volume = stack(
        [0, 2.5, 5, 7.5].map((z) => direction * z),
        0,
        linear,
      );
      const grid = regularGrid(volume);
      expect(grid).toMatchObject({ nx: 12, ny: 10, nz: 4, exact: true });
      expect(grid.affine.sliceStep.map((value) => value + 0)).toEqual([0, 0, direction * 2.5]);
      expect(resample(volume, grid, { from: 1, end: 3 })).toEqual(volume.data.slice(120, 360));
    }
  });

  test.each([
    ['leans', [0, 2, 4, 6, 8, 10], 0.35],
    ['is uneven', [0, 1, 2, 3, 4, 5, 12, 13], 0],
    ['is both, and goes down', [0, -1, -2, -3.5, -7], -0.4],
  ])('has the same HU at the same place where the stack %s', (_name, heights, lean) => {
    const volume = stack(heights, lean, linear);
    const grid = regularGrid(volume);
    const { columnStep, rowStep, sliceStep, origin } = grid.affine;
    expect(grid.exact).toBe(false);
    expect([columnStep, rowStep, sliceStep[0], sliceStep[1]]).toEqual([
      [2, 0, 0],
      [0, 3, 0],
      expect.closeTo(0),
      expect.closeTo(0),
    ]);
    const data = resample(volume, grid, { from: 0, end: grid.nz });
    const last = heights.at(-1) ?? 0;
    let [known, worst] = [0, 0];
    for (let k = 0, voxel = 0; k < grid.nz; k++)
      for (let j = 0; j < grid.ny; j++)
        for (let i = 0; i < grid.nx; i++, voxel++) {
          const point: Vector = [origin[0] + 2 * i, origin[1] + 3 * j, origin[2] + k * sliceStep[2]];
          // Half a slice beyond the last one repeats it.
          if (Math.abs(point[2]) > Math.abs(last)) continue;
          // Where the slices below and above both reach.
          const edges = heights.map((z) => -3 + lean * z);
          const inside = point[1] >= Math.max(...edges) && point[1] <= Math.min(...edges) + 27;
          if (!inside) continue;
          known++;
          worst = Math.max(worst, Math.abs((data[voxel] ?? 0) - linear(point)));
        }
    expect(worst).toBeLessThanOrEqual(1.01);
    expect(known).toBeGreaterThan(300);
  });

  test('is as fine as the lower quartile of the slices, and never more than twice as many', () => {
    expect(regularGrid(stack([0, 1, 2, 3, 4, 5, 12, 13], 0, linear)).affine.sliceStep[2]).toBeCloseTo(1, 9);
    const few = regularGrid(stack([0, 0.1, 0.2, 0.3, 50], 0, linear));
    expect(few.nz).toBeLessThanOrEqual(11);
  });

  test('is air where no slice reaches', () => {
    const volume = stack([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20], 1, () => 500);
    const grid = regularGrid(volume);
    expect(grid.ny).toBeGreaterThan(10);
    const data = resample(volume, grid, { from: 0, end: 1 });
    expect(data[0]).toBe(500);
    expect(data.at(-1)).toBe(AIR_HU);
  });
});
