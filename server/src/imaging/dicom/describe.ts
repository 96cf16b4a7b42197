import type { SeriesIdentity, SeriesManifest } from '../manifest.ts';
import { median } from './places.ts';
import { medianSpacing, stepsOf, tiltDegrees, type Stack } from './series.ts';

/** A distance this many times what is usual means that slices are missing. */
const GAP_FACTOR = 1.5;

/** What the manifest says of the series that was converted. */
export function describeStack(stack: Stack, serie: string): SeriesManifest {
  const { header, frame } = stack;
  const steps = stepsOf(stack);
  return {
    ...identify(stack, serie),
    columns: header.columns,
    rows: header.rows,
    spacingMm: {
      x: round(frame.spacing.x),
      y: round(frame.spacing.y),
      sliceMin: round(Math.min(...steps)),
      sliceMedian: round(median(steps)),
      sliceMax: round(Math.max(...steps)),
    },
    sliceThicknessMm: frame.thickness,
    tiltDegrees: round(tiltDegrees(stack)),
    gaps: findGaps(stack),
    duplicatesDropped: stack.duplicates,
  };
}

/** @param serie what a request says to choose it */
export function identify({ header, slices }: Stack, serie: string): SeriesIdentity {
  return {
    serie,
    seriesInstanceUid: header.seriesUid,
    studyDate: header.studyDate === '' ? null : header.studyDate.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'),
    number: header.seriesNumber,
    description: header.seriesDescription,
    modality: header.modality,
    slices: slices.length,
  };
}

/** Between columns, rows and slices, mm; no distance of slices where there is one. */
export function spacingOf(stack: Stack): { x: number; y: number; slice: number | null } {
  const { spacing } = stack.frame;
  return {
    x: round(spacing.x),
    y: round(spacing.y),
    slice: stack.slices.length > 1 ? round(medianSpacing(stack)) : null,
  };
}

/** Slices thicker than their distance leave no gap, however uneven the distances. */
function findGaps(stack: Stack): SeriesManifest['gaps'] {
  const steps = stepsOf(stack);
  const usual = median(steps);
  return steps.flatMap((step, i) => {
    const thickness = Math.max(stack.slices[i]?.frame.thickness ?? 0, stack.slices[i + 1]?.frame.thickness ?? 0);
    return step > GAP_FACTOR * Math.max(usual, thickness) ? [{ afterSlice: i + 1, lengthMm: round(step) }] : [];
  });
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
