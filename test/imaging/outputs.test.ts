// @module-tag heavy
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSampleZip } from '@som3d/client/sample';
import { drawPicture, ThreeMfWriter } from '@som3d/server/testing/imaging';
import { validateBytes } from 'gltf-validator';
import { PNG } from 'pngjs';
import { describe, expect, test } from 'vitest';
import { convertZip, RAW, temporaryDirectory, type Converted } from '../support/phantom/convert.ts';
import { nearestPoints, readGlb, uncompressed } from '../support/phantom/glb.ts';
import { edgeFaults, judge, notSolid, readStl, type StlMesh } from '../support/phantom/stl.ts';
import { readThreeMf } from '../support/phantom/threemf.ts';
import { zipEntries } from '../support/zip-entries.ts';

async function sample(): Promise<string> {
  const zip = join(await temporaryDirectory(), 'sample.zip');
  await writeSampleZip(zip, { size: 96, slices: 48 });
  return zip;
}

/** A triangle from its smallest vertex on: the same however it is turned, another when it is turned over. */
function turned([a = 0, b = 0, c = 0]: number[]): string {
  const least = Math.min(a, b, c);
  if (least === a) return `${a} ${b} ${c}`;
  return least === b ? `${b} ${c} ${a}` : `${c} ${a} ${b}`;
}

function trianglesOf({ triangles }: StlMesh, rename = (vertex: number): number => vertex): string[] {
  return Array.from({ length: triangles.length / 3 }, (_, t) =>
    turned(triangles.slice(3 * t, 3 * t + 3).map(rename)),
  ).toSorted();
}

/** A closed box, faces outward. */
function box(min: readonly number[], max: readonly number[]) {
  const corner = (i: number): number[] => [0, 1, 2].map((axis) => ((i >> axis) & 1 ? max : min)[axis] ?? 0);
  const quads = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ];
  return {
    positions: Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7].flatMap(corner)),
    triangles: Uint32Array.from(quads.flatMap(([a = 0, b = 0, c = 0, d = 0]) => [a, b, c, a, c, d])),
  };
}

function joined(...meshes: ReturnType<typeof box>[]) {
  const firsts = meshes.map((_, at) => meshes.slice(0, at).reduce((sum, mesh) => sum + mesh.positions.length / 3, 0));
  return {
    positions: Float32Array.from(meshes.flatMap(({ positions }) => [...positions])),
    triangles: Uint32Array.from(meshes.flatMap(({ triangles }, at) => [...triangles].map((v) => v + firsts[at]!))),
  };
}

interface Coverage {
  opaque: number;
  /** Pixels that are not empty, by row and by column. */
  rows: number[];
  columns: number[];
}

function coverage(png: PNG): Coverage {
  const found: Coverage = {
    opaque: 0,
    rows: Array.from({ length: png.height }, () => 0),
    columns: Array.from({ length: png.width }, () => 0),
  };
  for (let y = 0; y < png.height; y++)
    for (let x = 0; x < png.width; x++) {
      const alpha = png.data[4 * (y * png.width + x) + 3] ?? 0;
      if (alpha === 0) continue;
      if (alpha === 255) found.opaque++;
      found.rows[y]!++;
      found.columns[x]!++;
    }
  return found;
}

interface Made {
  bones: Converted;
  at: (name: string) => string;
  stl: StlMesh;
}

