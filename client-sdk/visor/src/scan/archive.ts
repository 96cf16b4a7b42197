import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { packedFile, removePacked } from './packed-file.ts';

/** One file of the ZIP that is sent. */
export interface Member {
  readonly name: string;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Images are noise in their low bits: a higher level takes twice the time for 2 %. */
const LEVEL = 1;

interface Target {
  readonly sink: WritableStream<Uint8Array> | BlobWriter;
  /** The whole ZIP, once it is closed. */
  file(): Promise<Blob>;
}

/** A file on the disk of the browser, so that a scan of 1 GiB takes no memory. In memory where there is none. */
async function openTarget(): Promise<Target> {
  try {
    const handle = await packedFile({ create: true });
    const writable = await handle.createWritable();
    return { sink: writable, file: () => handle.getFile() };
  } catch {
    const writer = new BlobWriter('application/zip');
    return { sink: writer, file: () => writer.getData() };
  }
}

/**
 * Packs files into a ZIP, one after the other.
 *
 * @param onFile called after each file, with how many are packed
 * @throws what a member throws; nothing is left of the ZIP then
 */
export async function pack(members: Iterable<Member>, onFile: (done: number) => void): Promise<Blob> {
  const target = await openTarget();
  const writer = new ZipWriter(target.sink, { level: LEVEL, extendedTimestamp: false });
  let done = 0;
  try {
    for (const member of members) {
      await writer.add(member.name, new Uint8ArrayReader(await member.bytes()));
      onFile((done += 1));
    }
    await writer.close();
    return await target.file();
  } catch (error) {
    await removePacked();
    throw error;
  }
}
