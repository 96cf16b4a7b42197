// @module-tag heavy
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chooseStack,
  ImagingError,
  limitsSchema,
  loadVolume,
  MemoryBudget,
  scanZip,
  WorkerPool,
  ZipSource,
} from '@som3d/server/testing/imaging';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/phantom/convert.ts';
import { hostileCase, honestStudies } from '../support/phantom/hostile.ts';

const CASES = 120;
const LIMITS = limitsSchema.parse({ memoryMb: 256 });

/** Reads a ZIP as a conversion does: null, or why it was refused. Any other error fails the test. */
async function read(path: string, pool: WorkerPool): Promise<ImagingError | null> {
  try {
    await using zip = await openZip(path);
    const { stack } = chooseStack(await scanZip(zip.source, () => {}), { ownThreshold: false });
    const budget = new MemoryBudget(LIMITS.memoryMb, pool.threads);
    await loadVolume(path, stack, { budget, besideBytes: () => 0, pool, progress: () => {} });
    return null;
  } catch (error) {
    if (error instanceof ImagingError) return error;
    throw error;
  }
}

function isClear({ code, message, retryable }: ImagingError): boolean {
  return code !== 'INTERNAL' && !retryable && /^\p{Lu}.*\.$/u.test(message);
}

async function openZip(path: string): Promise<{ source: ZipSource } & AsyncDisposable> {
  const source = await ZipSource.open(path, LIMITS);
  return { source, [Symbol.asyncDispose]: () => source.close() };
}

test('every damaged or lying study is read or refused with a sentence', async () => {
  const studies = await honestStudies();
  const directory = await temporaryDirectory();
  const pool = new WorkerPool(2);
  const unclear: string[] = [];
  const outcomes = new Map<string, number>();
  try {
    for (let seed = 1; seed <= CASES; seed++) {
      const { kind, zip } = hostileCase(studies, seed);
      const path = join(directory, 'hostile.zip');
      await writeFile(path, zip);
      const refused = await read(path, pool).catch((error: unknown) => {
        throw new Error(`seed ${seed}, ${kind}`, { cause: error });
      });
      if (refused !== null && !isClear(refused))
        unclear.push(`seed ${seed}, ${kind}: ${refused.code} ${refused.message}`);
      outcomes.set(refused?.code ?? 'read', (outcomes.get(refused?.code ?? 'read') ?? 0) + 1);
    }
  } finally {
    await pool.close();
  }
  expect(unclear).toEqual([]);
  // the damage must neither be all harmless nor all found at the door
  expect(outcomes.get('read')).toBeGreaterThan(CASES / 20);
  expect(outcomes.get('CORRUPT_PIXELS')).toBeGreaterThan(CASES / 20);
  expect(outcomes.size).toBeGreaterThan(6);
}, 60_000);
