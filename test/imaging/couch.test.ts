// @module-tag heavy
import { describe, expect, test } from 'vitest';
import { convertFiles, RAW } from '../support/phantom/convert.ts';
import { evenHeights, scanBody, type Body } from '../support/phantom/slices.ts';
import { dicomFiles } from '../support/phantom/zip.ts';

const REMOVED = 'Se retiran la mesa y los soportes del paciente.';
const SCAN = { columns: 128, rows: 128, spacing: { x: 2, y: 2 }, heights: evenHeights(40, 3), thickness: 3 };

/** A leg of 60 mm radius with a bone of 15 mm radius in it. */
const leg: Body = ([x, y]) => {
  const radius = Math.hypot(x, y + 30);
  if (radius < 15) return 900;
  return radius < 60 ? 50 : -1000;
};
/** A curved plate as dense as bone, 6 mm thick, 4 mm away from the leg. */
const holder: Body = ([x, y]) => (Math.abs(Math.hypot(x, y + 30) - 67) < 3 && y > -30 ? 400 : -1000);
/** A couch: a closed shell of 4 mm around foam, 200 mm wide and 40 mm high. */
const couch: Body = ([x, y]) => {
  const [across, depth] = [Math.abs(x), Math.abs(y - 75)];
  if (across > 100 || depth > 20) return -1000;
  return across > 96 || depth > 16 ? 500 : -900;
};

/** 4 mm thick, 44 mm wide and high, 26 mm away from the leg. */
const splinter: Body = ([x, y, z]) => (Math.abs(x - 88) < 2 && Math.abs(y + 30) < 22 && Math.abs(z) < 22 ? 700 : -1000);

function together(...bodies: Body[]): Body {
  return (point) => Math.max(...bodies.map((body) => body(point)));
}

/** An ear: soft tissue that touches the holder over two slices. */
const ear: Body = ([x, y, z]) => (Math.abs(z) < 3 && x > 55 && x < 66 && Math.abs(y + 20) < 8 ? 50 : -1000);

async function bonesOf(body: Body): Promise<{ volumeCm3: number; components: number; removed: boolean }> {
  const { manifest, log } = await convertFiles(dicomFiles(scanBody(SCAN, body)), RAW);
  const [mesh] = manifest.meshes;
  return { volumeCm3: mesh?.volumeCm3 ?? 0, components: mesh?.components ?? 0, removed: log.includes(REMOVED) };
}

describe('what a patient lies on', () => {
  test.each([
    ['a head holder', holder],
    ['a hollow couch', couch],
    ['both', together(holder, couch)],
    ['a head holder that an ear touches', together(holder, ear)],
  ])('goes: %s', async (_name, support) => {
    const bare = await bonesOf(leg);
    expect(bare).toMatchObject({ components: 1, removed: false });
    const found = await bonesOf(together(leg, support));
    expect(found).toMatchObject({ components: 1, removed: true });
    expect(found.volumeCm3).toBeCloseTo(bare.volumeCm3, 6);
  });

  test('is named and stays where it may be a bone in the air', async () => {
    const { manifest, log } = await convertFiles(dicomFiles(scanBody(SCAN, together(leg, splinter))), RAW);
    expect(log).not.toContain(REMOVED);
    const named = manifest.warnings.filter((line) => /puede ser un soporte y no del paciente; se conserva/.test(line));
    expect(named).toEqual([expect.stringMatching(/Una pieza de \d+ x \d+ x \d+ mm rodeada de aire/)]);
    expect(manifest.meshes[0]?.components).toBe(2);
  });

  test('goes from the skin too', async () => {
    const { manifest } = await convertFiles(dicomFiles(scanBody(SCAN, together(leg, holder, couch))), {
      ...RAW,
      extraTasks: ['piel'],
    });
    expect(manifest.meshes[0]?.components).toBe(1);
    const legCm3 = (Math.PI * 60 ** 2 * 120) / 1000;
    expect(Math.abs((manifest.meshes[0]?.volumeCm3 ?? 0) / legCm3 - 1)).toBeLessThan(0.04);
  });

  test.each<[string, Body]>([
    ['two limbs', ([x, y, z]) => Math.max(leg([x - 62, y, z]), leg([x + 62, y, z]))],
    // A splinter in the air may be bone; that of a holder is a part of its own, which anybody can leave out.
    ['a splinter of bone beside a limb', (point) => Math.max(leg(point), splinter(point))],
    ['a thin bone with nothing around it', ([x, y]) => (Math.abs(Math.hypot(x, y) - 70) < 3 && y < 40 ? 900 : -1000)],
    ['a chest with its lungs', ([x, y]) => (Math.hypot(x, y) < 90 ? (Math.hypot(x, y) < 82 ? -850 : 400) : -1000)],
  ])('is not mistaken for %s', async (_name, body) => {
    expect(await bonesOf(body)).toMatchObject({ removed: false });
  });
});
