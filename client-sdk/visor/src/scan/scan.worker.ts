import { expose, proxy } from 'comlink';
import { Scan } from './scan.ts';
import type { DroppedFile } from './source-files.ts';

const worker = {
  /** The scan stays here; the page asks it by messages. */
  open: (dropped: readonly DroppedFile[]) => proxy(new Scan(dropped)),
};

export type ScanWorker = typeof worker;

expose(worker);
