import { angleDegrees, formatMeasure, valueOf } from '@som3d/visor/model/measure';
import { moveToPlate } from '@som3d/visor/model/plate';
import { anchorJson, anchorOf, fromDocuments, toDocuments } from '@som3d/visor/model/saved-view';
import { clippingPlane, flipped, isCutAway, movedTo, rangeOf, sectionThrough } from '@som3d/visor/model/section';
import {
  cubeFace,
  directionOf,
  linkedView,
  scaleBar,
  screenAxes,
  sideSeenFrom,
  VIEW_NAMES,
  viewOfBox,
} from '@som3d/visor/model/views';
import { NOTHING_SET } from '@som3d/visor/model/viewer-state';
import { Box3, Matrix4, Quaternion, Vector3 } from 'three';
import { describe, expect, test } from 'vitest';

const LEFT = new Vector3(1, 0, 0);
const POSTERIOR = new Vector3(0, 1, 0);
const SUPERIOR = new Vector3(0, 0, 1);
const BOX = new Box3(new Vector3(-10, -20, 0), new Vector3(30, 20, 100));

/** The rotation of a camera that looks from this side. */
function rotationFrom(direction: Vector3): Quaternion {
  const { right, up } = screenAxes(direction);
  return new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(right, up, direction));
}

describe('the views of a model in patient coordinates (LPS)', () => {
  test.each([
    ['A', LEFT, SUPERIOR],
    ['P', LEFT.clone().negate(), SUPERIOR],
    ['L', POSTERIOR, SUPERIOR],
    ['R', POSTERIOR.clone().negate(), SUPERIOR],
    // As a radiologist sees an axial slice: from the feet, anterior above, the patient's left on the right.
    ['I', LEFT, POSTERIOR.clone().negate()],
    ['S', LEFT.clone().negate(), POSTERIOR.clone().negate()],
  ] as const)('%s has the right side at the right and up', (name, right, up) => {
    const axes = screenAxes(directionOf(name));
    expect(axes.right.distanceTo(right)).toBeLessThan(0.001);
    expect(axes.up.distanceTo(up)).toBeLessThan(0.001);
  });

  test('each side is seen from its own direction, and its face of the cube is upright', () => {
    for (const name of VIEW_NAMES) {
      const direction = directionOf(name);
      expect(sideSeenFrom(direction)).toBe(name);
      const numbers =
        cubeFace(name, rotationFrom(direction))
          .match(/-?\d+\.\d+/g)
          ?.map(Number) ?? [];
      const identity = new Matrix4().elements;
      expect(Math.max(...numbers.map((value, at) => Math.abs(value - identity[at]!)))).toBeLessThan(0.001);
    }
    // Seen from the front, the patient's left side is at the right of the picture.
    const numbers =
      cubeFace('L', rotationFrom(directionOf('A')))
        .match(/-?\d+\.\d+/g)
        ?.map(Number) ?? [];
    expect(numbers.slice(8, 11)).toEqual([1, 0, 0]);
  });

  test('a box fills the picture, also one that is wider than high', () => {
    const wide = viewOfBox(BOX, directionOf('A'), 2);
    expect(wide.target).toMatchObject({ x: 10, y: 0, z: 50 });
    expect(wide.heightMm).toBeCloseTo(112);
    expect(viewOfBox(BOX, directionOf('S'), 0.5).heightMm).toBeCloseTo(1.12 * 80, 1);
    expect(viewOfBox(new Box3(), directionOf('A'), 1).heightMm).toBeGreaterThan(0);
  });

  test('the scale bar is the longest round length that fits', () => {
    expect(scaleBar(0.1, 140)).toEqual({ mm: 10, pixels: 100 });
    expect(scaleBar(0.5, 140)).toEqual({ mm: 50, pixels: 100 });
    expect(scaleBar(0.002, 140).mm).toBeCloseTo(0.2);
  });
});

describe('measures', () => {
  const at = (x: number, y: number, z: number): Vector3 => new Vector3(x, y, z);

  test('a distance in mm, an angle at its second point', () => {
    const distance = { id: 1, kind: 'distance', points: [at(0, 0, 0), at(3, 4, 12)] } as const;
    expect(valueOf(distance)).toBe(13);
    expect(formatMeasure(distance, 'es-CO')).toBe('13,0 mm');
    const angle = { id: 2, kind: 'angle', points: [at(1, 0, 0), at(0, 0, 0), at(1, 1, 0)] } as const;
    expect(valueOf(angle)).toBeCloseTo(45);
    expect(formatMeasure(angle, 'en-GB')).toBe('45.0°');
  });

  test('an angle is right when it is small, straight or of no size', () => {
    expect(angleDegrees(at(1, 0, 0), at(0, 0, 0), at(1, 1e-6, 0))).toBeCloseTo(5.7296e-5, 8);
    expect(angleDegrees(at(1, 0, 0), at(0, 0, 0), at(-2, 0, 0))).toBe(180);
    expect(angleDegrees(at(0, 0, 0), at(0, 0, 0), at(1, 0, 0))).toBe(0);
  });
});

