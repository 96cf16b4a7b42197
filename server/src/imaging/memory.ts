import { ImagingError } from './errors.ts';

const MEGABYTE = 1024 ** 2;
/** The runtime with its modules and the headers of a study, and each of its threads: measured. */
const RUNTIME_BYTES = 110 * MEGABYTE;
const THREAD_BYTES = 30 * MEGABYTE;

/**
 * The memory that a conversion's process may take as a whole. Stages say what they need before they allocate it, so
 * that what would not fit is done coarser or refused with a sentence, and never ended by the system.
 */
export class MemoryBudget {
  readonly #limitMb: number;
  readonly #runtimeBytes: number;

  constructor(limitMb: number, threads: number) {
    this.#limitMb = limitMb;
    this.#runtimeBytes = RUNTIME_BYTES + threads * THREAD_BYTES;
  }

  fits(bytes: number): boolean {
    return this.#runtimeBytes + bytes <= this.#limitMb * MEGABYTE;
  }

  /** Both sizes, for people. */
  describe(bytes: number): string {
    return `necesita ${Math.ceil((this.#runtimeBytes + bytes) / MEGABYTE)} MB y el máximo es ${this.#limitMb} MB`;
  }

  /** @throws ImagingError VOLUME_TOO_LARGE with both sizes */
  refuseVolume(bytes: number): never {
    throw new ImagingError(
      'VOLUME_TOO_LARGE',
      `El volumen es demasiado grande: ${this.describe(bytes)}. Envíe menos cortes o una matriz menor.`,
    );
  }

  /**
   * @param label of the tissue
   * @throws ImagingError MESH_TOO_LARGE with both sizes
   */
  refuseMesh(label: string, triangles: number, bytes: number): never {
    const millions = (triangles / 1e6).toFixed(1).replace('.', ',');
    throw new ImagingError(
      'MESH_TOO_LARGE',
      `${label}: la superficie es demasiado grande, unos ${millions} millones de triángulos (${this.describe(bytes)}). ` +
        'Cambie los umbrales o envíe menos cortes.',
    );
  }
}

const EXHAUSTED =
  /allocation failed|invalid (?:typed )?array (?:buffer )?length|could not allocate memory|out of memory/i;

/** Whether an error says that memory ran out. */
export function isMemoryExhausted(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY') || EXHAUSTED.test(error.message);
}

/** What a doctor reads when a conversion took more than was foreseen. Another try would end the same. */
export function outOfMemory(cause?: unknown): ImagingError {
  return new ImagingError(
    'OUT_OF_MEMORY',
    'La conversión necesitó más memoria de la que tiene asignada y se detuvo: envíe menos cortes o pida menos tejidos.',
    { cause },
  );
}
