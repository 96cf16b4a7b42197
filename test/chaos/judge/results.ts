import { downloadResult } from '@som3d/client';
import { zipEntries } from '../../support/zip-entries.ts';
import type { Outcome } from '../load/client.ts';
import { sha256 } from '../load/studies.ts';
import type { JobRow } from './rows.ts';
import type { Stored } from './stored.ts';

interface ManifestFile {
  readonly filename: string;
  readonly sizeBytes: number;
}
interface ManifestShape {
  readonly meshes: readonly { readonly files: Readonly<Record<string, ManifestFile>> }[];
  readonly threemf: ManifestFile;
}

function attemptOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}
function sorted(names: Iterable<string>): string {
  return [...names].toSorted().join(' ');
}

/** Fetches the ZIP of a finished job as its doctor would. */
async function download({ doctor }: Outcome, jobId: string): Promise<Buffer> {
  const body = await downloadResult(doctor.pick(), jobId);
  return Buffer.from(await body.arrayBuffer());
}

async function judgeZip(outcome: Outcome, row: JobRow): Promise<{ faults: string[]; names: string[] }> {
  const zip = await download(outcome, row.job_id);
  const faults: string[] = [];
  if (zip.length !== row.result_size) faults.push(`its ZIP has ${zip.length} bytes, not ${row.result_size}`);
  const entries = await zipEntries(zip);
  const manifest = JSON.parse((entries.get('manifest.json') ?? '{}').toString()) as ManifestShape;
  const files = [...manifest.meshes.flatMap((mesh) => Object.values(mesh.files)), manifest.threemf];
  const expected = sorted([...files.map(({ filename }) => filename), 'manifest.json']);
  if (sorted(entries.keys()) !== expected) faults.push(`its ZIP holds ${sorted(entries.keys())}, not ${expected}`);
  for (const { filename, sizeBytes } of files) {
    const { length } = entries.get(filename) ?? [];
    if (length !== sizeBytes) faults.push(`${filename} has ${length} bytes, not the ${sizeBytes} of its manifest`);
  }
  const { ends } = outcome.plan.study;
  for (const [filename, hash] of 'stls' in ends ? ends.stls : []) {
    const stl = entries.get(filename);
    if (!stl || sha256(stl) !== hash) faults.push(`${filename} differs from that of the undisturbed conversion`);
  }
  return { faults, names: [...entries.keys()] };
}

/** What is wrong with the results: each a ZIP that holds what it says, the same models as without any trouble. */
export async function judgeResults(
  outcomes: readonly Outcome[],
  rows: readonly JobRow[],
  stored: Stored,
): Promise<string[]> {
  const faults: string[] = [];
  for (const outcome of outcomes) {
    const row = rows.find(({ idempotency_key }) => idempotency_key === outcome.plan.key);
    if (row?.status !== 'DONE' || row.result_key === null) continue;
    const key = row.result_key;
    try {
      const judged = await judgeZip(outcome, row);
      const expected = [...judged.names.map((name) => attemptOf(key) + name), key];
      const present = stored.keys.filter((name) => name.startsWith(`results/${row.job_id}/`));
      if (sorted(present) !== sorted(expected)) {
        judged.faults.push(`there is stored ${sorted(present)}, not ${sorted(expected)}`);
      }
      faults.push(...judged.faults.map((fault) => `${outcome.plan.name}: ${row.job_id} ${fault}`));
    } catch (error) {
      faults.push(`${outcome.plan.name}: ${row.job_id} its result can not be had: ${String(error)}`);
    }
  }
  return faults;
}

/** Keys that no finished job accounts for. */
export function orphansOf(rows: readonly JobRow[], { keys, leftovers }: Stored): string[] {
  const kept = new Set(rows.flatMap(({ result_key }) => (result_key === null ? [] : [attemptOf(result_key)])));
  return [...keys.filter((key) => !kept.has(attemptOf(key))), ...leftovers];
}
