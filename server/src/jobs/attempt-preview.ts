import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Deps } from '../deps.ts';
import type { PreviewFile } from '../imaging/protocol.ts';
import { previewKey } from './keys.ts';
import type { ClaimedJob, JobQueue } from './queue.ts';

type PreviewDeps = Pick<Deps, 'storage' | 'log'> & { readonly queue: JobQueue };

interface Place {
  /** The folder that the conversion writes into. */
  readonly folder: string;
  /** Ends the storing with the attempt. */
  readonly signal: AbortSignal;
}

/** Stores the first model of one attempt while it runs. A model that cannot be stored costs the job nothing. */
export class AttemptPreview {
  readonly #deps: PreviewDeps;
  readonly #job: ClaimedJob;
  readonly #place: Place;
  #storing: Promise<void> = Promise.resolve();

  constructor(deps: PreviewDeps, job: ClaimedJob, place: Place) {
    this.#deps = deps;
    this.#job = job;
    this.#place = place;
  }

  /** Begins to store it. @param onStored called with its size in bytes once it can be downloaded */
  store(file: PreviewFile, onStored: (size: number) => void): void {
    this.#storing = this.#store(file, onStored).catch((error: unknown) => {
      if (this.#place.signal.aborted) return;
      this.#deps.log.warn({ err: error, job_id: this.#job.job_id }, 'preview of a job not stored');
    });
  }

  /** Nothing of it is written after this. */
  async settled(): Promise<void> {
    await this.#storing;
  }

  async #store({ filename }: PreviewFile, onStored: (size: number) => void): Promise<void> {
    const { storage, queue } = this.#deps;
    const { job_id, token } = this.#job;
    const bytes = createReadStream(path.join(this.#place.folder, path.basename(filename)));
    const { size } = await storage.put(previewKey(job_id, token), bytes, this.#place.signal);
    // The row comes second: what it announces can be downloaded.
    if (await queue.notePreview(job_id, token, size)) onStored(size);
  }
}
