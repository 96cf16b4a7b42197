import { proxy, wrap, type Remote } from 'comlink';
import type { Scan, ScanContents } from './scan.ts';
import type { ScanWorker } from './scan.worker.ts';
import type { SlicePicture } from './slice-picture.ts';
import type { DroppedFile } from './source-files.ts';

/** Called with how many files are done, of how many. */
export type FileProgress = (done: number, total: number) => void;

let scans = 0;

/**
 * Calls `work` with a progress that the worker can call. Progress and result arrive by different ports, in any order:
 * what arrives after the result is dropped.
 */
async function withProgress<T>(onFile: FileProgress, work: (onFile: FileProgress) => Promise<T>): Promise<T> {
  let settled = false;
  const progress: FileProgress = (done, total) => {
    if (!settled) onFile(done, total);
  };
  try {
    return await work(proxy(progress));
  } finally {
    settled = true;
  }
}

/** A scan that a worker reads, so that the page answers meanwhile. `end` it: that frees all of it, also in mid-work. */
export class RemoteScan {
  /** Tells the pictures of this scan from another's. */
  readonly id = (scans += 1);
  readonly #worker = new Worker(new URL('./scan.worker.ts', import.meta.url), { type: 'module' });
  readonly #scan: Promise<Remote<Scan>>;

  constructor(dropped: readonly DroppedFile[]) {
    this.#scan = wrap<ScanWorker>(this.#worker).open(dropped);
  }

  /** @throws for a ZIP that cannot be opened */
  async read(onFile: FileProgress): Promise<ScanContents> {
    const scan = await this.#scan;
    return await withProgress(onFile, (progress) => scan.read(progress));
  }

  async middle(series: number): Promise<SlicePicture | undefined> {
    return await (await this.#scan).middle(series);
  }

  /** @throws an error named `NotAnonymousError` whose message is the file's path */
  async archive(series: number, anonymous: boolean, onFile: FileProgress): Promise<Blob> {
    const scan = await this.#scan;
    return await withProgress(onFile, (progress) => scan.archive(series, anonymous, progress));
  }

  end(): void {
    this.#worker.terminate();
  }
}