describe('a section', () => {
  test('begins in the middle and stays inside the model', () => {
    const coronal = sectionThrough('coronal', BOX, SUPERIOR);
    expect(coronal.atMm).toBeCloseTo(0);
    expect(rangeOf(coronal, BOX)).toEqual({ min: -20, max: 20 });
    expect(movedTo(coronal, 500, BOX).atMm).toBe(20);
    expect(rangeOf(sectionThrough('view', BOX, new Vector3(1, 0, 1)), BOX).max).toBeCloseTo(130 / Math.SQRT2);
  });

  test('leaves away what lies beyond it, and the other side when it is flipped', () => {
    const axial = movedTo(sectionThrough('axial', BOX, SUPERIOR), 40, BOX);
    const above = new Vector3(0, 0, 41);
    expect([isCutAway(axial, above), isCutAway(flipped(axial), above)]).toEqual([true, false]);
    expect(clippingPlane(axial).distanceToPoint(above)).toBeLessThan(0);
    expect(clippingPlane(flipped(axial)).distanceToPoint(above)).toBeGreaterThan(0);
  });
});

describe('a saved view', () => {
  const view = { target: new Vector3(1.5, -2, 3), direction: directionOf('L'), heightMm: 87.5 };
  const state = {
    ...NOTHING_SET,
    looks: new Map([['hueso.stl', { visible: false, colour: '#e9dcc0', opacity: 0.4 }]]),
    section: sectionThrough('coronal', BOX, SUPERIOR),
    measures: [{ id: 1, kind: 'thickness', points: [new Vector3(1, 2, 3), new Vector3(4, 5, 6)] }] as const,
  };
  const otherwise = viewOfBox(BOX, directionOf('A'), 1);

  test('comes back as it was saved', () => {
    const { view: read, ...rest } = fromDocuments(toDocuments(view, state), otherwise);
    expect(read?.heightMm).toBe(87.5);
    expect(read?.target.distanceTo(view.target)).toBeLessThan(1e-4);
    expect(read?.direction.distanceTo(view.direction)).toBeLessThan(1e-4);
    expect(rest).toEqual({ looks: state.looks, section: state.section, measures: state.measures });
  });

  test('of another program is read as far as it is understood', () => {
    const read = fromDocuments(
      { ui_json: '{"camara":[0,0,300]}', modelos_json: '[{"archivo":"bone.stl","visible":true},7,{"color":"#fff"}]' },
      otherwise,
    );
    expect(read.looks).toEqual(new Map([['bone.stl', { visible: true }]]));
    expect(read.view).toMatchObject({ target: otherwise.target, heightMm: otherwise.heightMm });
    for (const ui_json of [
      '',
      '[]',
      'null',
      '{"camara":["a",0,1],"corte":7,"medidas":[{"tipo":"angle","puntos":[[1,2,3]]}]}',
    ]) {
      const nothing = fromDocuments({ ui_json, modelos_json: 'no JSON' }, otherwise);
      expect(nothing).toEqual({ view: undefined, looks: new Map(), section: undefined, measures: [] });
    }
  });

  test('a note keeps its place, and one without a place has none', () => {
    const json = anchorJson('bone.stl', new Vector3(12.5, -4, 30));
    expect(json).toBe('{"archivo":"bone.stl","punto":[12.5,-4,30]}');
    expect(anchorOf(json)).toEqual({ file: 'bone.stl', point: new Vector3(12.5, -4, 30) });
    for (const none of [null, '', '{}', '{"archivo":"a","punto":[1,2]}']) expect(anchorOf(none)).toBeUndefined();
  });

  test('a second model is seen as the first, around its own middle', () => {
    const to = BOX.clone().translate(new Vector3(100, 0, 0));
    expect(linkedView(view, BOX, to)).toEqual({ ...view, target: new Vector3(101.5, -2, 3) });
  });
});

describe('an STL on the plate of a printer', () => {
  function stlOf(corners: readonly number[]): ArrayBuffer {
    const bytes = new ArrayBuffer(84 + 50);
    new Uint8Array(bytes).set(new TextEncoder().encode('SOM3D rodilla hueso SPACE=LPS UNIT=mm'));
    const data = new DataView(bytes);
    data.setUint32(80, 1, true);
    for (const [at, value] of corners.entries()) data.setFloat32(84 + 12 + 4 * at, value, true);
    return bytes;
  }

  test('stands on z = 0 around the middle, and no longer claims the axes of the patient', () => {
    const stl = stlOf([-10, -20, 5, 30, 20, 5, 30, 0, 100]);
    moveToPlate(stl, { min: [-10, -20, 5], max: [30, 20, 100] });
    const data = new DataView(stl);
    const corners = Array.from({ length: 9 }, (_, at) => data.getFloat32(84 + 12 + 4 * at, true));
    expect(corners).toEqual([-20, -20, 0, 20, 20, 0, 20, 0, 95]);
    const header = new TextDecoder().decode(new Uint8Array(stl, 0, 80));
    expect(header).toMatch(/^SOM3D rodilla hueso +UNIT=mm/);
  });

  test('another form of file is refused', () => {
    expect(() => moveToPlate(new TextEncoder().encode('solid text').buffer, { min: [], max: [] })).toThrow(RangeError);
    expect(() => moveToPlate(stlOf([]).slice(0, 100), { min: [], max: [] })).toThrow(RangeError);
  });
});
