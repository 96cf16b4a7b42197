/**
 * The square of the origin's distance from the triangle a, a + u, a + w, by the region that it is in: a corner's, an
 * edge's or the inside's (Ericson, Real-Time Collision Detection 2005, 5.1.5).
 */
export function originToTriangle(
  ax: number,
  ay: number,
  az: number,
  ux: number,
  uy: number,
  uz: number,
  wx: number,
  wy: number,
  wz: number,
): number {
  const uw = ux * wx + uy * wy + uz * wz;
  const a1 = -(ax * ux + ay * uy + az * uz);
  const a2 = -(ax * wx + ay * wy + az * wz);
  const b1 = a1 - (ux * ux + uy * uy + uz * uz);
  const b2 = a2 - uw;
  const c1 = a1 - uw;
  const c2 = a2 - (wx * wx + wy * wy + wz * wz);
  const acrossA = b1 * c2 - c1 * b2;
  const acrossB = c1 * a2 - a1 * c2;
  const acrossC = a1 * b2 - b1 * a2;
  let s = 0;
  let r = 0;
  if (a1 > 0 || a2 > 0) {
    if (b1 >= 0 && b2 <= b1) s = 1;
    else if (c2 >= 0 && c1 <= c2) r = 1;
    else if (acrossC <= 0 && a1 >= 0 && b1 <= 0) s = a1 / (a1 - b1);
    else if (acrossB <= 0 && a2 >= 0 && c2 <= 0) r = a2 / (a2 - c2);
    else if (acrossA <= 0) {
      r = Math.min(1, Math.max(0, (b2 - b1) / (b2 - b1 + c1 - c2)));
      s = 1 - r;
    } else {
      const share = 1 / (acrossA + acrossB + acrossC);
      s = Math.min(1, Math.max(0, acrossB * share));
      r = Math.min(1 - s, Math.max(0, acrossC * share));
    }
  }
  const dx = ax + s * ux + r * wx;
  const dy = ay + s * uy + r * wy;
  const dz = az + s * uz + r * wz;
  return dx * dx + dy * dy + dz * dz;
}
