import type { Mesh } from '../surface/mesh.ts';

const ROWS_PER_WRITE = 1 << 14;
/** Decimals of a coordinate, mm: finer than a float32 can tell a body's coordinates apart. */
const DECIMALS = 10_000;

/** The elements of a mesh's vertices, many at a time. */
export function* vertexRows({ positions: p }: Mesh): Generator<string> {
  for (let from = 0; from < p.length; from += 3 * ROWS_PER_WRITE) {
    const end = Math.min(p.length, from + 3 * ROWS_PER_WRITE);
    let rows = '';
    for (let i = from; i < end; i += 3)
      rows += `<vertex x="${decimal(p[i]!)}" y="${decimal(p[i + 1]!)}" z="${decimal(p[i + 2]!)}"/>\n`;
    yield rows;
  }
}

/** The elements of its triangles, many at a time. */
export function* triangleRows({ triangles }: Mesh): Generator<string> {
  for (let from = 0; from < triangles.length; from += 3 * ROWS_PER_WRITE) {
    const end = Math.min(triangles.length, from + 3 * ROWS_PER_WRITE);
    let rows = '';
    for (let t = from; t < end; t += 3)
      rows += `<triangle v1="${triangles[t]!}" v2="${triangles[t + 1]!}" v3="${triangles[t + 2]!}"/>\n`;
    yield rows;
  }
}

/** What follows the whole millimetres, for each ten-thousandth: millions of numbers are written this way. */
const FRACTIONS = Array.from({ length: DECIMALS }, (_, part) => String(part / DECIMALS).slice(1));

/** With at most four decimals and never an exponent. */
export function decimal(value: number): string {
  const scaled = Math.round(Math.abs(value) * DECIMALS);
  const whole = Math.floor(scaled / DECIMALS);
  const digits = whole + FRACTIONS[scaled - whole * DECIMALS]!;
  return value < 0 && scaled > 0 ? `-${digits}` : digits;
}

/** Text as the value of an attribute. Control characters have no place in XML. */
export function escapeXml(text: string): string {
  const plain = text.replaceAll(/[^\P{Cc}\t\n\r]/gu, ' ');
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
