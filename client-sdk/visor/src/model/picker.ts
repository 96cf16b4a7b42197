import { BackSide, type BufferGeometry, FrontSide, Ray, Vector3 } from 'three';
import { MeshBVH, type SerializedBVH } from 'three-mesh-bvh';
import type { TreeAnswer, TreeRequest } from './tree.worker.ts';

/** A place on a surface, LPS mm. */
export interface Hit {
  readonly file: string;
  readonly point: Vector3;
  /** Out of the part, length 1. */
  readonly normal: Vector3;
}

/** So far inside a surface begins the way to the other side: what lies nearer is the surface itself. */
const SKIN_MM = 1e-3;

/**
 * Finds surfaces under rays. The trees for it are made in a worker, because one of 300,000 triangles takes longer than a
 * person waits for an answer to a touch.
 */
export class Picker {
  readonly #trees = new Map<string, Promise<MeshBVH>>();
  readonly #waiting = new Map<number, (tree: SerializedBVH) => void>();
  #worker: Worker | undefined;
  #next = 0;

  #start(): Worker {
    const worker = new Worker(new URL('./tree.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<TreeAnswer>) => {
      this.#waiting.get(data.id)?.(data.tree);
      this.#waiting.delete(data.id);
    });
    return worker;
  }

  add(file: string, geometry: BufferGeometry): void {
    this.#worker ??= this.#start();
    const id = this.#next++;
    const positions = Float32Array.from(geometry.attributes.position?.array ?? []);
    const index = geometry.index ? Uint32Array.from(geometry.index.array) : null;
    const tree = new Promise<SerializedBVH>((resolve) => this.#waiting.set(id, resolve));
    this.#trees.set(
      file,
      tree.then((serialized) => MeshBVH.deserialize(serialized, geometry, { setIndex: false })),
    );
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

  dispose(): void {
    this.#worker?.terminate();
    this.#trees.clear();
    this.#waiting.clear();
  }
}
