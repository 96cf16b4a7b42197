import { Uint8ArrayReader, ZipWriter, BlobWriter } from '@zip.js/zip.js';

/** One file of the ZIP that is sent. */
export interface Member {
  readonly name: string;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Name of the ZIP in the private folder of the browser. The next one takes its place. */
const NAME = 'estudio.zip';

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
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle(NAME, { create: true });
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

/** Removes the ZIP, after the upload or when the person gives up. */
export async function removePacked(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(NAME);
  } catch {
    // There was none, or this browser keeps none.
  }
}

/** The ZIP of an upload that was not finished before the page was closed. */
export async function findPacked(): Promise<File | undefined> {
  try {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle(NAME);
    return await handle.getFile();
  } catch {
    return undefined;
  }
}
