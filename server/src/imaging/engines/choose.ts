import { ImagingError } from '../errors.ts';
import type { SegmentationOptions } from '../request.ts';
import type { SegmentationEngine } from './engine.ts';
import { thresholdEngine } from './threshold.ts';
import { findCommand } from './totalsegmentator/device.ts';
import { totalSegmentatorEngine } from './totalsegmentator/engine.ts';

/**
 * The engine that a job runs on.
 * @throws ImagingError where TotalSegmentator is demanded and not installed
 */
export async function chooseEngine(options: SegmentationOptions): Promise<SegmentationEngine> {
  if (options.engine === 'threshold') return thresholdEngine;
  const installed = (await findCommand(options.command, options.environment['PATH'])) !== null;
  if (installed) return totalSegmentatorEngine;
  if (options.engine === 'auto') return thresholdEngine;
  throw new ImagingError(
    'SEGMENTATION_UNAVAILABLE',
    'El motor de segmentación TotalSegmentator no está instalado en el servidor.',
  );
}
