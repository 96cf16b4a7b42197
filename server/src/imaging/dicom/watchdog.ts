import { ImagingError } from '../errors.ts';

/**
 * Gives up a decoding that shows no sign of life: a damaged stream can keep a decoder busy for ever, and a thread
 * in it hears nothing. The conversion then ends, and with it its threads.
 */
export class Watchdog {
  /** Rejects with ImagingError CORRUPT_PIXELS when no sign came for `limitMs`. */
  readonly stalled: Promise<never>;
  readonly #timer: NodeJS.Timeout;

  constructor(limitMs: number) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.stalled = promise;
    this.#timer = setTimeout(() => reject(stalledError()), limitMs);
  }

  /** Begins the time anew. */
  sign(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function stalledError(): ImagingError {
  return new ImagingError(
    'CORRUPT_PIXELS',
    'Una imagen comprimida está dañada y no se puede descomprimir: vuelva a exportar el estudio.',
  );
}
