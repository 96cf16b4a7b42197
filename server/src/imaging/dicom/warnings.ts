import type { SeriesManifest } from '../manifest.ts';
import type { LoadedVolume } from './load.ts';
import { HOUNSFIELD } from './scale.ts';
import { isHounsfield, type Stack } from './series.ts';

const COARSE =
  'El volumen no cabe en la memoria asignada: se convierte con la mitad de resolución en cada corte (2 x 2 píxeles en uno).';
/** Pixel sizes that differ from the reconstructed field by more than this are one of them wrong. */
const FIELD_TOLERANCE = 0.02;
/** Slices so many times thicker than pixels, and at least so thick, lose thin bone. */
const THICK_RATIO = 3;
const THICK_MM = 1;
/** Where even the least value is above this there is no air: a body is mostly surrounded by it. */
const NO_AIR_HU = -250;
/** Metal and bone of a body are below this share. */
const DENSE_SHARE = 0.1;

/** What of the slices' places deserves a look before somebody prints the model. */
export function geometryWarnings(stack: Stack, series: SeriesManifest): string[] {
  return [...missingSlices(series), ...fieldOfView(stack), ...thickSlices(series), ...multiFrame(stack)];
}

function missingSlices({ gaps, duplicatesDropped }: SeriesManifest): string[] {
  const lines: string[] = [];
  if (duplicatesDropped > 0) lines.push(`Cortes repetidos en la misma posición, descartados: ${duplicatesDropped}.`);
  if (gaps.length > 0) {
    const longest = Math.max(...gaps.map((gap) => gap.lengthMm));
    lines.push(
      `Faltan cortes: huecos, ${gaps.length}; el mayor, de ${longest.toFixed(1)} mm. El modelo los interpola.`,
    );
  }
  return lines;
}

function fieldOfView({ header, frame }: Stack): string[] {
  const diameter = header.reconstructionDiameter;
  if (diameter === null || diameter <= 0) return [];
  const expected = diameter / header.columns;
  const off = Math.abs(frame.spacing.x / expected - 1);
  return off <= FIELD_TOLERANCE
    ? []
    : [
        `El tamaño de píxel (${millimetres(frame.spacing.x)} mm) contradice el campo reconstruido ` +
          `(${millimetres(expected)} mm): difieren en un ${Math.round(100 * off)} %. Compruebe las medidas del modelo.`,
      ];
}

function thickSlices({ spacingMm, sliceThicknessMm }: SeriesManifest): string[] {
  const slice = Math.max(spacingMm.sliceMedian, sliceThicknessMm ?? 0);
  const pixel = Math.max(spacingMm.x, spacingMm.y);
  return slice < THICK_MM || slice < THICK_RATIO * pixel
    ? []
    : [
        `Los cortes son mucho más gruesos (${millimetres(slice)} mm) que los píxeles (${millimetres(pixel)} mm): el hueso ` +
          'más fino que un corte se pierde en parte. Si existe, use la serie de cortes finos.',
      ];
}

function multiFrame({ header }: Stack): string[] {
  return header.form === 'flat'
    ? [
        'El objeto de varios cuadros solo dice dónde está el primero: los demás se colocan a la distancia indicada, en el ' +
          'sentido de la normal. Compruebe que el modelo no está reflejado.',
      ]
    : [];
}

/** What of the values does. */
export function valueWarnings(stack: Stack, { values, coarse, bitsMoved }: LoadedVolume): string[] {
  const lines: string[] = [];
  const { units } = stack.frame.scale;
  if (coarse) lines.push(COARSE);
  if (bitsMoved) lines.push('El bit más alto que dicen las imágenes (HighBit) contradice sus píxeles: se usan estos.');
  if (stack.header.modality === '') lines.push('Las imágenes no dicen de qué modalidad son: se toman por tomografía.');
  if (!isHounsfield(stack) && stack.header.modality !== 'MR')
    lines.push(
      `La serie no está en unidades ${HOUNSFIELD} (${units || 'sin escala'}): los umbrales indicados se aplican a sus ` +
        'valores tal como están.',
    );
  if (values.beyond > 0)
    lines.push(`Píxeles con valores que ninguna tomografía mide, tomados por aire: ${values.beyond}.`);
  if (stack.header.modality === 'CT' && isHounsfield(stack) && isImplausible(values))
    lines.push(
      'Los valores no parecen unidades Hounsfield: ' +
        (values.least > NO_AIR_HU ? 'no hay aire' : 'hay demasiados valores de metal') +
        '. Compruebe el modelo antes de usarlo.',
    );
  return lines;
}

function isImplausible({ least, dense, pixels }: LoadedVolume['values']): boolean {
  return least > NO_AIR_HU || dense > DENSE_SHARE * pixels;
}

function millimetres(value: number): string {
  return String(Math.round(value * 1e3) / 1e3);
}
