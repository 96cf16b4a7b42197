import { BufferAttribute, BufferGeometry } from 'three';
import { MeshBVH, type SerializedBVH } from 'three-mesh-bvh';

export interface TreeRequest {
  readonly id: number;
  readonly positions: Float32Array;
  readonly index: Uint32Array | null;
}

export interface TreeAnswer {
  readonly id: number;
  readonly tree: SerializedBVH;
}

/** Makes the tree of a mesh. Indirect: the triangles keep the order that the graphics card has already. */
function treeOf({ positions, index }: TreeRequest): SerializedBVH {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  if (index) geometry.setIndex(new BufferAttribute(index, 1));
  return MeshBVH.serialize(new MeshBVH(geometry, { indirect: true }), { cloneBuffers: false });
}

addEventListener('message', ({ data }: MessageEvent<TreeRequest>) => {
  const answer: TreeAnswer = { id: data.id, tree: treeOf(data) };
  postMessage(answer);
});
