import { readFile } from 'node:fs/promises';
import { NodeIO, type Document } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { MeshoptDecoder } from 'meshoptimizer/decoder';
import type { StlMesh } from './stl.ts';

export interface GlbModel {
  document: Document;
  /** Corners as the node places them, turned back into LPS mm. */
  mesh: StlMesh;
  normals: number[];
  /** Length of a step of the stored positions, mm. */
  stepMm: number;
  name: string;
  colour: number[];
}

async function readerOf(): Promise<NodeIO> {
  await MeshoptDecoder.ready;
  return new NodeIO()
    .registerExtensions([EXTMeshoptCompression, KHRMeshQuantization])
    .registerDependencies({ 'meshopt.decoder': MeshoptDecoder });
}

/** The only model of a GLB file, as a viewer would place it. */
export async function readGlb(path: string): Promise<GlbModel> {
  const document = await (await readerOf()).readBinary(await readFile(path));
  const root = document.getRoot();
  const [node] = root.getDefaultScene()?.listChildren() ?? [];
  const [primitive] = node?.getMesh()?.listPrimitives() ?? [];
  const positions = primitive?.getAttribute('POSITION');
  const normals = primitive?.getAttribute('NORMAL');
  const indices = primitive?.getIndices();
  if (!node || !positions || !normals || !indices) throw new Error('The GLB file has no model');
  const matrix = node.getWorldMatrix();
  const rotated = (v: number[]): number[] =>
    [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, column) => sum + matrix[4 * column + row]! * v[column]!, 0));
  const mesh: StlMesh = { positions: [], triangles: [...(indices.getArray() ?? [])] };
  const turned: number[] = [];
  for (let v = 0; v < positions.getCount(); v++) {
    const [x = 0, y = 0, z = 0] = rotated(positions.getElement(v, [])).map((value, axis) => value + matrix[12 + axis]!);
    // Metres, the head along +y, the front along +z.
    mesh.positions.push(1000 * x, -1000 * z, 1000 * y);
    const [nx = 0, ny = 0, nz = 0] = rotated(normals.getElement(v, [])).map((value) => value / node.getScale()[0]);
    turned.push(nx, -nz, ny);
  }
  return {
    document,
    mesh,
    normals: turned,
    stepMm: 1000 * node.getScale()[0],
    name: node.getName(),
    colour: primitive?.getMaterial()?.getBaseColorFactor() ?? [],
  };
}

/** The same file without compression, which any validator can look into. */
export async function uncompressed(document: Document): Promise<Uint8Array> {
  for (const extension of document.getRoot().listExtensionsUsed())
    if (extension.extensionName === EXTMeshoptCompression.EXTENSION_NAME) extension.dispose();
  return await (await readerOf()).writeBinary(document);
}

/** Each corner's nearest point among `points`, no farther than `reach` on any axis; -1 where there is none. */
export function nearestPoints(corners: readonly number[], points: readonly number[], reach: number): number[] {
  const cell = 2 * reach;
  const cells = new Map<string, number[]>();
  const cellOf = (at: number[]): number[] => at.map((value) => Math.floor(value / cell));
  for (let v = 0; v < points.length / 3; v++) {
    const key = cellOf(points.slice(3 * v, 3 * v + 3)).join(' ');
    cells.set(key, [...(cells.get(key) ?? []), v]);
  }
  return Array.from({ length: corners.length / 3 }, (_, corner) => {
    const at = corners.slice(3 * corner, 3 * corner + 3);
    const [x = 0, y = 0, z = 0] = cellOf(at);
    let [nearest, least] = [-1, reach];
    for (const dx of [-1, 0, 1])
      for (const dy of [-1, 0, 1])
        for (const dz of [-1, 0, 1])
          for (const v of cells.get([x + dx, y + dy, z + dz].join(' ')) ?? []) {
            const distance = Math.max(...at.map((value, axis) => Math.abs(value - points[3 * v + axis]!)));
            if (distance <= least) [nearest, least] = [v, distance];
          }
    return nearest;
  });
}
