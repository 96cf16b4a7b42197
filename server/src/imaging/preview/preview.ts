import { join } from 'node:path';
import { levelsOf } from '../engines/threshold.ts';
import { tissuesOf } from '../engines/tissues.ts';
import type { PreviewFile, Reporter } from '../protocol.ts';
import type { ResolvedRequest } from '../request.ts';
import type { Volume } from '../volume.ts';
import type { WorkerPool } from '../workers/pool.ts';

/** No model of a case is called so: their names end in a tissue. */
const FILENAME = 'vista-previa.glb';

interface PreviewContext {
  request: ResolvedRequest;
  pool: WorkerPool;
  reporter: Reporter;
}

/**
 * Makes a first model and reports it: of the first tissue that was asked for and is there, by its HU alone. Nothing depends on it: what
 * goes wrong is a line in the job's log.
 */
export async function offerPreview(volume: Volume, context: PreviewContext): Promise<void> {
  const { reporter } = context;
  try {
    const file = await writePreview(volume, context);
    if (file !== null) reporter.preview?.(file);
  } catch {
    reporter.log('No se pudo hacer la vista previa; la conversión sigue.');
  }
}

async function writePreview(volume: Volume, { request, pool }: PreviewContext): Promise<PreviewFile | null> {
  const path = join(request.outDir, FILENAME);
  for (const tissue of tissuesOf(request).tissues) {
    const range = { ...levelsOf(tissue), islandMm3: tissue.islandMm3 };
    const name = { tissue: tissue.id, label: tissue.label };
    const sizeBytes = await pool.run('preview', { volume, range, name, path });
    if (sizeBytes > 0) return { filename: FILENAME, sizeBytes };
  }
  return null;
}
