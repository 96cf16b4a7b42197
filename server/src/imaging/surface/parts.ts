import { findComponents, piecesOf, type DroppedPieces } from './components.ts';
import { cavityOwners } from './enclosure.ts';
import type { Mesh } from './mesh.ts';

/** More parts than this of one tissue are no use to anybody. */
const MAX_PARTS = 50;

/** The largest outer surfaces of a mesh, largest first, each with its cavities. */
export interface Parts {
  /** Each says of a vertex whether it belongs to the part: also in a mesh that only has other positions. */
  parts: ((vertex: number) => boolean)[];
  /** The outer surfaces that are too many. */
  dropped: DroppedPieces;
}

/** Takes a mesh apart, into at most MAX_PARTS parts. */
export function findParts(mesh: Mesh): Parts {
  const components = findComponents(mesh);
  const { ofVertex, count, volumesMm3 } = components;
  const all = Array.from(volumesMm3.keys());
  const shells = all.filter((component) => volumesMm3[component]! >= 0);
  const largestFirst = shells.toSorted((a, b) => volumesMm3[b]! - volumesMm3[a]!);
  const parts = largestFirst.slice(0, MAX_PARTS);
  const owner = new Int32Array(count).fill(-1);
  for (const part of parts) owner[part] = part;
  const cavities = all.filter((component) => volumesMm3[component]! < 0);
  for (const [cavity, shell] of cavityOwners(mesh, components, parts, cavities)) owner[cavity] = shell;
  return {
    parts: parts.map((part) => (vertex) => owner[ofVertex[vertex]!] === part),
    dropped: piecesOf(largestFirst.slice(MAX_PARTS).map((shell) => volumesMm3[shell]!)),
  };
}
