import type { DroppedPieces, Selection } from './surface/components.ts';

/** What is said of a model that could not be reduced as asked: a difference in rounding is not worth a line. */
const NOTED_SHARE = 0.01;

/** Spanish lines about pieces of a tissue that were left out for their size, or that stayed in spite of it. */
export function describePieces(
  label: string,
  islandMm3: number,
  { dropped, largestMm3 }: Omit<Selection, 'keep'>,
): string[] {
  const lines: string[] = [];
  if (largestMm3 < islandMm3)
    lines.push(
      `${label}: la pieza mayor mide ${millimetres(largestMm3)}, menos que el fragmento mínimo de ${millimetres(islandMm3)}; se conserva.`,
    );
  if (dropped.count > 0)
    lines.push(
      `${label}: fragmentos de menos de ${millimetres(islandMm3)} descartados: ${dropped.count}, ` +
        `${millimetres(dropped.volumeMm3)} en total; el mayor, de ${millimetres(dropped.largestMm3)}.`,
    );
  return lines;
}

/** A Spanish line about the parts that are more than a job makes files of. */
export function describeTooMany(label: string, kept: number, dropped: DroppedPieces): string {
  return (
    `${label}: se guardaron las ${kept} partes mayores; las demás, ${dropped.count}, ` +
    `miden ${millimetres(dropped.volumeMm3)} en total.`
  );
}

/** A Spanish line where fewer triangles were saved than was asked for, else null. */
export function describeReduction(label: string, asked: number, saved: number): string | null {
  if (saved >= asked - NOTED_SHARE) return null;
  return (
    `${label}: se ahorró el ${percent(saved)} de los triángulos y no el ${percent(asked)}, ` +
    'para no alejarse más de 0,5 mm de la superficie sin reducir.'
  );
}

function percent(share: number): string {
  return `${Math.max(0, Math.floor(100 * share))} %`;
}

function millimetres(mm3: number): string {
  const digits = mm3 < 100 ? 1 : 0;
  return `${mm3.toFixed(digits).replace('.', ',')} mm3`;
}
