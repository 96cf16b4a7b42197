import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const BUDGET = 300_000;

test('the first load of the visor is at most 300 kB gzipped', () => {
  const dist = new URL('./', import.meta.resolve('@som3d/visor/dist/index.html'));
  const html = readFileSync(fileURLToPath(new URL('index.html', dist)), 'utf8');
  const files = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file = '']) => file);
  expect(files.length).toBeGreaterThan(1);
  const sizes = files.map((file) => gzipSync(readFileSync(fileURLToPath(new URL(file, dist)))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET);
});
