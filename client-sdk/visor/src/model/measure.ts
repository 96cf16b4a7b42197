import type { Vector3 } from 'three';

export const MEASURE_KINDS = ['distance', 'angle', 'thickness'] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

/** Points are LPS mm. A thickness has the point that was touched and the one opposite. */
export interface Measure {
  readonly id: number;
  readonly kind: MeasureKind;
  readonly points: readonly Vector3[];
}

/** How many points a person touches. */
export const TOUCHES: Readonly<Record<MeasureKind, number>> = { distance: 2, angle: 3, thickness: 1 };

/** The angle at the second of three points, degrees; 0 where two of them are the same. */
export function angleDegrees(a: Vector3, corner: Vector3, b: Vector3): number {
  const one = a.clone().sub(corner);
  const other = b.clone().sub(corner);
  if (one.lengthSq() === 0 || other.lengthSq() === 0) return 0;
  // atan2 is exact for small angles too, where acos is not.
  return (180 / Math.PI) * Math.atan2(one.clone().cross(other).length(), one.dot(other));
}

/** Millimetres, or degrees of an angle. */
export function valueOf({ kind, points }: Measure): number {
  const [a, b, c] = points;
  if (!a || !b) return 0;
  return kind === 'angle' ? (c ? angleDegrees(a, b, c) : 0) : a.distanceTo(b);
}

/** With its unit, one decimal, in the way of a language. */
export function formatMeasure(measure: Measure, locale: string): string {
  const number = valueOf(measure).toLocaleString(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return measure.kind === 'angle' ? `${number}°` : `${number} mm`;
}
