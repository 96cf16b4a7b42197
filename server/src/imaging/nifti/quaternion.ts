import type { Vector } from '../volume.ts';

/** The columns of a rotation matrix. */
type Axes = [Vector, Vector, Vector];

/** A rotation from the last three parts of its unit quaternion (a, b, c, d), a >= 0, as NIfTI stores it. */
export function quaternionToAxes([b, c, d]: Vector): Axes {
  const a = Math.sqrt(Math.max(0, 1 - b * b - c * c - d * d));
  return [
    [a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)],
    [2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)],
    [2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c],
  ];
}

/** The last three parts of a rotation's unit quaternion whose first is not negative. */
export function toQuaternion([x, y, z]: Axes): Vector {
  // Four ways to the same result; the one with the largest divisor loses no digits.
  const squares = [1 + x[0] + y[1] + z[2], 1 + x[0] - y[1] - z[2], 1 - x[0] + y[1] - z[2], 1 - x[0] - y[1] + z[2]];
  const largest = squares.indexOf(Math.max(...squares));
  const s = 2 * Math.sqrt(squares[largest]!);
  const parts = (
    [
      [s / 4, (y[2] - z[1]) / s, (z[0] - x[2]) / s, (x[1] - y[0]) / s],
      [(y[2] - z[1]) / s, s / 4, (y[0] + x[1]) / s, (z[0] + x[2]) / s],
      [(z[0] - x[2]) / s, (y[0] + x[1]) / s, s / 4, (z[1] + y[2]) / s],
      [(x[1] - y[0]) / s, (z[0] + x[2]) / s, (z[1] + y[2]) / s, s / 4],
    ] as const
  )[largest]!;
  const sign = parts[0] < 0 ? -1 : 1;
  return [sign * parts[1], sign * parts[2], sign * parts[3]];
}
