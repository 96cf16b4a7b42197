import { Document, NodeIO, type Node } from '@gltf-transform/core';
import { EXTMeshoptCompression, KHRMeshQuantization } from '@gltf-transform/extensions';
import { MeshoptEncoder } from 'meshoptimizer/encoder';
import { vertexCount, type Mesh } from '../surface/mesh.ts';
import { appearanceOf, toLinear } from './appearance.ts';
import { smoothNormals } from './normals.ts';

/** What a model is called: the tissue's identifier, and its name for people. */
export interface ModelName {
  tissue: string;
  label: string;
}

const STEPS = 65_535;
const METRES_PER_MM = 0.001;
/** A quarter turn about x: LPS (x, y, z) becomes glTF's (x, z, -y). Quaternion x, y, z, w. */
const LPS_TO_GLTF: [number, number, number, number] = [-Math.SQRT1_2, 0, 0, Math.SQRT1_2];

/**
 * A binary glTF 2.0 file of one mesh that every reader opens: no extension, 32-bit positions and smooth normals.
 * Positions are in metres and in glTF's axes (+y up, the front looks to +z): the patient looks to +z with the left
 * side at +x, and all models of a job lie where they are in the patient.
 */
export async function encodeGlb(mesh: Mesh, name: ModelName): Promise<Uint8Array> {
  const { positions: p } = mesh;
  const lps = smoothNormals(mesh);
  const positions = new Float32Array(p.length);
  const normals = new Float32Array(p.length);
  for (let i = 0; i < p.length; i += 3) {
    positions[i] = METRES_PER_MM * p[i]!;
    positions[i + 1] = METRES_PER_MM * p[i + 2]!;
    positions[i + 2] = -METRES_PER_MM * p[i + 1]!;
    normals[i] = lps[i]!;
    normals[i + 1] = lps[i + 2]!;
    normals[i + 2] = -lps[i + 1]!;
  }
  const indices = narrowed(mesh.triangles, vertexCount(mesh));
  const { document } = scene({ positions, normals, indices }, name);
  return await new NodeIO().writeBinary(document);
}

/**
 * The same for viewers on the web: compressed (EXT_meshopt_compression), 16-bit positions (KHR_mesh_quantization) and
 * smooth normals of 8 bits a component.
 *
 * Positions are steps of one size on all axes from the mesh's lowest corner; the step is its longest side / 65535,
 * so no vertex moves by more than half of that on an axis (0.0023 mm for 300 mm). The node turns steps into metres
 * and LPS into glTF's axes, with `low` that corner in mm:
 *
 *     | x |            | 1  0  0 |   (       | i |         )
 *     | y | = 0.001 *  | 0  0  1 | * ( low + | j | * step  )
 *     | z |            | 0 -1  0 |   (       | k |         )
 */
export async function encodeWebGlb(mesh: Mesh, name: ModelName): Promise<Uint8Array> {
  await MeshoptEncoder.ready;
  const { indices, steps, normals, low, step } = quantise(mesh);
  const { document, node } = scene({ positions: steps, normals, indices }, name);
  const { FILTER } = EXTMeshoptCompression.EncoderMethod;
  document.createExtension(EXTMeshoptCompression).setRequired(true).setEncoderOptions({ method: FILTER });
  document.createExtension(KHRMeshQuantization).setRequired(true);
  const [x, y, z] = low;
  node
    .setScale([step * METRES_PER_MM, step * METRES_PER_MM, step * METRES_PER_MM])
    .setRotation(LPS_TO_GLTF)
    .setTranslation([x * METRES_PER_MM, z * METRES_PER_MM, -y * METRES_PER_MM]);
  const io = new NodeIO()
    .registerExtensions([EXTMeshoptCompression, KHRMeshQuantization])
    .registerDependencies({ 'meshopt.encoder': MeshoptEncoder });
  return await io.writeBinary(document);
}

interface Geometry {
  positions: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
  normals: Float32Array<ArrayBuffer>;
  indices: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

/** A scene of one node with one mesh in its tissue's colour. */
function scene(
  { positions, normals, indices }: Geometry,
  { tissue, label }: ModelName,
): { document: Document; node: Node } {
  const document = new Document();
  document.getRoot().getAsset().generator = 'SOM3D';
  const buffer = document.createBuffer();
  const { rgb, roughness, metallic } = appearanceOf(tissue);
  const [red, green, blue] = rgb;
  const material = document
    .createMaterial(label)
    .setBaseColorFactor([toLinear(red), toLinear(green), toLinear(blue), 1])
    .setRoughnessFactor(roughness)
    .setMetallicFactor(metallic);
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', document.createAccessor().setType('VEC3').setArray(positions).setBuffer(buffer))
    .setAttribute('NORMAL', document.createAccessor().setType('VEC3').setArray(normals).setBuffer(buffer))
    .setIndices(document.createAccessor().setType('SCALAR').setArray(indices).setBuffer(buffer))
    .setMaterial(material);
  const node = document
    .createNode(label)
    .setMesh(document.createMesh(label).addPrimitive(primitive))
    .setExtras({ tissue });
  document.getRoot().setDefaultScene(document.createScene(label).addChild(node));
  return { document, node };
}

/** In 16 bits where they suffice. The greatest index of a kind starts a new strip where it is not left out. */
function narrowed(triangles: Uint32Array, vertices: number): Geometry['indices'] {
  return vertices < STEPS ? Uint16Array.from(triangles) : Uint32Array.from(triangles);
}

interface Quantised {
  indices: Geometry['indices'];
  steps: Uint16Array<ArrayBuffer>;
  normals: Float32Array<ArrayBuffer>;
  /** Lowest corner, LPS mm. */
  low: [number, number, number];
  /** Length of a step, mm. */
  step: number;
}

/** Triangles and vertices in the order that compresses best, positions in whole steps. */
function quantise(mesh: Mesh): Quantised {
  const { positions } = mesh;
  const ordered = new Uint32Array(mesh.triangles);
  const [target, used] = MeshoptEncoder.reorderMesh(ordered, true, true);
  const { low, extent } = boundsOf(positions);
  const step = extent > 0 ? extent / STEPS : 1;
  const smooth = smoothNormals(mesh);
  const steps = new Uint16Array(3 * used);
  const normals = new Float32Array(3 * used);
  for (let v = 0; v < vertexCount(mesh); v++) {
    const to = target[v]!;
    if (to >= used) continue;
    for (let c = 0; c < 3; c++) {
      steps[3 * to + c] = Math.round((positions[3 * v + c]! - low[c]!) / step);
      normals[3 * to + c] = smooth[3 * v + c]!;
    }
  }
  return { indices: narrowed(ordered, used), steps, normals, low, step };
}

function boundsOf(positions: Float32Array): { low: [number, number, number]; extent: number } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 3)
    for (let c = 0; c < 3; c++) {
      const value = positions[i + c]!;
      if (value < low[c]!) low[c] = value;
      if (value > high[c]!) high[c] = value;
    }
  return { low, extent: Math.max(high[0] - low[0], high[1] - low[1], high[2] - low[2]) };
}
