import { join } from 'node:path';
import type { FileManifest, ModelFiles } from '../manifest.ts';
import type { FinishedMesh } from '../surface/finish-in-parts.ts';
import type { Mesh } from '../surface/mesh.ts';
import { writeStl, type StlTitle } from '../surface/stl.ts';
import type { WorkerPool } from '../workers/pool.ts';
import type { ModelName } from './glb.ts';
import { fileStem } from './names.ts';
import { onPlate } from './plate.ts';
import type { ThreeMfWriter } from './threemf.ts';

interface Destination {
  outDir: string;
  caseName: string | undefined;
  /** Whether a copy on the plate is wanted, too. */
  plate: boolean;
  /** Of the picture, pixels. */
  pictureSide: number;
  /** The package that every model of the job goes into. */
  package: ThreeMfWriter;
  pool: WorkerPool;
}

/**
 * Writes a finished model in all its forms, at the same time: `<stem>.stl`, `.glb`, `.web.glb` and `.png`, where asked
 * for `-acomodado.stl`, and its part of the job's 3MF.
 */
export async function writeModelFiles(
  { mesh }: FinishedMesh,
  name: ModelName,
  model: string,
  { outDir, caseName, plate, pictureSide, package: threeMf, pool }: Destination,
): Promise<ModelFiles> {
  const stem = fileStem(caseName, model);
  const title = { caseName, tissue: model };
  const file = async (ending: string, write: (path: string) => Promise<number>): Promise<FileManifest> => {
    const filename = `${stem}${ending}`;
    return { filename, sizeBytes: await write(join(outDir, filename)) };
  };
  const writes = [
    file('.stl', (path) => writeStl(mesh, path, title)),
    file('.glb', (path) => pool.run('glb', { mesh, name, path, compressed: false })),
    file('.web.glb', (path) => pool.run('glb', { mesh, name, path, compressed: true })),
    file('.png', (path) => pool.run('picture', { mesh, tissue: name.tissue, side: pictureSide, path })),
    plate ? file('-acomodado.stl', (path) => writePlateStl(mesh, path, title, pool)) : Promise.resolve(undefined),
    threeMf.add(mesh, name),
  ] as const;
  // None may go on writing into a folder that the first failure gives up.
  await Promise.allSettled(writes);
  const [stl, glb, webGlb, png, plateStl] = await Promise.all(writes);
  return { stl, glb, webGlb, png, ...(plateStl === undefined ? {} : { plateStl }) };
}

/** Other coordinates round otherwise: what that joins is pulled apart again. */
async function writePlateStl(mesh: Mesh, path: string, title: StlTitle, pool: WorkerPool): Promise<number> {
  const moved = await pool.run('mend', { mesh: onPlate(mesh), rule: { islandMm3: 0, reachMm: 0 } });
  return writeStl(moved.mesh, path, title);
}
