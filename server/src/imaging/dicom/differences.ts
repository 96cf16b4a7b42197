import { modalityName } from './modalities.ts';
import type { ScanResult } from './scan.ts';
import { isAxial, isHounsfield, normalOf, type Stack } from './series.ts';
import { SKIP_REASONS } from './skipped.ts';
import { dot } from '../volume.ts';

const SAME_DIRECTION = 0.9999;

/** Why two stacks of one series can not be one volume; empty where nothing is known. */
export function apartBy(other: Stack, chosen: Stack): string {
  const [a, b] = [other.header, chosen.header];
  if (other.patient !== chosen.patient) return 'otro paciente';
  if (a.studyUid !== b.studyUid) return 'otro estudio';
  if (a.modality !== b.modality) return `otra modalidad (${modalityName(a.modality)})`;
  if (other.frame.scale.units !== chosen.frame.scale.units) return `otros valores (${unitsOf(other)})`;
  if (a.frameOfReference !== b.frameOfReference) return 'otro marco de referencia (el paciente se recolocó)';
  if (a.rows !== b.rows || a.columns !== b.columns) return `otra matriz (${a.columns}x${a.rows})`;
  if ((a.form === 'single') !== (b.form === 'single')) return 'copia en un objeto de varios cuadros';
  if (Math.abs(dot(normalOf(other.frame), normalOf(chosen.frame))) < SAME_DIRECTION) return 'otra orientación';
  if (other.frame.kernel !== chosen.frame.kernel) return 'otro filtro de reconstrucción';
  if (other.apart !== '') return other.apart;
  const [p, q] = [other.frame.spacing, chosen.frame.spacing];
  return p.x !== q.x || p.y !== q.y ? 'otro tamaño de píxel' : '';
}

function unitsOf(stack: Stack): string {
  return stack.frame.scale.units || 'sin escala HU';
}

function isSameSeries(a: Stack, b: Stack): boolean {
  return a.header.studyUid === b.header.studyUid && a.header.seriesUid === b.header.seriesUid;
}

/** Why a stack is not the one that is converted, in Spanish. */
export function describeAgainst(other: Stack, chosen: Stack): string {
  const { header } = other;
  if (header.modality !== 'CT') return `no es CT, sino ${modalityName(header.modality)}`;
  if (isSameSeries(other, chosen)) return apartBy(other, chosen) || 'se eligió otra parte de la serie';
  if (other.patient !== chosen.patient) return 'otro paciente';
  if (header.studyDate !== chosen.header.studyDate) return 'otro estudio';
  if (!isHounsfield(other) && isHounsfield(chosen)) return `no está en HU (${unitsOf(other)})`;
  if (other.slices.length < 2) return 'una sola imagen';
  if (!isAxial(other) && isAxial(chosen)) return 'no es axial';
  if (other.slices.length < chosen.slices.length) return 'tiene menos cortes';
  if (header.derived && !chosen.header.derived) return 'imágenes derivadas';
  if (other.frame.kernel !== chosen.frame.kernel) return `otro filtro de reconstrucción (${other.frame.kernel})`;
  return 'se eligió otra serie';
}

/** Warnings for each slice of the chosen series that is not in the volume, counted. */
export function leftOut(chosen: Stack, ranked: readonly Stack[], scan: ScanResult): string[] {
  const counts = new Map<string, number>();
  const count = (reason: string, slices: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + slices);
  for (const other of ranked)
    if (other !== chosen && isSameSeries(other, chosen))
      count(apartBy(other, chosen) || 'no forman un volumen con los demás', other.slices.length + other.duplicates);
  for (const { studyUid, seriesUid, reason } of scan.skippedImages)
    if (studyUid === chosen.header.studyUid && seriesUid === chosen.header.seriesUid && reason !== 'localizer')
      count(SKIP_REASONS[reason], 1);
  const lines = [...counts].map(
    ([reason, slices]) => `Cortes de la serie elegida que quedan fuera: ${slices}, ${reason}.`,
  );
  const damaged =
    (scan.skipped.get('damaged') ?? 0) - scan.skippedImages.filter((image) => image.reason === 'damaged').length;
  if (damaged > 0) lines.push(`Archivos DICOM dañados, que quizá eran cortes de la serie: ${damaged}.`);
  return lines;
}