describe('what stands beside an STL', () => {
  const make = async (): Promise<Made> => {
    const bones = await convertZip(await sample(), { pictureSide: 512 });
    const at = (name: string): string => join(bones.directory, name);
    return { bones, at, stl: await readStl(at('hueso.stl')) };
  };

  test('is listed in the manifest with its size', async () => {
    const { bones, at } = await make();
    const { meshes, threemf } = bones.manifest;
    const listed = [...meshes.flatMap(({ files }) => Object.values(files)), threemf];
    expect(listed.map(({ filename }) => filename)).toEqual([
      'hueso.stl',
      'hueso.glb',
      'hueso.web.glb',
      'hueso.png',
      'modelos.3mf',
    ]);
    for (const { filename, sizeBytes } of listed) expect((await readFile(at(filename))).length).toBe(sizeBytes);
    const names = new Set([...listed.map(({ filename }) => filename), 'manifest.json']);
    expect(new Set(await readdir(bones.directory))).toEqual(names);
  });

  test('has the same triangles as GLB, in the same place, without any extension', async () => {
    const { stl, at } = await make();
    const { mesh, name } = await readGlb(at('hueso.glb'));
    expect(name).toBe('Hueso');
    // What float32 coordinates in metres lose.
    const twin = nearestPoints(stl.positions, mesh.positions, 5e-5);
    expect(twin.filter((vertex) => vertex < 0)).toEqual([]);
    expect(trianglesOf(stl, (vertex) => twin[vertex]!)).toEqual(trianglesOf(mesh));
    const report = await validateBytes(await readFile(at('hueso.glb')));
    expect([report.issues.numErrors, report.issues.numWarnings]).toEqual([0, 0]);
    expect(report.info.extensionsRequired).toBeUndefined();
    expect(report.info.totalTriangleCount).toBe(stl.triangles.length / 3);
  });

  test('has the same triangles as GLB for the web within half a step, in the same place', async () => {
    const { stl, at } = await make();
    const { mesh, stepMm, name } = await readGlb(at('hueso.web.glb'));
    expect(name).toBe('Hueso');
    expect(stepMm).toBeLessThan(0.01);
    // A step's half, and what float32 coordinates of some metres lose.
    const reach = stepMm / 2 + 5e-5;
    const twin = nearestPoints(stl.positions, mesh.positions, reach);
    expect(twin.filter((vertex) => vertex < 0)).toEqual([]);
    expect(new Set(twin).size).toBe(mesh.positions.length / 3);
    expect(trianglesOf(stl, (vertex) => twin[vertex]!)).toEqual(trianglesOf(mesh));
    expect((await readFile(at('hueso.web.glb'))).length).toBeLessThan((await readFile(at('hueso.stl'))).length / 9);
  });

  test.each(['hueso.glb', 'hueso.web.glb'])('has smooth normals that look outward in %s', async (file) => {
    const { at } = await make();
    const { mesh, normals } = await readGlb(at(file));
    const corner = (v: number, of: number[]): [number, number, number] => [of[3 * v]!, of[3 * v + 1]!, of[3 * v + 2]!];
    let [agreeing, least] = [0, Infinity];
    for (let t = 0; t < mesh.triangles.length; t += 3) {
      const [a, b, c] = [0, 1, 2].map((i) => corner(mesh.triangles[t + i]!, mesh.positions)) as [
        [number, number, number],
        [number, number, number],
        [number, number, number],
      ];
      const [ux, uy, uz] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
      const [vx, vy, vz] = [c[0] - a[0], c[1] - a[1], c[2] - a[2]];
      const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
      const [nx, ny, nz] = corner(mesh.triangles[t]!, normals);
      least = Math.min(least, Math.hypot(nx, ny, nz));
      if (x * nx + y * ny + z * nz > 0.7 * Math.hypot(x, y, z)) agreeing++;
    }
    expect(least).toBeGreaterThan(0.97);
    expect(agreeing / (mesh.triangles.length / 3)).toBeGreaterThan(0.97);
  });

  test('passes the validator of glTF, compressed and not', async () => {
    const { stl, at } = await make();
    const bytes = await readFile(at('hueso.web.glb'));
    const packed = await validateBytes(bytes);
    expect(packed.issues.messages.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(packed.info.extensionsRequired?.toSorted()).toEqual(['EXT_meshopt_compression', 'KHR_mesh_quantization']);
    const { document, colour } = await readGlb(at('hueso.web.glb'));
    const plain = await validateBytes(await uncompressed(document));
    expect([plain.issues.numErrors, plain.issues.numWarnings]).toEqual([0, 0]);
    expect(plain.info.totalTriangleCount).toBe(stl.triangles.length / 3);
    const [red = 0, , blue = 0, alpha] = colour;
    expect(red).toBeGreaterThan(blue);
    expect(alpha).toBe(1);
  });

  test('is a picture with the model in its middle and nothing around it', async () => {
    const { at } = await make();
    const png = PNG.sync.read(await readFile(at('hueso.png')));
    expect([png.width, png.height]).toEqual([512, 512]);
    const { opaque, rows, columns } = coverage(png);
    expect(opaque / 512 ** 2).toBeGreaterThan(0.2);
    expect(opaque / 512 ** 2).toBeLessThan(0.8);
    for (const edge of [rows[0], rows[511], columns[0], columns[511]]) expect(edge).toBe(0);
    // It fills the picture one way at least, and it is shaded.
    expect(Math.max(...[rows, columns].map((counts) => counts.filter((count) => count > 0).length))).toBeGreaterThan(
      450,
    );
    const greens = new Set<number>();
    for (let i = 0; i < png.data.length; i += 4) if (png.data[i + 3] === 255) greens.add(png.data[i + 1]!);
    expect(greens.size).toBeGreaterThan(100);
  });

  test('has the same bytes for any number of threads', async () => {
    const zip = await sample();
    const [one, two] = [await convertZip(zip, { threads: 1 }), await convertZip(zip, { threads: 2 })];
    for (const name of ['hueso.stl', 'hueso.glb', 'hueso.web.glb', 'hueso.png', 'modelos.3mf']) {
      const [first, second] = [await readFile(join(one.directory, name)), await readFile(join(two.directory, name))];
      expect([name, first.equals(second)]).toEqual([name, true]);
    }
  });
});

describe('the names of files', () => {
  const names = async (caseName: string): Promise<string[]> => {
    const { manifest } = await convertZip(await sample(), { ...RAW, caseName, acomodar: true });
    return [...manifest.meshes.flatMap(({ files }) => Object.values(files)), manifest.threemf].map(
      ({ filename }) => filename,
    );
  };

  test.each([
    ['Rodilla', 'rodilla-'],
    ['  Fémur -- Ñandú/../3  ', 'femur-nandu-3-'],
    ['a'.repeat(79), `${'a'.repeat(40)}-`],
    ['骨 !', ''],
  ])('begin with the case: %s', async (caseName, start) => {
    const endings = ['hueso.stl', 'hueso.glb', 'hueso.web.glb', 'hueso.png', 'hueso-acomodado.stl', 'modelos.3mf'];
    expect(await names(caseName)).toEqual(endings.map((ending) => start + ending));
  });
});

describe('an STL', () => {
  test('says what it is in 80 bytes', async () => {
    const header = async (caseName?: string): Promise<string> => {
      const { directory, manifest } = await convertZip(await sample(), { ...RAW, caseName });
      const bytes = await readFile(join(directory, manifest.meshes[0]!.filename));
      return bytes.subarray(0, 80).toString('latin1').replaceAll('\0', '');
    };
    expect(await header('Rodilla José')).toBe('SOM3D Rodilla Jose hueso SPACE=LPS UNIT=mm');
    expect(await header()).toBe('SOM3D hueso SPACE=LPS UNIT=mm');
    const long = await header('solid '.repeat(13).trim());
    expect(long).toHaveLength(80);
    expect(long).toMatch(/^SOM3D solid .* hueso SPACE=LPS UNIT=mm$/);
  });

  test('has a copy on the plate where asked: the same solid from z = 0 up, around the middle', async () => {
    const { directory, manifest } = await convertZip(await sample(), { acomodar: true, caseName: 'Rodilla' });
    const [mesh] = manifest.meshes;
    const { plateStl } = mesh!.files;
    const path = join(directory, plateStl!.filename);
    expect(await notSolid(path, mesh!.components)).toBeNull();
    const { positions } = await readStl(path);
    const axis = (at: number): number[] => positions.filter((_, i) => i % 3 === at);
    const bounds = [0, 1, 2].map((at) => [Math.min(...axis(at)), Math.max(...axis(at))] as const);
    const { min, max } = mesh!.boundingBoxMm;
    for (const [at, [low, high]] of bounds.entries()) {
      expect(high - low).toBeCloseTo(max[at]! - min[at]!, 3);
      expect(at === 2 ? low : low + high).toBeCloseTo(0, 3);
    }
    const { volume } = await judge(await readStl(path));
    expect(volume / 1000).toBeCloseTo(mesh!.volumeCm3, 3);
  });
});

describe('the 3MF of a job', () => {
  test('has each model as a named and coloured solid, assembled and standing on the plate', async () => {
    const { manifest, directory } = await convertZip(await sample(), { enable_ortopedia: true, extraTasks: ['piel'] });
    const { contentTypes, start, unit, objects, items } = await readThreeMf(join(directory, 'modelos.3mf'));
    expect(contentTypes.get('model')).toBe('application/vnd.ms-package.3dmanufacturing-3dmodel+xml');
    expect(contentTypes.get('rels')).toBe('application/vnd.openxmlformats-package.relationships+xml');
    expect([start, unit]).toEqual(['3D/3dmodel.model', 'millimeter']);
    const [bone, skin, assembly] = objects;
    expect(objects).toHaveLength(3);
    expect([bone?.name, skin?.name]).toEqual(['Hueso', 'Superficie de la piel']);
    expect([bone?.type, skin?.type]).toEqual(['model', 'model']);
    for (const object of [bone, skin]) expect(object?.colour).toMatch(/^#[\dA-F]{6}FF$/);
    expect(bone?.colour).not.toBe(skin?.colour);
    for (const [index, object] of [bone, skin].entries()) {
      const measured = manifest.meshes[index]!;
      const mesh = object!.mesh!;
      expect(mesh.triangles.length / 3).toBe(measured.triangles);
      expect(edgeFaults(mesh)).toEqual({ open: 0, nonManifold: 0 });
      const { status, volume } = await judge(mesh);
      expect(status).toBe('NoError');
      expect(volume / 1000).toBeCloseTo(measured.volumeCm3, 2);
      expect(Math.min(...xOf(mesh))).toBeCloseTo(measured.boundingBoxMm.min[0], 3);
    }
    // The skin first: where both are, the bone counts.
    expect(assembly).toMatchObject({ components: [skin?.id, bone?.id], mesh: null });
    const [item] = items;
    expect(items).toHaveLength(1);
    expect(item?.objectId).toBe(assembly?.id);
    expect(item?.transform.slice(0, 9)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    for (const axis of [0, 1, 2]) {
      const low = Math.min(...manifest.meshes.map(({ boundingBoxMm }) => boundingBoxMm.min[axis]!));
      expect(item!.transform[9 + axis]! + low).toBeCloseTo(0, 3);
    }
  });

  test('takes any name, writes coordinates exactly, and no object is of a type that slicers refuse', async () => {
    const path = join(await temporaryDirectory(), 'x.3mf');
    const label = 'Fémur <"R&D"> \u0000\u001b 骨';
    await using writer = new ThreeMfWriter(path);
    const mesh = box([-1e-5, -0.0001, -1234.5678], [0.00004, 3.05, 1e-9]);
    await writer.add(mesh, { tissue: 'hueso', label });
    await writer.finish();
    const [object] = (await readThreeMf(path)).objects;
    expect(object?.name).toBe('Fémur <"R&D">    骨');
    expect(object?.type).toBe('model');
    expect(new Set(object?.mesh?.positions.map(String))).toEqual(new Set(['0', '-0.0001', '-1234.5677', '3.05']));
  });

  test('assembles from the outside in, whatever came first, and names the parts for slicers that keep them together', async () => {
    const path = join(await temporaryDirectory(), 'x.3mf');
    const tissues = ['implante', 'hueso_cortical', 'dientes', 'musculo', 'liver', 'hueso', 'tejido_blando', 'piel'];
    await using writer = new ThreeMfWriter(path, 'Rodilla <2>');
    for (const tissue of tissues) await writer.add(box([0, 0, 0], [1, 1, 1]), { tissue, label: `${tissue} "x"` });
    await writer.finish();
    const { objects } = await readThreeMf(path);
    const assembly = objects.at(-1)!;
    const order = ['piel', 'tejido_blando', 'musculo', 'liver', 'hueso', 'hueso_cortical', 'dientes', 'implante'];
    expect(assembly.name).toBe('Rodilla <2>');
    expect(assembly.components.map((id) => objects.find((object) => object.id === id)?.name)).toEqual(
      order.map((tissue) => `${tissue} "x"`),
    );
    const settings = (await zipEntries(await readFile(path))).get('Metadata/model_settings.config')!.toString();
    expect(settings).toContain(`<object id="${assembly.id}"><metadata key="name" value="Rodilla &lt;2&gt;"/>`);
    const parts = [...settings.matchAll(/<part id="(\d+)" subtype="normal_part">/g)].map(([, id]) => Number(id));
    expect(parts.map(String)).toEqual(assembly.components.map(String));
  });

  test('says when it can not be written, and leaves nothing of what was given up', async () => {
    const folder = await temporaryDirectory();
    const large = joined(...Array.from({ length: 4000 }, (_, n) => box([n, 0, 0], [n + 0.5, 1, 1])));
    const write = async (path: string): Promise<void> => {
      await using writer = new ThreeMfWriter(path);
      for (let n = 0; n < 20; n++) await writer.add(large, { tissue: 'hueso', label: 'Hueso' });
      await writer.finish();
    };
    await expect(write(join(folder, 'missing', 'x.3mf'))).rejects.toThrow('ENOENT');
    {
      await using writer = new ThreeMfWriter(join(folder, 'x.3mf'));
      await writer.add(large, { tissue: 'hueso', label: 'Hueso' });
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a picture', () => {
  const draw = (mesh: ReturnType<typeof box>): Coverage =>
    coverage(PNG.sync.read(Buffer.from(drawPicture(mesh, 'hueso', 512))));
  const half = (counts: number[], first: boolean): number =>
    (first ? counts.slice(0, 256) : counts.slice(256)).reduce((sum, count) => sum + count, 0);

  test('shows the head up and the left of the patient on the right', () => {
    // LPS: a broad block at the feet, a narrow one at the head.
    const upright = draw(joined(box([-50, -50, 0], [50, 50, 40]), box([-10, -10, 60], [10, 10, 120])));
    expect(half(upright.rows, false)).toBeGreaterThan(2 * half(upright.rows, true));
    const leftward = draw(joined(box([60, -10, -40], [100, 10, 40]), box([-100, -10, -10], [-80, 10, 10])));
    expect(half(leftward.columns, false)).toBeGreaterThan(2 * half(leftward.columns, true));
  });

  test('looks from the front: what lies behind is hidden', () => {
    const front = box([-60, -60, -60], [60, -50, 60]);
    const alone = draw(front);
    // Small, and behind the plate for a camera in front of it; for one behind, it stands before the plate.
    const light = (mesh: ReturnType<typeof box>): number => {
      const { data } = PNG.sync.read(Buffer.from(drawPicture(mesh, 'hueso', 512)));
      return data[4 * (256 * 512 + 256) + 1]!;
    };
    const both = joined(front, box([-5, -45, -5], [5, -35, 5]));
    expect(draw(both)).toEqual(alone);
    expect(light(both)).toBe(light(front));
  });
});

function xOf({ positions }: StlMesh): number[] {
  const xs: number[] = [];
  for (let i = 0; i < positions.length; i += 3) xs.push(positions[i]!);
  return xs;
}
