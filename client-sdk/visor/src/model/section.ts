import { type Box3, Plane, Vector3 } from 'three';

export const SECTION_AXES = ['sagittal', 'coronal', 'axial', 'view'] as const;
export type SectionAxis = (typeof SECTION_AXES)[number];

/** A cut through all parts. What lies on the side to which `normal` points is left away. */
export interface Section {
  readonly axis: SectionAxis;
  /** LPS, length 1. */
  readonly normal: Vector3;
  /** Of the plane from the origin along `normal`, mm. */
  readonly atMm: number;
}

const NORMALS: Readonly<Record<Exclude<SectionAxis, 'view'>, readonly [number, number, number]>> = {
  sagittal: [1, 0, 0],
  // Towards the front, so that the usual view from there sees the cut face.
  coronal: [0, -1, 0],
  axial: [0, 0, 1],
};

/** A cut through the middle of a box. @param eye from the target to the eye: the normal of a cut in the picture's plane */
export function sectionThrough(axis: SectionAxis, box: Box3, eye: Vector3): Section {
  const normal = axis === 'view' ? eye.clone().normalize() : new Vector3(...NORMALS[axis]);
  return { axis, normal, atMm: normal.dot(box.getCenter(new Vector3())) };
}

/** The same cut that leaves the other side away. */
export function flipped({ axis, normal, atMm }: Section): Section {
  return { axis, normal: normal.clone().negate(), atMm: -atMm };
}

/** How far the cut can be moved: where the box begins and ends along its normal, mm. */
export function rangeOf({ normal }: Section, box: Box3): { min: number; max: number } {
  const centre = box.getCenter(new Vector3()).dot(normal);
  const size = box.getSize(new Vector3());
  const half = (Math.abs(normal.x) * size.x + Math.abs(normal.y) * size.y + Math.abs(normal.z) * size.z) / 2;
  return { min: centre - half, max: centre + half };
}

export function movedTo(section: Section, atMm: number, box: Box3): Section {
  const { min, max } = rangeOf(section, box);
  return { ...section, atMm: Math.min(max, Math.max(min, atMm)) };
}

/** The plane that leaves away what lies beyond the section, as three's clipping wants it. */
export function clippingPlane({ normal, atMm }: Section): Plane {
  return new Plane(normal.clone().negate(), atMm);
}

export function isCutAway({ normal, atMm }: Section, point: Vector3): boolean {
  return normal.dot(point) > atMm;
}
