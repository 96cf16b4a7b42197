import type { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { blockCase, ModelOnPage, SLOW, type BlockCase } from './model-page.ts';
import { describeVisor, expectAccessible } from './visor.ts';

/** Right of and below the middle, CSS pixels: on the block, away from the handle of a section. */
const ASIDE = 60;

/** The colours of a square on the block, each once, as #rrggbb. */
function coloursOf(picture: PNG): Set<string> {
  const colours = new Set<string>();
  for (let y = ASIDE; y < ASIDE + 30; y++)
    for (let x = ASIDE; x < ASIDE + 30; x++) {
      const at = 4 * ((Math.floor(picture.height / 2) + y) * picture.width + Math.floor(picture.width / 2) + x);
      colours.add(picture.data.toString('hex', at, at + 3));
    }
  return colours;
}

/** How many pixels of two pictures differ. */
function differing(a: PNG, b: PNG): number {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let count = 0;
  for (let at = 0; at < a.data.length; at += 4) if (a.data.readUInt32BE(at) !== b.data.readUInt32BE(at)) count++;
  return count;
}

describeVisor(
  'the model of a finished case',
  (visor) => {
    let made: Promise<BlockCase> | undefined;
    const open = async (): Promise<ModelOnPage & { block: BlockCase }> => {
      made ??= blockCase(visor());
      const block = await made;
      return Object.assign(await ModelOnPage.open(visor(), block), { block });
    };

    test('is measured within 1 % from each side', SLOW, async () => {
      const model = await open();
      const { page } = model;
      await model.tab('Medir');
      await page.getByLabel('Grosor').check();
      const sides = [
        ['a', 30],
        ['l', 40],
        ['s', 50],
      ] as const;
      for (const [at, [view, mm]] of sides.entries()) {
        await model.key(view);
        await model.touch(3, 3);
        expect(Math.abs((await model.measured(at + 1)) - mm)).toBeLessThanOrEqual(mm / 100);
      }
      await model.key('a');
      await page.getByLabel('Distancia').check();
      const mmPerPixel = await model.scale();
      const pixels = Math.round(12 / mmPerPixel);
      await model.touch(-pixels, -pixels);
      await model.touch(pixels, pixels);
      const expected = Math.SQRT2 * 2 * pixels * mmPerPixel;
      expect(Math.abs((await model.measured(4)) - expected)).toBeLessThan(expected / 100);
    });

    test('is cut with a closed face, and a saved view of it opens as it was', { ...SLOW, tags: ['long'] }, async () => {
      const model = await open();
      const { page, block } = model;
      await model.tab('Corte');
      await page.getByLabel('Coronal').check();
      await model.key('a');
      const cut = coloursOf(await model.picture());
      expect(cut.size).toBe(1);
      const [red = 0, , blue = 0] = [...Buffer.from([...cut].join(''), 'hex')];
      // Bone, in its shade of a cut: through an open face one would see the ground, which is bluish.
      expect(red).toBeGreaterThan(blue + 20);

      await model.key('ArrowLeft', 'ArrowUp', '+');
      await model.tab('Vistas');
      await page.getByLabel('Nombre de la vista').fill('Corte por la mitad');
      await page.getByRole('button', { name: 'Guardar esta vista' }).click();
      await page.getByRole('button', { name: 'Abrir la vista Corte por la mitad' }).waitFor();
      const before = await model.picture();
      const { body } = await block.session.client.som3d.stateContext({ params: { id: block.jobId } });
      await page.goto(`${page.url()}?vista=${body.estados[0]?.id_visor_estado}`);
      await model.drawn();
      await page.getByText('Se abrió la vista Corte por la mitad').waitFor();
      // Coordinates are kept to a hundredth of a micrometre: an edge may fall on the other side of a sample.
      const after = await model.picture();
      expect(differing(before, after)).toBeLessThan(50);
    });

    test('is accessible, and says how large the print is', SLOW, async () => {
      const model = await open();
      for (const tab of ['Partes', 'Medir', 'Imprimir']) {
        await model.tab(tab);
        await expectAccessible(model.page);
      }
      await model.page.getByText(/^Este modelo mide (49,9|50|50,1) mm de alto/).waitFor();
    });
  },
  { env: { SOM3D_EMBEDDED_WORKER: 'true' } },
);
