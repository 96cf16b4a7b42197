import { Matrix4, Quaternion, Vector3, type Box3 } from 'three';

/**
 * Where the viewer's camera stands. Coordinates are LPS in mm: +x is the patient's left, +y posterior, +z superior.
 * The projection is parallel, so a millimetre has one length on the whole picture.
 */
export interface View {
  readonly target: Vector3;
  /** From the target to the eye, length 1. Up on the picture is superior, as far as the direction allows. */
  readonly direction: Vector3;
  /** What the picture shows from its lower to its upper edge, mm. */
  readonly heightMm: number;
}

/** Anterior, posterior, left, right, superior, inferior. */
export const VIEW_NAMES = ['A', 'P', 'L', 'R', 'S', 'I'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

/** Steep views lean by so much, so that up on the picture is anterior, as on a radiologist's axial slices. */
const LEAN = 1e-4;

const TOWARDS: Readonly<Record<ViewName, readonly [number, number, number]>> = {
  A: [0, -1, 0],
  P: [0, 1, 0],
  L: [1, 0, 0],
  R: [-1, 0, 0],
  S: [0, LEAN, 1],
  I: [0, -LEAN, -1],
};

/** From the patient to an eye that sees this side. */
export function directionOf(name: ViewName): Vector3 {
  return new Vector3(...TOWARDS[name]).normalize();
}

/** The side that an eye in this direction sees best. */
export function sideSeenFrom(direction: Vector3): ViewName {
  let best: ViewName = 'A';
  for (const name of VIEW_NAMES) {
    if (directionOf(name).dot(direction) > directionOf(best).dot(direction)) best = name;
  }
  return best;
}

const MARGIN = 1.12;
/** A picture of nothing, or of a point, still has a height. */
const LEAST_MM = 1;

/** Shows a box whole. @param aspect width of the picture by its height */
export function viewOfBox(box: Box3, direction: Vector3, aspect: number): View {
  const target = box.isEmpty() ? new Vector3() : box.getCenter(new Vector3());
  const axes = screenAxes(direction);
  let width = 0;
  let height = 0;
  for (let corner = 0; corner < 8; corner++) {
    const from = new Vector3(
      corner & 1 ? box.max.x : box.min.x,
      corner & 2 ? box.max.y : box.min.y,
      corner & 4 ? box.max.z : box.min.z,
    ).sub(target);
    width = Math.max(width, 2 * Math.abs(from.dot(axes.right)));
    height = Math.max(height, 2 * Math.abs(from.dot(axes.up)));
  }
  const heightMm = MARGIN * Math.max(height, width / Math.max(aspect, 0.1));
  return { target, direction, heightMm: Number.isFinite(heightMm) ? Math.max(LEAST_MM, heightMm) : 100 };
}

/** Right and up of the picture for an eye in this direction. */
export function screenAxes(direction: Vector3): { right: Vector3; up: Vector3 } {
  const superior = new Vector3(0, 0, 1);
  const right = superior.clone().cross(direction);
  // Straight from above or below: leaning as the named views do.
  if (right.lengthSq() < 1e-12) right.set(-Math.sign(direction.z), 0, 0);
  right.normalize();
  return { right, up: direction.clone().cross(right).normalize() };
}

/** Out of a face of the cube, and up on its letter. */
const FACE_UP: Readonly<Record<ViewName, readonly [number, number, number]>> = {
  A: [0, 0, 1],
  P: [0, 0, 1],
  L: [0, 0, 1],
  R: [0, 0, 1],
  S: [0, -1, 0],
  I: [0, -1, 0],
};

/**
 * How a face of the orientation cube lies on the screen, as a CSS `matrix3d` (y points down there).
 *
 * @param camera rotation of the camera in LPS
 */
export function cubeFace(name: ViewName, camera: Quaternion): string {
  const out = new Vector3(...TOWARDS[name]).round();
  const up = new Vector3(...FACE_UP[name]);
  const right = up.clone().cross(out);
  const toScreen = camera.clone().invert();
  const flip = new Matrix4().makeScale(1, -1, 1);
  const columns = [right, up.negate(), out].map((axis) => axis.applyQuaternion(toScreen).applyMatrix4(flip));
  const [x, y, z] = columns as [Vector3, Vector3, Vector3];
  return `matrix3d(${new Matrix4()
    .makeBasis(x, y, z)
    .elements.map((value) => value.toFixed(5))
    .join(',')})`;
}

/** The scale bar: the longest of 1, 2, 5, 10, … mm that fits. */
export function scaleBar(mmPerPixel: number, mostPixels: number): { mm: number; pixels: number } {
  const most = mmPerPixel * mostPixels;
  const decade = 10 ** Math.floor(Math.log10(most));
  const mm = decade * (most >= 5 * decade ? 5 : most >= 2 * decade ? 2 : 1);
  return { mm, pixels: mm / mmPerPixel };
}

/** The same look at another model, whose middle lies elsewhere. */
export function linkedView({ target, direction, heightMm }: View, from: Box3, to: Box3): View {
  const moved = target.clone().sub(from.getCenter(new Vector3())).add(to.getCenter(new Vector3()));
  return { target: moved, direction, heightMm };
}
