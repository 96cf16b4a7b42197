import { join } from 'node:path';
import { downloadResult, downloadStl, type Client } from '../index.ts';
import { makeDirectory, safeName, saveBody, uniqueName } from './files.ts';
import { formatBytes, makeProgress, note, print, printable } from './output.ts';
import { sessionClient } from './session.ts';

/** Saves every model of a job and the ZIP with all of them and the manifest. */
export const saveJob = async (client: Client, jobId: string, directory: string): Promise<void> => {
  const { body: stls } = await client.som3d.stls({ params: { id: jobId } });
  await makeDirectory(directory);
  const taken = new Set<string>();
  const files = [
    ...stls.items.map((item, at) => ({
      name: uniqueName(safeName(item.filename, `model-${at + 1}.stl`), taken),
      open: () => downloadStl(client, item),
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
};

/** `som3d download`. */
export const download = async (jobId: string, options: { readonly out?: string }): Promise<void> => {
  await saveJob(await sessionClient(), jobId, options.out ?? `som3d-${safeName(jobId, 'job')}`);
};
