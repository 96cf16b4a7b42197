import { join } from 'node:path';
import type { FileManifest, MeshManifest } from '../manifest.ts';
import type { FinishedMesh } from '../surface/finish-in-parts.ts';
import { writeStl } from '../surface/stl.ts';
import { isWatertight } from '../surface/topology.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { ModelName } from './glb.ts';
import type { ThreeMfWriter } from './threemf.ts';

interface Destination {
  outDir: string;
  /** The package that every model of the job goes into. */
  package: ThreeMfWriter;
  pool: WorkerPool;
}

/**
 * Writes a finished model in all its forms, at the same time: `<stem>.stl`, `.glb` and `.png`, and its part of the
 * job's 3MF.
 */
export async function writeModelFiles(
  { mesh, defects }: FinishedMesh,
  name: ModelName,
  stem: string,
  { outDir, package: threeMf, pool }: Destination,
): Promise<MeshManifest['files']> {
  const path = (extension: string): string => join(outDir, `${stem}.${extension}`);
  const writes = [
    pool.run('glb', { mesh, name, path: path('glb') }),
    pool.run('picture', { mesh, tissue: name.tissue, path: path('png') }),
    writeStl(mesh, path('stl'), name.tissue),
    threeMf.add(mesh, name, isWatertight(defects)),
  ] as const;
  // None may go on writing into a folder that the first failure gives up.
  await Promise.allSettled(writes);
  const [glb, png, stl] = await Promise.all(writes);
  const file = (extension: string, sizeBytes: number): FileManifest => ({
    filename: `${stem}.${extension}`,
    sizeBytes,
  });
  return { stl: file('stl', stl), glb: file('glb', glb), png: file('png', png) };
}
