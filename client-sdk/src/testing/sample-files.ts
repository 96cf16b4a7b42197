/** A tetrahedron of 10 mm: four corners, and the triangles between them. */
const CORNERS = [
  [0, 0, 0],
  [10, 0, 0],
  [0, 10, 0],
  [0, 0, 10],
] as const;
const TRIANGLES = [
  [0, 2, 1],
  [0, 1, 3],
  [0, 3, 2],
  [1, 2, 3],
] as const;

/** A binary STL. Its normals are zero: a reader computes them. */
function stl(): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(84 + 50 * TRIANGLES.length));
  view.setUint32(80, TRIANGLES.length, true);
  for (const [at, triangle] of TRIANGLES.entries()) {
    const floats = triangle.flatMap((corner) => CORNERS[corner]);
    for (const [index, value] of floats.entries()) view.setFloat32(84 + 50 * at + 12 + 4 * index, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** A binary glTF of one mesh, in metres. */
function glb(): Uint8Array<ArrayBuffer> {
  const positions = new Float32Array(TRIANGLES.flatMap((triangle) => triangle.flatMap((corner) => CORNERS[corner])));
  const metres = positions.map((value) => value / 1000);
  const scene = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 } }] }],
    accessors: [
      {
        bufferView: 0,
        componentType: 5126,
        count: metres.length / 3,
        type: 'VEC3',
        min: [0, 0, 0],
        max: [0.01, 0.01, 0.01],
      },
    ],
    bufferViews: [{ buffer: 0, byteLength: metres.byteLength, target: 34_962 }],
    buffers: [{ byteLength: metres.byteLength }],
  };
  const text = JSON.stringify(scene);
  const json = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 4) * 4));
  const view = new DataView(new ArrayBuffer(28 + json.length + metres.byteLength));
  const words = [0x46546c67, 2, view.byteLength, json.length, 0x4e4f534a];
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  view.setUint32(20 + json.length, metres.byteLength, true);
  view.setUint32(24 + json.length, 0x004e4942, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(json, 20);
  bytes.set(new Uint8Array(metres.buffer), 28 + json.length);
  return bytes;
}

/** A ZIP without entries: the end of its directory alone. */
function zip(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 22 }, (_value, at) => [0x50, 0x4b, 5, 6][at] ?? 0);
}

/** A small valid file of a media type; for any other than ZIP and GLB, an STL. */
export function sampleFile(type: string): Uint8Array<ArrayBuffer> {
  if (type === 'application/zip') return zip();
  return type === 'model/gltf-binary' ? glb() : stl();
}
