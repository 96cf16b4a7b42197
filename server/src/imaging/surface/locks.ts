import type { Mesh } from './mesh.ts';

/** What is left as it is around a place that went wrong, mm. */
const SPOT_MM = 1.5;
/** Cells of that size along an axis, with the middle of them at 0 mm. */
const CELLS = 2 ** 17;
/** Of the cells, to tell at once that most are not meant. */
const HASHES = 2 ** 16;

/**
 * Locks the vertices around some places.
 * @param spots x, y, z each, mm
 * @param locked 1 for each vertex that is locked, also by others
 * @returns 1 for those that were not locked before
 */
export function lockAround({ positions: p }: Mesh, spots: readonly number[], locked: Uint8Array): Uint8Array {
  const cells = new Set<number>();
  const perhaps = new Uint8Array(HASHES);
  for (let i = 0; i < spots.length; i += 3)
    for (const dx of [-1, 0, 1])
      for (const dy of [-1, 0, 1])
        for (const dz of [-1, 0, 1]) {
          const x = cellOf(spots[i]! + dx * SPOT_MM);
          const y = cellOf(spots[i + 1]! + dy * SPOT_MM);
          const z = cellOf(spots[i + 2]! + dz * SPOT_MM);
          cells.add(cellAt(x, y, z));
          perhaps[hashOf(x, y, z)] = 1;
        }
  const fresh = new Uint8Array(locked.length);
  if (cells.size === 0) return fresh;
  for (let v = 0; v < locked.length; v++) {
    const x = cellOf(p[3 * v]!);
    const y = cellOf(p[3 * v + 1]!);
    const z = cellOf(p[3 * v + 2]!);
    // The set is slow to ask, and nearly all vertices are far from every spot.
    if (perhaps[hashOf(x, y, z)] === 0 || locked[v] === 1 || !cells.has(cellAt(x, y, z))) continue;
    locked[v] = fresh[v] = 1;
  }
  return fresh;
}

function cellAt(x: number, y: number, z: number): number {
  return (x * CELLS + y) * CELLS + z;
}

function hashOf(x: number, y: number, z: number): number {
  return (Math.imul(x, 73_856_093) ^ Math.imul(y, 19_349_663) ^ Math.imul(z, 83_492_791)) & (HASHES - 1);
}

function cellOf(mm: number): number {
  return Math.floor(mm / SPOT_MM) + CELLS / 2;
}
