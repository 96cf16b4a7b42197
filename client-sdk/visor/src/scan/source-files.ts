import { BlobReader, configure, ZipReader, type FileEntry } from '@zip.js/zip.js';

// This runs in a worker already, and the content security policy allows none from blob: addresses.
configure({ useWebWorkers: false, useCompressionStream: true });

/** A file that a person dropped, loose or in a ZIP. */
export interface SourceFile {
  readonly path: string;
  /** Bytes, as they are outside of the ZIP. */
  readonly size: number;
  /** In a ZIP with a password. */
  readonly encrypted: boolean;
  /** The first bytes, at most `count`, without reading the rest. */
  head(count: number): Promise<Uint8Array>;
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** A file of the person's disk, with its path below the folder that was dropped. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

function looseFile({ path, file }: DroppedFile): SourceFile {
  return {
    path,
    size: file.size,
    encrypted: false,
    head: async (count) => new Uint8Array(await file.slice(0, count).arrayBuffer()),
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  };
}

/** Keeps the first bytes and stops the inflating there. */
async function headOf(entry: FileEntry, count: number): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(count, entry.uncompressedSize));
  const stop = new AbortController();
  let length = 0;
  const sink = new WritableStream<Uint8Array>({
    write: (chunk) => {
      const taken = chunk.subarray(0, head.length - length);
      head.set(taken, length);
      length += taken.length;
      if (length === head.length) stop.abort();
    },
  });
  await entry.getData(sink, { signal: stop.signal, checkSignature: false }).catch((error: unknown) => {
    if (length < head.length) throw error;
  });
  return head;
}

function zippedFile(entry: FileEntry): SourceFile {
  return {
    path: entry.filename,
    size: entry.uncompressedSize,
    encrypted: entry.encrypted,
    head: (count) => headOf(entry, count),
    bytes: async () => new Uint8Array(await entry.arrayBuffer()),
  };
}

async function isZip(file: Blob): Promise<boolean> {
  const [p, k, three, four] = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return p === 0x50 && k === 0x4b && three === 3 && four === 4;
}

/** The files that were dropped; of a ZIP, those in it. A ZIP inside of a ZIP is a file like others. */
export async function openSources(dropped: readonly DroppedFile[]): Promise<SourceFile[]> {
  const lists = await Promise.all(
    dropped.map(async (each) => {
      if (!(await isZip(each.file))) return [looseFile(each)];
      const entries = await new ZipReader(new BlobReader(each.file)).getEntries();
      return entries.flatMap((entry) => (entry.directory ? [] : [zippedFile(entry)]));
    }),
  );
  return lists.flat();
}
