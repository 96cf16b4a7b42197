import type { SeriesManifest, SeriesSummary, SkippedFiles } from '../manifest.ts';
import type { ResolvedRequest } from '../request.ts';
import type { Volume } from '../volume.ts';
import { ZipSource } from '../zip.ts';
import { chooseStack, summarizeOthers, type Choice } from './choose.ts';
import { describeStack } from './describe.ts';
import { loadVolume, type LoadedVolume, type LoadOptions } from './load.ts';
import { beyondHounsfield } from './refusals.ts';
import { scanZip, type ScanResult } from './scan.ts';
import { isHounsfield, type Stack } from './series.ts';
import { SKIP_REASONS } from './skipped.ts';
import { geometryWarnings, valueWarnings } from './warnings.ts';

/** What was read from a ZIP. */
export interface StudyVolume {
  volume: Volume;
  series: SeriesManifest;
  otherSeries: SeriesSummary[];
  skipped: SkippedFiles[];
}

export interface ReadContext extends Omit<LoadOptions, 'progress'> {
  /** Of the reading, 0..1. */
  readonly progress: (fraction: number) => void;
  /** A Spanish line for the job's log. */
  readonly log: (line: string) => void;
  /** The same, and for the manifest. */
  readonly warn: (line: string) => void;
}

/** Of the reading, what goes to finding out what is in the ZIP. */
const SCAN_SHARE = 0.25;

/**
 * Reads the best series of a ZIP, or the one that is asked for, as a volume.
 * @throws ImagingError where there is none
 */
export async function readStudy(request: ResolvedRequest, context: ReadContext): Promise<StudyVolume> {
  const { serie, umbralMin, umbralMax } = request;
  const ownThreshold = umbralMin !== undefined || umbralMax !== undefined;
  const scan = await scanFile(request, context);
  const skipped = [...scan.skipped].map(([reason, files]) => ({ reason: SKIP_REASONS[reason], files }));
  for (const { reason, files } of skipped) context.log(`Archivos omitidos, ${reason}: ${files}.`);
  const choice = chooseStack(scan, { serie, ownThreshold, log: context.log });
  for (const warning of choice.warnings) context.warn(warning);
  const { stack, loaded } = await loadBest(choice, ownThreshold, request.inputZip, context);
  const series = describeStack(stack, choice.names.get(stack) ?? '');
  logSeries(series, context);
  for (const warning of [...geometryWarnings(stack, series), ...valueWarnings(stack, loaded)]) context.warn(warning);
  return { volume: loaded.volume, series, otherSeries: summarizeOthers(choice, stack), skipped };
}

async function scanFile({ inputZip, limits }: ResolvedRequest, { progress }: ReadContext): Promise<ScanResult> {
  const zip = await ZipSource.open(inputZip, limits);
  try {
    return await scanZip(zip, (fraction) => progress(SCAN_SHARE * fraction));
  } finally {
    await zip.close();
  }
}

/** Pixels beyond what CT measures say that a series is not in HU after all: then the next one that is. */
async function loadBest(
  { stack, alternatives }: Choice,
  ownThreshold: boolean,
  inputZip: string,
  context: ReadContext,
): Promise<{ stack: Stack; loaded: LoadedVolume }> {
  for (const candidate of [stack, ...alternatives]) {
    const loaded = await loadVolume(inputZip, candidate, {
      ...context,
      progress: (fraction) => context.progress(SCAN_SHARE + (1 - SCAN_SHARE) * fraction),
    });
    if (loaded.values.beyond === 0 || ownThreshold || !isHounsfield(candidate)) return { stack: candidate, loaded };
    const { seriesNumber } = candidate.header;
    context.warn(`La serie ${seriesNumber ?? 'sin número'} no se usa: contiene valores que ninguna tomografía mide.`);
  }
  throw beyondHounsfield();
}

function logSeries(series: SeriesManifest, { log }: ReadContext): void {
  const { spacingMm } = series;
  log(
    `Serie ${series.number ?? 'sin número'}: ${series.slices} cortes de ${series.columns}x${series.rows}, ` +
      `vóxel de ${spacingMm.x} x ${spacingMm.y} x ${spacingMm.sliceMedian} mm.`,
  );
  if (series.tiltDegrees > 0.1) log(`Inclinación del gantry: ${series.tiltDegrees.toFixed(1)} grados.`);
}
