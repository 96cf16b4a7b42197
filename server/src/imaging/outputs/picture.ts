import type { Mesh } from '../surface/mesh.ts';
import type { Vector } from '../volume.ts';
import { appearanceOf, toLinear, toSrgb } from './appearance.ts';
import { smoothNormals } from './normals.ts';
import { ambientLight } from './occlusion.ts';
import { encodePng } from './png.ts';
import { rasterize, type Camera, type View } from './rasterizer.ts';

/** Samples of a pixel's side, against jagged edges. */
const SAMPLES = 3;

/** Where the camera stands: from straight in front of the patient to their left, and up, degrees. */
const TURN_DEGREES = 32;
const RISE_DEGREES = 10;

interface Light {
  /** Towards the light, in the camera's axes (right, up, towards), unit length. */
  direction: Vector;
  strength: number;
}

const KEY: Light = { direction: unit([-0.5, 0.65, 0.7]), strength: 0.86 };
const FILL: Light = { direction: unit([0.85, 0.05, 0.5]), strength: 0.18 };
/** From all around, more from above. */
const AMBIENT = { above: 0.36, below: 0.15 };
const GLOSS = 0.14;
/** What is farthest away loses this share of its light. */
const DEPTH_FADE = 0.35;

/**
 * A picture of a model for lists, PNG with a transparent background: from the patient's front, turned a little to
 * their left, head up, whatever the scan's own orientation. The same mesh gives the same bytes.
 *
 * @param side of the square picture, pixels
 */
export function drawPicture(mesh: Mesh, tissue: string, side: number): Uint8Array {
  const view = rasterize(mesh, smoothNormals(mesh), threeQuarterView(), side * SAMPLES);
  return encodePng(shade(view, tissue), side, side);
}

/** In LPS: +x is the patient's left, +y the back, +z the head. */
function threeQuarterView(): Camera {
  const [turn, rise] = [(TURN_DEGREES * Math.PI) / 180, (RISE_DEGREES * Math.PI) / 180];
  const [s, c] = [Math.sin(turn), Math.cos(turn)];
  return {
    right: [c, s, 0],
    up: [-s * Math.sin(rise), c * Math.sin(rise), Math.cos(rise)],
    towards: [s * Math.cos(rise), -c * Math.cos(rise), Math.sin(rise)],
  };
}

/** RGBA of each pixel: the mean light of its samples that show something, and how many they are. */
function shade(view: View, tissue: string): Uint8Array {
  const { size, depth, normals, nearest, farthest } = view;
  const side = size / SAMPLES;
  const pixels = new Uint8Array(4 * side * side);
  const around = ambientLight(view, SAMPLES);
  const colour = appearanceOf(tissue).rgb.map(toLinear);
  const fade = DEPTH_FADE / Math.max(1e-6, nearest - farthest);
  for (let pixel = 0; pixel < side * side; pixel++) {
    const corner = SAMPLES * (Math.floor(pixel / side) * size + (pixel % side));
    let diffuse = 0;
    let gloss = 0;
    let shown = 0;
    for (let y = 0; y < SAMPLES; y++)
      for (let x = 0; x < SAMPLES; x++) {
        const at = corner + y * size + x;
        if (depth[at] === -Infinity) continue;
        const nearness = 1 - fade * (nearest - depth[at]!);
        const [nx, ny, nz] = [normals[3 * at]!, normals[3 * at + 1]!, normals[3 * at + 2]!];
        diffuse += nearness * diffuseLight(nx, ny, nz, around[pixel]!);
        gloss += nearness * glossAt(nx, ny, nz) * around[pixel]!;
        shown++;
      }
    if (shown === 0) continue;
    for (let c = 0; c < 3; c++) pixels[4 * pixel + c] = toSrgb((colour[c]! * diffuse + gloss) / shown);
    pixels[4 * pixel + 3] = Math.round((255 * shown) / (SAMPLES * SAMPLES));
  }
  return pixels;
}

/** @param around how much of the light from all sides gets there, 0..1 */
function diffuseLight(nx: number, ny: number, nz: number, around: number): number {
  const ambient = AMBIENT.below + (AMBIENT.above - AMBIENT.below) * (0.5 + 0.5 * ny);
  const direct = KEY.strength * facing(nx, ny, nz, KEY.direction) + FILL.strength * facing(nx, ny, nz, FILL.direction);
  // What little light reaches the bottom of a socket, lamps do not reach either.
  return ambient * around + direct * (0.35 + 0.65 * around);
}

/** Blinn: by the half-way vector between the lamp and the camera, which is (0, 0, 1). */
function glossAt(nx: number, ny: number, nz: number): number {
  // To the power of 24, without the general power: this runs for every sample.
  const to2 = facing(nx, ny, nz, HALF_WAY) ** 2;
  const to8 = to2 * to2 * to2 * to2;
  return GLOSS * to8 * to8 * to8;
}

/** Cosine of the angle between the surface and a direction, none where it looks away. */
function facing(nx: number, ny: number, nz: number, direction: Vector): number {
  return Math.max(0, nx * direction[0] + ny * direction[1] + nz * direction[2]);
}

const HALF_WAY = unit([KEY.direction[0], KEY.direction[1], KEY.direction[2] + 1]);

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
