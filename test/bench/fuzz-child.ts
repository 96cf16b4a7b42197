/** Converts the hostile cases whose seeds come as messages, one after the other, and tells how each ended. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert } from '@som3d/server/imaging/convert.js';
import { ImagingError } from '@som3d/server/imaging/errors.js';
import { hostileCase, honestStudies } from '../support/phantom/hostile.ts';

export interface FuzzReply {
  seed: number;
  kind: string;
  /** `converted`, the code of the refusal, or `unexpected`. */
  outcome: string;
  /** What makes the outcome a fault. */
  fault: string | null;
  ms: number;
}

const studies = await honestStudies();

async function attempt(seed: number): Promise<FuzzReply> {
  const directory = await mkdtemp(join(tmpdir(), 'som3d-fuzz-'));
  const { kind, zip } = hostileCase(studies, seed);
  const inputZip = join(directory, 'hostile.zip');
  await writeFile(inputZip, zip);
  const started = performance.now();
  try {
    const request = { inputZip, outDir: join(directory, 'out'), threads: 1, suavizado: 2, limits: { memoryMb: 512 } };
    const { meshes } = await convert(request, { progress: () => {}, log: () => {} });
    const open = meshes.filter((mesh) => !mesh.watertight).length;
    const fault = open > 0 ? `${open} meshes with defects` : null;
    return { seed, kind, outcome: 'converted', fault, ms: performance.now() - started };
  } catch (error) {
    const ms = performance.now() - started;
    if (!(error instanceof ImagingError)) {
      const fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { seed, kind, outcome: 'unexpected', fault, ms };
    }
    const clear = error.code !== 'INTERNAL' && !error.retryable && /^\p{Lu}.*\.$/u.test(error.message);
    return { seed, kind, outcome: error.code, fault: clear ? null : error.message, ms };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (seed: number) => {
  void attempt(seed).then((reply) => process.send?.(reply));
});
process.send?.('ready');
