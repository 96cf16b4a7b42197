import type { Client, JobStls } from '@som3d/client';
import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  Color,
  Matrix3,
  Matrix4,
  Mesh,
  type MeshStandardMaterial,
  Vector3,
} from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { MeshoptDecoder } from 'meshoptimizer/decoder';

export type Item = JobStls['items'][number];

/** What people call a part. */
export function labelOf({ label, filename }: Item): string {
  return label ?? filename.replace(/\.stl$/i, '');
}

/** The box of parts as the service measured it: empty for a job of the predecessor. */
export function boxOf(items: readonly Item[]): Box3 {
  const box = new Box3();
  for (const { bounding_box_mm: bounds } of items) {
    if (bounds) box.expandByPoint(new Vector3(...bounds.min)).expandByPoint(new Vector3(...bounds.max));
  }
  return box;
}

/** How a part is drawn. */
export interface Look {
  readonly visible: boolean;
  /** #rrggbb */
  readonly colour: string;
  /** 0 to 1 */
  readonly opacity: number;
}

/** A part that can be drawn. */
export interface LoadedPart {
  /** The name of its STL, which identifies it in saved views. */
  readonly file: string;
  /** Positions are LPS mm. */
  readonly geometry: BufferGeometry;
  /** As the file has it. */
  readonly colour: string;
}

/** Metres with y up, as glTF has them, become millimetres of the patient (LPS). */
const GLTF_TO_LPS = new Matrix4().set(1000, 0, 0, 0, 0, 0, -1000, 0, 0, 1000, 0, 0, 0, 0, 0, 1);
const BONE = '#e9dcc0';

/** Something to draw, and where it comes from. */
export interface Source {
  /** The name of the part's STL. */
  readonly file: string;
  readonly label: string;
  /** At first. */
  readonly opacity: number;
  readonly load: (signal: AbortSignal) => Promise<LoadedPart>;
}

/** The smallest file of a part that shows its surface. A job of the predecessor has an STL alone. */
function fileToShow({ filename, files }: Item): string {
  return files?.web_glb?.filename ?? files?.glb.filename ?? filename;
}

/** Loads a part of a finished job. */
async function loadPart(client: Client, jobId: string, item: Item, signal: AbortSignal): Promise<LoadedPart> {
  const name = fileToShow(item);
  const { body } = await client.som3d.jobFile({ params: { id: jobId, name }, signal });
  const bytes = await body.arrayBuffer();
  if (name.toLowerCase().endsWith('.stl')) return { file: item.filename, geometry: await readStl(bytes), colour: BONE };
  return { file: item.filename, ...(await readGlb(bytes)) };
}

/** The first mesh of a GLB, in LPS mm. @throws Error when there is none */
export async function readGlb(bytes: ArrayBuffer): Promise<{ geometry: BufferGeometry; colour: string }> {
  await MeshoptDecoder.ready;
  const { scene } = await new GLTFLoader().setMeshoptDecoder(MeshoptDecoder).parseAsync(bytes, '');
  scene.updateMatrixWorld(true);
  const found: Mesh[] = [];
  scene.traverse((node) => {
    if (node instanceof Mesh) found.push(node);
  });
  const [mesh] = found;
  if (!mesh) throw new Error('the GLB has no mesh');
  const { color } = mesh.material as MeshStandardMaterial;
  return { geometry: inPatient(mesh), colour: `#${(color ?? new Color(BONE)).getHexString()}` };
}

/** Stored steps of 16 bits become plain millimetres, so that all that follows measures in the patient. */
function inPatient({ geometry, matrixWorld }: Mesh): BufferGeometry {
  const { position, normal } = geometry.attributes;
  if (!position) throw new Error('the GLB has no positions');
  const matrix = new Matrix4().multiplyMatrices(GLTF_TO_LPS, matrixWorld);
  const turn = new Matrix3().getNormalMatrix(matrix);
  const positions = new Float32Array(3 * position.count);
  const normals = new Float32Array(3 * position.count);
  const v = new Vector3();
  for (let i = 0; i < position.count; i++) {
    v.fromBufferAttribute(position, i)
      .applyMatrix4(matrix)
      .toArray(positions, 3 * i);
    if (normal)
      v.fromBufferAttribute(normal, i)
        .applyNormalMatrix(turn)
        .toArray(normals, 3 * i);
  }
  const own = new BufferGeometry();
  own.setAttribute('position', new BufferAttribute(positions, 3));
  own.setIndex(geometry.index ? new BufferAttribute(Uint32Array.from(geometry.index.array), 1) : null);
  if (normal) own.setAttribute('normal', new BufferAttribute(normals, 3));
  else own.computeVertexNormals();
  own.computeBoundingBox();
  own.computeBoundingSphere();
  return own;
}

/** An STL of the service is in the patient's coordinates already. */
async function readStl(bytes: ArrayBuffer): Promise<BufferGeometry> {
  const { STLLoader } = await import('three/examples/jsm/loaders/STLLoader.js');
  const geometry = new STLLoader().parse(bytes);
  geometry.computeBoundingBox();
  geometry.computeBoundingSphere();
  return geometry;
}

const OUTSIDE = /piel|skin|body|grasa|fat|tejido|musculo|muscle/;
const SEEN_THROUGH = 0.25;

function isOutside({ tissue, filename }: Item): boolean {
  // A file's name holds the name of the case, too.
  return OUTSIDE.test((tissue ?? filename).toLowerCase());
}

/** The parts of a finished job. What lies around another part is seen through at first. */
export function sourcesOf(client: Client, jobId: string, items: readonly Item[]): Source[] {
  const inner = items.some((item) => !isOutside(item));
  return items.map((item) => ({
    file: item.filename,
    label: labelOf(item),
    opacity: inner && isOutside(item) ? SEEN_THROUGH : 1,
    load: async (signal) => await loadPart(client, jobId, item, signal),
  }));
}
