import { BackSide, type BufferGeometry, FrontSide, Ray, Triangle, Vector3 } from 'three';
import { MeshBVH, type SerializedBVH } from 'three-mesh-bvh';
import type { TreeAnswer, TreeRequest } from './tree.worker.ts';

/** A place on a surface, LPS mm. */
export interface Hit {
  readonly file: string;
  readonly point: Vector3;
  /** Out of the part, length 1. */
  readonly normal: Vector3;
}

/** Where walls are measured, about. */
const WALL_PLACES = 2000;
/** Then the page answers the person before more are measured. */
const WALLS_AT_ONCE = 200;
/** So far inside a surface begins the way to the other side: what lies nearer is the surface itself. */
const SKIN_MM = 1e-3;

/**
 * Finds surfaces under rays. The trees for it are made in a worker, because one of 300,000 triangles takes longer than a
 * person waits for an answer to a touch.
 */
export class Picker {
  readonly #trees = new Map<string, Promise<MeshBVH>>();
  readonly #waiting = new Map<number, PromiseWithResolvers<SerializedBVH>>();
  #worker: Worker | undefined;
  #next = 0;

  #start(): Worker {
    const worker = new Worker(new URL('./tree.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<TreeAnswer>) => {
      this.#waiting.get(data.id)?.resolve(data.tree);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener('error', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the worker of the trees ended'));
      this.#waiting.clear();
    });
    return worker;
  }

  add(file: string, geometry: BufferGeometry): void {
    this.#worker ??= this.#start();
    const id = this.#next++;
    const positions = Float32Array.from(geometry.attributes.position?.array ?? []);
    const index = geometry.index ? Uint32Array.from(geometry.index.array) : null;
    const made = Promise.withResolvers<SerializedBVH>();
    this.#waiting.set(id, made);
    const tree = made.promise.then((serialized) => MeshBVH.deserialize(serialized, geometry, { setIndex: false }));
    // Whoever touches the model hears of it.
    tree.catch(() => undefined);
    this.#trees.set(file, tree);
    const request: TreeRequest = { id, positions, index };
    this.#worker.postMessage(request, [positions.buffer, ...(index ? [index.buffer] : [])]);
  }

  remove(file: string): void {
    this.#trees.delete(file);
  }

  /** @param counts whether a place is to be seen, e.g. on the side of a cut that is shown */
  async nearest(ray: Ray, files: readonly string[], counts: (point: Vector3) => boolean): Promise<Hit | undefined> {
    let best: (Hit & { readonly distance: number }) | undefined;
    for (const file of files) {
      const tree = await this.#trees.get(file);
      for (const { distance, point, face } of tree?.raycast(ray, FrontSide) ?? []) {
        if (!face || (best && best.distance <= distance) || !counts(point)) continue;
        best = { file, distance, point: point.clone(), normal: face.normal.clone() };
      }
    }
    return best;
  }

  /** From a touched point straight into the part: where it ends. Undefined where it has no other side. */
  async opposite({ file, point, normal }: Hit): Promise<Vector3 | undefined> {
    const tree = await this.#trees.get(file);
    const inward = normal.clone().negate();
    const from = point.clone().addScaledVector(inward, SKIN_MM);
    return tree?.raycastFirst(new Ray(from, inward), BackSide)?.point.clone();
  }

  /** @returns mm that 99 of 100 places of the surface exceed, undefined where no place has another side */
  async thinnestWall(file: string): Promise<number | undefined> {
    const tree = await this.#trees.get(file);
    if (!tree) return undefined;
    const { geometry } = tree;
    const faces = (geometry.index?.count ?? geometry.attributes.position?.count ?? 0) / 3;
    const step = Math.max(1, Math.floor(faces / WALL_PLACES));
    const walls: number[] = [];
    const triangle = new Triangle();
    const normal = new Vector3();
    for (let face = 0; face < faces; face += step) {
      if (walls.length % WALLS_AT_ONCE === WALLS_AT_ONCE - 1) await new Promise((resolve) => setTimeout(resolve));
      setCorners(triangle, geometry, face);
      const inward = triangle.getNormal(normal).negate();
      const from = triangle.getMidpoint(new Vector3()).addScaledVector(inward, SKIN_MM);
      const hit = tree.raycastFirst(new Ray(from, inward), BackSide);
      if (hit) walls.push(hit.distance);
    }
    return walls.toSorted((a, b) => a - b)[Math.floor(walls.length / 100)];
  }

  dispose(): void {
    this.#worker?.terminate();
    this.#trees.clear();
    this.#waiting.clear();
  }
}

function setCorners({ a, b, c }: Triangle, { attributes, index }: BufferGeometry, face: number): void {
  const { position } = attributes;
  if (!position) return;
  for (const [at, corner] of [a, b, c].entries()) {
    const vertex = 3 * face + at;
    corner.fromBufferAttribute(position, index ? index.getX(vertex) : vertex);
  }
}
