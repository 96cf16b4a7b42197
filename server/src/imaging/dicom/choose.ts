import type { SeriesSummary } from '../manifest.ts';
import { isDecodable, unsupportedCompression } from './decoders.ts';
import { describeAgainst, leftOut } from './differences.ts';
import { identify, spacingOf } from './describe.ts';
import { isBody, rankStacks } from './rank.ts';
import {
  noImages,
  notCt,
  notHounsfield,
  seriesNotFound,
  severalPatients,
  slicesAmbiguous,
  tooFewSlices,
} from './refusals.ts';
import type { ScanResult } from './scan.ts';
import { isHounsfield, stacksOf, type Stack } from './series.ts';
import { isCompressed, isPrivate } from './transfer-syntax.ts';

/** The stack to convert, and what else was there. */
export interface Choice {
  stack: Stack;
  /** What a request says to choose each stack. */
  names: ReadonlyMap<Stack, string>;
  /** Every stack of the ZIP, best first. */
  ranked: readonly Stack[];
  /** What would be next, were the values of the stack not in HU after all. */
  alternatives: readonly Stack[];
  warnings: string[];
}

export interface ChoiceOptions {
  serie?: string | undefined;
  /** True where the request gives a threshold: with one, MR and other units are accepted too. */
  ownThreshold: boolean;
  /** A Spanish line for the job's log. */
  log?: (line: string) => void;
}

const MAX_LISTED = 30;
const MIN_SLICES = 2;

/**
 * Picks the best stack, or of those that `serie` names (a SeriesInstanceUID, a number, or a name of the job's metrics)
 * the best.
 * @throws ImagingError where there is none, naming what was found instead
 */
export function chooseStack(scan: ScanResult, options: ChoiceOptions): Choice {
  const ranked = rankStacks(stacksOf(scan.slices));
  if (ranked.length === 0) throw noImages(scan);
  const names = nameStacks(ranked);
  if (ranked.length > 1) for (const stack of ranked.slice(0, MAX_LISTED)) options.log?.(listed(stack, names));
  const named = namedStacks(ranked, names, options.serie);
  if (named.length === 0) throw seriesNotFound(ranked);
  const patients = new Set(named.map(({ patient }) => patient)).size;
  if (patients > 1) throw severalPatients(patients, options.serie !== undefined);
  const accepted = named.filter(({ header }) => isAccepted(header.modality, options));
  if (accepted.length === 0) throw notCt(named.map(({ header }) => header.modality));
  const { candidates, warning } = newestStudy(accepted, options);
  const [stack, ...others] = candidates;
  if (stack === undefined) throw notCt([]);
  checkStack(stack, ranked, scan, options);
  return {
    stack,
    names,
    ranked,
    alternatives: others.filter((other) => isBody(other) && isHounsfield(other)),
    warnings: [...warning, ...ambiguityWarning(named, options.serie), ...leftOut(stack, ranked, scan)],
  };
}

function isAccepted(modality: string, { ownThreshold }: ChoiceOptions): boolean {
  return modality === 'CT' || (ownThreshold && (modality === 'MR' || modality === ''));
}

/** By SeriesInstanceUID, with a count behind it where several stacks of one series are told apart. */
function nameStacks(ranked: readonly Stack[]): Map<Stack, string> {
  const names = new Map<Stack, string>();
  for (const stacks of Map.groupBy(ranked, ({ header }) => header.seriesUid).values())
    for (const [index, stack] of stacks.entries())
      names.set(stack, stacks.length === 1 ? stack.header.seriesUid : `${stack.header.seriesUid}#${index + 1}`);
  return names;
}

function namedStacks(ranked: readonly Stack[], names: ReadonlyMap<Stack, string>, serie: string | undefined): Stack[] {
  const wanted = serie?.trim() ?? '';
  if (wanted === '') return [...ranked];
  const exact = ranked.filter((stack) => names.get(stack) === wanted);
  if (exact.length > 0) return exact;
  return ranked.filter(
    ({ header, slices }) =>
      slices.some((slice) => slice.header.seriesUid === wanted) ||
      (header.seriesNumber !== null && String(header.seriesNumber) === wanted),
  );
}

function ambiguityWarning(named: readonly Stack[], serie: string | undefined): string[] {
  const uids = new Set(named.map((stack) => stack.header.seriesUid));
  return serie !== undefined && uids.size > 1
    ? ['Varias series tienen el número indicado: se convierte la mejor de ellas.']
    : [];
}

/** Of several studies the newest that has something to convert; those of one day are taken together. */
function newestStudy(
  accepted: readonly Stack[],
  { serie, ownThreshold }: ChoiceOptions,
): { candidates: Stack[]; warning: string[] } {
  const studies = new Set(accepted.map(({ header }) => header.studyUid));
  if (serie !== undefined || studies.size === 1) return { candidates: [...accepted], warning: [] };
  const usable = accepted.filter((stack) => isBody(stack) && (ownThreshold || isHounsfield(stack)));
  const eligible = usable.length > 0 ? usable : accepted;
  const newest = eligible.map(({ header }) => header.studyDate).reduce((a, b) => (a > b ? a : b));
  const candidates = accepted.filter(({ header }) => header.studyDate === newest);
  const when = newest === '' ? 'de fecha desconocida' : `del ${newest.replace(/^(\d{4})(\d\d)(\d\d)$/, '$3/$2/$1')}`;
  const warning = `El ZIP contiene ${studies.size} estudios del paciente: se convierte la mejor serie del más reciente, ${when}.`;
  return { candidates, warning: [warning] };
}

/** @throws ImagingError where the best there is can not be converted */
function checkStack(stack: Stack, ranked: readonly Stack[], scan: ScanResult, { ownThreshold }: ChoiceOptions): void {
  if (stack.slices.length < MIN_SLICES) throw tooFewSlices(stack, ranked, scan);
  if (stack.ambiguous > 0) throw slicesAmbiguous(stack);
  if (!isHounsfield(stack) && !ownThreshold) throw notHounsfield(stack.frame.scale.units);
  const { encapsulated, location } = stack.header;
  const { transferSyntax } = location;
  const readable = encapsulated
    ? !isCompressed(transferSyntax) || isDecodable(transferSyntax)
    : !isPrivate(transferSyntax);
  if (!readable) throw unsupportedCompression(transferSyntax);
}

function listed(stack: Stack, names: ReadonlyMap<Stack, string>): string {
  const { x, y, slice } = spacingOf(stack);
  const { number, modality, slices, studyDate } = identify(stack, '');
  const patient = `paciente ${stack.patient + 1}, estudio ${studyDate ?? 'sin fecha'}`;
  return (
    `En el ZIP: serie ${number ?? 'sin número'} (${patient}, ${modality || 'modalidad desconocida'}), ${slices} cortes, ` +
    `${x} x ${y} x ${slice ?? '-'} mm; para elegirla, «serie» = ${names.get(stack)}`
  );
}

/** Every stack but the one that is converted. */
export function summarizeOthers({ ranked, names }: Choice, chosen: Stack): SeriesSummary[] {
  return ranked
    .filter((stack) => stack !== chosen)
    .map((stack) => ({
      ...identify(stack, names.get(stack) ?? ''),
      spacingMm: spacingOf(stack),
      reason: describeAgainst(stack, chosen),
    }));
}
