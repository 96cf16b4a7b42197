import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryOf, tokenOf, uploadLarge } from '../support/large-upload.ts';
import { startProcess } from '../support/process.ts';
import { median } from './figures.ts';

const MIB = 1024 ** 2;
const ROUNDS = 3;

/** Uploads of 1 GiB to a service in a process of its own: throughput, and what its memory grows by. */
const run = async (): Promise<void> => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  const server = await startProcess({ dataDir, env: {} }, { SOM3D_EMBEDDED_WORKER: 'false' });
  try {
    const token = await tokenOf(server.url);
    await uploadLarge(server.url, token, 8 * MIB);
    const before = await memoryOf(server.pid);
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { status, ms } = await uploadLarge(server.url, token, 1024 * MIB);
      if (status !== 201) throw new Error(`the upload was answered with ${status}`);
      rates.push(1024 / (ms / 1000));
    }
    const after = await memoryOf(server.pid);
    console.log(`upload of 1 GiB, ${ROUNDS} rounds: ${median(rates).toFixed(0)} MiB/s (median)`);
    console.log(
      `memory of the service: ${(before.now / MIB).toFixed(0)} MiB before, ` +
        `${(after.peak / MIB).toFixed(0)} MiB at the highest: +${((after.peak - before.now) / MIB).toFixed(0)} MiB`,
    );
  } finally {
    await server.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
};
export default run;
