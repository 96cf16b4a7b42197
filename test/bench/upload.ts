import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { memoryOf, tokenOf, uploadLarge } from '../support/large-upload.ts';
import { startProcess } from '../support/process.ts';
import { copyAlone, openBucket } from './bucket.ts';
import { median } from './figures.ts';

const MIB = 1024 ** 2;
const ROUNDS = 3;

interface Round {
  /** MiB/s of the upload through the service. */
  readonly service: number;
  /** MiB/s of the same bytes sent by the S3 client alone, right before. */
  readonly alone: number | undefined;
}

async function measure(
  env: Readonly<Record<string, string>>,
  mib: number,
  alone?: (mib: number) => Promise<number>,
): Promise<{ rounds: Round[]; before: number; highest: number }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'som3d-bench-'));
  const server = await startProcess({ dataDir, env: {} }, { SOM3D_EMBEDDED_WORKER: 'false', ...env });
  try {
    const token = await tokenOf(server.url);
    await uploadLarge(server.url, token, 8 * MIB);
    await alone?.(8);
    const before = await memoryOf(server.pid);
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ms = await alone?.(mib);
      const upload = await uploadLarge(server.url, token, mib * MIB);
      if (upload.status !== 201) throw new Error(`the upload was answered with ${upload.status}`);
      rounds.push({ service: (mib / upload.ms) * 1000, alone: ms && (mib / ms) * 1000 });
    }
    return { rounds, before: before.now, highest: (await memoryOf(server.pid)).peak };
  } finally {
    await server.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
}

function show(where: string, mib: number, { rounds, before, highest }: Awaited<ReturnType<typeof measure>>): void {
  const service = median(rounds.map((round) => round.service));
  console.log(`upload of ${mib} MiB to ${where}, ${ROUNDS} rounds: ${service.toFixed(0)} MiB/s (median)`);
  const ratios = rounds.flatMap((round) => (round.alone ? [round.service / round.alone] : []));
  if (ratios.length > 0) {
    const alone = median(rounds.map((round) => round.alone ?? NaN));
    const each = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
    console.log(
      `  the S3 client alone: ${alone.toFixed(0)} MiB/s; through the service ${each} times as fast, ` +
        `${median(ratios).toFixed(2)} (median; wanted: 0.6 at least)`,
    );
  }
  console.log(
    `  memory of the service: ${(before / MIB).toFixed(0)} MiB before, ${(highest / MIB).toFixed(0)} MiB at the ` +
      `highest: +${((highest - before) / MIB).toFixed(0)} MiB (wanted: less than 100)`,
  );
}

/**
 * Large uploads to a service in a process of its own: throughput, and what its memory grows by. To S3, beside the same
 * bytes sent by the S3 client alone, in turns.
 *
 * @param size of one upload in MiB
 */
async function run(size = '1024'): Promise<void> {
  const mib = Number(size);
  show('files', mib, await measure({}, mib));
  await using bucket = await openBucket();
  if (!bucket) return console.log('no S3 server (see test/support/s3.ts): nothing measured there');
  show(`S3 (${bucket.source})`, mib, await measure(bucket.env, mib, (some) => copyAlone(bucket, some)));
}
export default run;
