import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { sampleZip } from '../support/jobs.ts';
import { PASSWORD } from '../support/server.ts';
import { describeVisor } from './visor.ts';

const guide = readFileSync(new URL('../../docs/visor.md', import.meta.url), 'utf8');

/** The program of the guide, for a page. */
async function program(): Promise<string> {
  const contents = /```ts\n(.*?)```/s.exec(guide)?.[1] ?? '';
  const stdin = { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) } as const;
  const { outputFiles } = await build({ stdin, bundle: true, write: false, format: 'iife', globalName: 'own' });
  return outputFiles[0]?.text ?? '';
}

describeVisor(
  'a frontend of one’s own',
  (visor) => {
    test('signs in, converts and saves a view, as the guide writes it', async () => {
      const { user, client } = await visor().api.doctor();
      const page = await (await visor().person()).newPage();
      const script = await program();
      await page.route('**/own', (route) =>
        route.fulfill({
          contentType: 'text/html',
          body: `<!doctype html><meta charset="utf-8"><script>${script}</script>`,
        }),
      );
      await page.goto(`${visor().api.url}/own`);
      const zip = (await sampleZip()).toString('base64');
      const credentials = JSON.stringify({ correo: user.correo, password: PASSWORD });
      const seen = await page.evaluate<{ shown: string[]; id: string; count: number; view: number }>(`(async () => {
        await own.session.login(${credentials});
        const bytes = Uint8Array.from(atob('${zip}'), (letter) => letter.charCodeAt(0));
        const shown = [];
        const { job_id, count } = await own.convert(new File([bytes], 'scan.zip'), (text) => shown.push(text));
        const view = await own.saveView(job_id, 'De frente', { alto_mm: 120 });
        return { shown, id: job_id, count, view: view.id_visor_estado };
      })()`);
      expect(seen.count).toBe(1);
      expect(seen.shown.at(0)).toMatch(/^upload/);
      expect(seen.shown.at(-1)).toBe('finished 100 %');
      const { body } = await client.som3d.stateContext({ params: { id: seen.id } });
      expect(body.estados).toMatchObject([{ id_visor_estado: seen.view, titulo: 'De frente' }]);
    });
  },
  { long: true, env: { SOM3D_EMBEDDED_WORKER: 'true' } },
);
