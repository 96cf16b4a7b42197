import { join } from 'node:path';
import { downloadResult, downloadStl, type Client } from '../index.ts';
import { makeDirectory, safeName, saveBody, uniqueName } from './files.ts';
import { formatBytes, makeProgress, note, print, printable } from './output.ts';
import { sessionClient } from './session.ts';

type Stls = Awaited<ReturnType<Client['som3d']['stls']>>['body'];

/** The files of a job in addition to STL, with the service's names. Jobs of older services have none. */
function otherForms({ items, threemf_url }: Stls): { filename: string; url: string }[] {
  const models = items.flatMap(({ filename, glb_url, png_url }) =>
    [
      { extension: '.glb', url: glb_url },
      { extension: '.png', url: png_url },
    ].flatMap(({ extension, url }) => (url ? [{ filename: filename.replace(/\.stl$/i, '') + extension, url }] : [])),
  );
  return threemf_url ? [...models, { filename: 'modelos.3mf', url: threemf_url }] : models;
}

/**
 * Saves every model of a job as STL, and the ZIP with everything.
 *
 * @param all also each model as GLB and its picture, and the 3MF of all models
 */
export async function saveJob(
  client: Client,
  jobId: string,
  directory: string,
  { all = false }: { readonly all?: boolean } = {},
): Promise<void> {
  const { body: stls } = await client.som3d.stls({ params: { id: jobId } });
  await makeDirectory(directory);
  const taken = new Set<string>();
  const files = [
    ...stls.items.map((item, at) => ({
      name: uniqueName(safeName(item.filename, `model-${at + 1}.stl`), taken),
      open: () => downloadStl(client, item),
    })),
    ...(all ? otherForms(stls) : []).map(({ filename, url }, at) => ({
      name: uniqueName(safeName(filename, `file-${at + 1}`), taken),
      open: () => downloadStl(client, url),
    })),
    { name: uniqueName(`${safeName(jobId, 'job')}.zip`, taken), open: () => downloadResult(client, jobId) },
  ];
  for (const { name, open } of files) {
    const progress = makeProgress({ lines: false });
    const body = await open();
    const path = join(directory, name);
    const bytes = await saveBody(body, path, (loaded, total) => {
      progress.update(total ? (loaded / total) * 100 : 100, 'downloading', name);
    }).finally(() => progress.end());
    print(`${printable(path)} (${formatBytes(bytes)})`);
  }
  note(`Models: ${stls.items.length}. They and the ZIP are in ${directory}.`);
}

export interface DownloadCommandOptions {
  readonly out?: string;
  readonly all?: boolean;
}

/** `som3d download`. */
export async function download(jobId: string, options: DownloadCommandOptions): Promise<void> {
  await saveJob(await sessionClient(), jobId, options.out ?? `som3d-${safeName(jobId, 'job')}`, options);
}
