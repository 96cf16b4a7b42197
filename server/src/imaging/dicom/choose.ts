import { ImagingError } from '../errors.ts';
import type { SeriesSummary } from '../manifest.ts';
import { splitAcquisitions } from './acquisitions.ts';
import { isDecodable, unsupportedCompression } from './decoders.ts';
import type { ScanResult } from './scan.ts';
import { groupSlices, isAxial, rankStacks, stackSlices, type Stack } from './series.ts';
import { isEncapsulated } from './transfer-syntax.ts';

/** The stack to convert, and what else was there. */
export interface Choice {
  stack: Stack;
  others: SeriesSummary[];
  warnings: string[];
}

const MODALITY_NAMES: Record<string, string> = {
  MR: 'resonancia magnética',
  US: 'ecografía',
  CR: 'radiografía',
  DX: 'radiografía',
  RF: 'radioscopia',
  XA: 'angiografía',
  MG: 'mamografía',
  PT: 'tomografía por emisión de positrones (PET)',
  NM: 'medicina nuclear',
  OT: 'otro tipo de imagen',
  SC: 'captura de pantalla',
};
/** Not scans of anybody: never the reason to name a modality. */
const NOT_A_SCAN = new Set(['CT', 'SR', 'PR', 'KO', 'RTSTRUCT', 'RTPLAN', 'RTDOSE', 'SEG', 'REG', 'DOC']);
const MIN_SLICES = 2;

/**
 * Picks the best stack, or of those that `serie` names (a SeriesInstanceUID or a number) the best.
 * @param ownThreshold true where the request gives a threshold, with which MR is accepted too
 * @throws ImagingError where there is none, naming what was found instead
 */
export function chooseStack(scan: ScanResult, options: { serie?: string | undefined; ownThreshold: boolean }): Choice {
  const ranked = rankStacks(groupSlices(scan.slices).flatMap(splitAcquisitions).map(stackSlices));
  if (ranked.length === 0) throw noImages(scan);
  const accepted = (stack: Stack): boolean => {
    const { modality } = stack.group.header;
    return modality === 'CT' || (modality === 'MR' && options.ownThreshold);
  };
  const named = options.serie === undefined ? ranked : ranked.filter((stack) => isNamed(stack, options.serie ?? ''));
  if (named.length === 0) throw seriesNotFound(ranked);
  const stack = named.find(accepted);
  if (stack === undefined) throw notCt(named.map((candidate) => candidate.group.header.modality));
  if (stack.slices.length < MIN_SLICES)
    throw new ImagingError(
      'TOO_FEW_SLICES',
      'La serie tiene una sola imagen: hacen falta varios cortes para formar un volumen.',
    );
  const { transferSyntax } = stack.group.header.location;
  if (isEncapsulated(transferSyntax) && !isDecodable(transferSyntax)) throw unsupportedCompression(transferSyntax);
  return {
    stack,
    others: ranked.filter((other) => other !== stack).map((other) => summarize(other, stack)),
    warnings: ambiguityWarning(named, options.serie),
  };
}

function isNamed(stack: Stack, serie: string): boolean {
  const { seriesUid, seriesNumber } = stack.group.header;
  return seriesUid === serie.trim() || (seriesNumber !== null && String(seriesNumber) === serie.trim());
}

function ambiguityWarning(named: Stack[], serie: string | undefined): string[] {
  const uids = new Set(named.map((stack) => stack.group.header.seriesUid));
  return serie !== undefined && uids.size > 1
    ? ['Varias series tienen el número indicado: se convierte la mejor de ellas.']
    : [];
}

function noImages(scan: ScanResult): ImagingError {
  const scans = [...scan.otherModalities].filter((modality) => !NOT_A_SCAN.has(modality));
  if (scans.length > 0) return notCt(scans);
  if (
    scan.skipped.size > 0 &&
    [...scan.skipped.keys()].every((reason) => reason === 'nestedZip' || reason === 'system')
  )
    return new ImagingError(
      'ZIP_NESTED',
      'El ZIP contiene otros ZIP en lugar de imágenes: suba cada uno por separado.',
    );
  if (scan.skipped.has('localizer') || scan.skipped.has('colour') || scan.skipped.has('noPosition'))
    return new ImagingError(
      'NO_IMAGES',
      'El ZIP solo contiene localizadores o capturas: faltan los cortes de la tomografía.',
    );
  return new ImagingError('NO_IMAGES', 'No se encontró ninguna imagen DICOM en el ZIP.');
}

function notCt(modalities: string[]): ImagingError {
  const names = [...new Set(modalities)].map((code) => {
    const name = MODALITY_NAMES[code];
    return name === undefined ? `modalidad ${code || 'desconocida'}` : `${name} (${code})`;
  });
  return new ImagingError(
    'NOT_CT',
    `El ZIP no contiene una tomografía computarizada (CT); se encontró: ${names.join(', ')}.`,
  );
}

function seriesNotFound(stacks: Stack[]): ImagingError {
  const numbers = [...new Set(stacks.map((stack) => stack.group.header.seriesNumber ?? 'sin número'))].join(', ');
  return new ImagingError('SERIES_NOT_FOUND', `La serie indicada no está en el ZIP. Series encontradas: ${numbers}.`);
}

function summarize(other: Stack, chosen: Stack): SeriesSummary {
  const { header } = other.group;
  return {
    number: header.seriesNumber,
    description: header.seriesDescription,
    modality: header.modality,
    slices: other.slices.length,
    reason: reasonAgainst(other, chosen),
  };
}

function reasonAgainst(other: Stack, chosen: Stack): string {
  const { header } = other.group;
  if (header.modality !== 'CT') return `no es CT, sino ${MODALITY_NAMES[header.modality] ?? header.modality}`;
  if (!isAxial(other) && isAxial(chosen)) return 'no es axial';
  if (header.derived && !chosen.group.header.derived) return 'imágenes derivadas';
  if (isOtherAcquisition(other, chosen)) return 'otra adquisición de la misma serie';
  if (other.slices.length < chosen.slices.length) return 'tiene menos cortes';
  return 'se eligió otra serie';
}

/** Acquisitions of one series are apart only where they go over the same place. */
function isOtherAcquisition(other: Stack, chosen: Stack): boolean {
  const [theirs, ours] = [other.slices[0]?.header, chosen.slices[0]?.header];
  return theirs?.seriesUid === ours?.seriesUid && theirs?.acquisitionNumber !== ours?.acquisitionNumber;
}
