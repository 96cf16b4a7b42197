import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { encodeCtSlice } from '@som3d/client/sample';
import { ZipFile } from 'yazl';

const SPACING_MM = 0.5;
const NOISE_HU = 30;

/** Writes a large series: a skull-like shell filled with a spongy lattice (a gyroid) and noise. */
export async function writeLargePhantom(
  path: string,
  { size, slices }: { size: number; slices: number },
): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(path));
  let seed = 1;
  for (let k = 0; k < slices; k++) {
    const pixels = new Int16Array(size * size);
    const w = (k / slices - 0.5) * 2;
    for (let j = 0; j < size; j++) {
      const v = (j / size - 0.5) * 2.2;
      for (let i = 0; i < size; i++) {
        const u = (i / size - 0.5) * 2.2;
        seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
        pixels[j * size + i] = Math.round(hounsfield(u, v, w, i, j, k) + NOISE_HU * (seed / 2 ** 31));
      }
    }
    const bytes = encodeCtSlice({
      rows: size,
      columns: size,
      pixels,
      position: [-size / 4, -size / 4, k * SPACING_MM],
      spacing: { x: SPACING_MM, y: SPACING_MM },
      thickness: SPACING_MM,
      seriesUid: '2.25.512',
      instanceNumber: k + 1,
    });
    zip.addBuffer(Buffer.from(bytes.buffer), `IM${k}`, { compressionLevel: 1 });
    await new Promise((resolve) => setImmediate(resolve));
  }
  zip.end();
  await written;
}

function hounsfield(u: number, v: number, w: number, i: number, j: number, k: number): number {
  const radius = Math.sqrt(u * u + v * v + w * w);
  if (radius > 0.95) return -1000;
  if (radius > 0.9) return 40;
  if (radius > 0.85) return 1200;
  const gyroid =
    Math.sin(i * 0.16) * Math.cos(j * 0.16) +
    Math.sin(j * 0.16) * Math.cos(k * 0.16) +
    Math.sin(k * 0.16) * Math.cos(i * 0.16);
  return 60 + 500 * gyroid;
}
