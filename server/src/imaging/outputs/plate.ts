import { measure } from '../surface/measure.ts';
import type { Mesh } from '../surface/mesh.ts';

/** The mesh moved onto the plate of a printer: its lowest point at z = 0, its box around x = 0 and y = 0. */
export function onPlate(mesh: Mesh): Mesh {
  const { min, max } = measure(mesh);
  const origin = [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, min[2]] as const;
  const positions = new Float32Array(new SharedArrayBuffer(mesh.positions.byteLength));
  for (let i = 0; i < positions.length; i++) positions[i] = mesh.positions[i]! - origin[i % 3]!;
  return { positions, triangles: mesh.triangles };
}
