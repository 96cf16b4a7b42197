import type { Mesh } from './mesh.ts';

/** What is left as it is around a place that went wrong, mm. */
const SPOT_MM = 1.5;
/** Cells of that size along an axis, with the middle of them at 0 mm. */
const CELLS = 2 ** 17;

/**
 * Locks the vertices around some places.
 * @param spots x, y, z each, mm
 * @param locked 1 for each vertex that is locked, also by others
 * @returns 1 for those that were not locked before
 */
export function lockAround({ positions: p }: Mesh, spots: readonly number[], locked: Uint8Array): Uint8Array {
  const cells = new Set<number>();
  for (let i = 0; i < spots.length; i += 3)
    for (const dx of [-1, 0, 1])
      for (const dy of [-1, 0, 1])
        for (const dz of [-1, 0, 1])
          cells.add(cellAt(spots[i]! + dx * SPOT_MM, spots[i + 1]! + dy * SPOT_MM, spots[i + 2]! + dz * SPOT_MM));
  const fresh = new Uint8Array(locked.length);
  if (cells.size === 0) return fresh;
  for (let v = 0; v < locked.length; v++) {
    if (locked[v] === 1 || !cells.has(cellAt(p[3 * v]!, p[3 * v + 1]!, p[3 * v + 2]!))) continue;
    locked[v] = fresh[v] = 1;
  }
  return fresh;
}

function cellAt(x: number, y: number, z: number): number {
  return (cellOf(x) * CELLS + cellOf(y)) * CELLS + cellOf(z);
}

function cellOf(mm: number): number {
  return Math.floor(mm / SPOT_MM) + CELLS / 2;
}
