import { join } from 'node:path';
import { downloadResult, downloadStl, type Client } from '../index.ts';
import { makeDirectory, safeName, saveBody, uniqueName } from './files.ts';
import { formatBytes, makeProgress, note, print, printable } from './output.ts';
import { sessionClient } from './session.ts';
import { say } from './texts.ts';

type Stls = Awaited<ReturnType<Client['som3d']['stls']>>['body'];

interface Named {
  readonly filename: string;
  readonly url: string;
}

function named(filename: string, url: string | null | undefined): Named[] {
  return url ? [{ filename, url }] : [];
}

/** Copies on the plate, of jobs that were asked for them. */
function plateCopies({ items }: Stls): Named[] {
  return items.flatMap(({ files, plate_stl_url }) =>
    files?.plate_stl ? named(files.plate_stl.filename, plate_stl_url) : [],
  );
}

/** What there is of a job beside STL, the names as the service gives them; older services name fewer or none. */
function otherForms({ items, threemf, threemf_url }: Stls): Named[] {
  const models = items.flatMap(({ filename, files, glb_url, web_glb_url, png_url }) => {
    const stem = filename.replace(/\.stl$/i, '');
    return [
      ...named(files?.glb.filename ?? `${stem}.glb`, glb_url),
      ...named(files?.web_glb?.filename ?? `${stem}.web.glb`, web_glb_url),
      ...named(files?.png.filename ?? `${stem}.png`, png_url),
    ];
  });
  return [...models, ...named(threemf?.filename ?? 'modelos.3mf', threemf_url)];
}

/**
 * Saves every model of a job as STL, its copy on the plate where there is one, and the ZIP with everything.
 *
 * @param all each model as GLB, for programs and for the web, and its picture too, and the 3MF of them all
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
    ...[...plateCopies(stls), ...(all ? otherForms(stls) : [])].map(({ filename, url }, at) => ({
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
      progress.update(total ? (loaded / total) * 100 : 100, say.downloading, name);
    }).finally(() => progress.end());
    print(`${printable(path)} (${formatBytes(bytes)})`);
  }
  note(say.saved(stls.items.length, directory));
}

export interface DownloadCommandOptions {
  readonly out?: string;
  readonly all?: boolean;
}

/** `som3d download`. */
export async function download(jobId: string, options: DownloadCommandOptions): Promise<void> {
  await saveJob(await sessionClient(), jobId, options.out ?? `som3d-${safeName(jobId, 'job')}`, options);
}
