import { setImmediate as nextTurn } from 'node:timers/promises';
import { integerLevels, type Field } from '../surface/field.ts';

/**
 * Marks the air that the body encloses in its slice (airways, lungs, gut), so that only its outer surface is
 * left. Slice by slice, because through mouth and nose that air is joined to the air around.
 * @returns a mask with `mark` at those voxels and 0 elsewhere
 */
export async function fillEnclosedAir(field: Field, mark: number): Promise<Uint8Array<SharedArrayBuffer>> {
  const { data, nx, ny, nz } = field.volume;
  const { aboveHu } = integerLevels(field);
  const mask = new Uint8Array(new SharedArrayBuffer(data.length));
  const stack = new Int32Array(nx * ny);
  for (let k = 0; k < nz; k++) {
    const start = k * nx * ny;
    markReachable(data.subarray(start, start + nx * ny), mask.subarray(start, start + nx * ny), {
      nx,
      ny,
      aboveHu,
      stack,
    });
    for (let v = start; v < start + nx * ny; v++) mask[v] = mask[v] === 0 && data[v]! <= aboveHu ? mark : 0;
    await nextTurn();
  }
  return mask;
}

const REACHED = 1;

/** Flood fill from the border of a slice through its air. */
function markReachable(
  slice: Int16Array,
  reached: Uint8Array,
  { nx, ny, aboveHu, stack }: { nx: number; ny: number; aboveHu: number; stack: Int32Array },
): void {
  let top = 0;
  const visit = (pixel: number): void => {
    if (reached[pixel] === REACHED || slice[pixel]! > aboveHu) return;
    reached[pixel] = REACHED;
    stack[top++] = pixel;
  };
  for (let i = 0; i < nx; i++) {
    visit(i);
    visit((ny - 1) * nx + i);
  }
  for (let j = 0; j < ny; j++) {
    visit(j * nx);
    visit(j * nx + nx - 1);
  }
  while (top > 0) {
    const pixel = stack[--top]!;
    const column = pixel % nx;
    if (column > 0) visit(pixel - 1);
    if (column < nx - 1) visit(pixel + 1);
    if (pixel >= nx) visit(pixel - nx);
    if (pixel < nx * (ny - 1)) visit(pixel + nx);
  }
}
