import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { writeSampleZip } from '../sample/index.ts';
import { UsageError } from './failure.ts';
import { writeWhole } from './files.ts';
import { formatBytes, note, print } from './output.ts';
import { say } from './texts.ts';

/** `som3d sample`. */
export async function sample(path: string, { force }: { readonly force?: boolean }): Promise<void> {
  const present = await stat(path).catch(() => undefined);
  if (present && !force) throw new UsageError(say.exists(path));
  await writeWhole(path, async (temporary) => {
    const output = createWriteStream(temporary, { flags: 'wx' });
    // This finds a place that cannot be written to before it makes the scan.
    await once(output, 'open');
    await writeSampleZip(output);
  });
  print(`${path} (${formatBytes((await stat(path)).size)})`);
  note(say.madeUp(path));
}
