import { AppError } from '../base/errors.ts';
import type { Storage } from '../gateways/storage/storage.ts';
import type { Telemetry } from './telemetry.ts';

function isFailure(error: unknown): boolean {
  return !(error instanceof AppError && error.status < 500);
}

/** Measures the operations of a storage, and adds each to the present trace. It records no keys. */
export function observeStorage(storage: Storage, { instruments, tracing }: Telemetry): Storage {
  const { duration, errors } = instruments.storage;
  const observed = async <T>(operation: string, work: () => Promise<T>): Promise<T> =>
    await tracing.step(`storage ${operation}`, { kind: 'client' }, async () => {
      const stop = duration.startTimer({ operation });
      try {
        return await work();
      } catch (error) {
        if (isFailure(error)) errors.inc({ operation });
        throw error;
      } finally {
        stop();
      }
    });

  async function* list(prefix: string) {
    try {
      yield* storage.list(prefix);
    } catch (error) {
      errors.inc({ operation: 'list' });
      throw error;
    }
  }

  return {
    put: async (key, source, signal) => await observed('put', () => storage.put(key, source, signal)),
    stat: async (key) => await observed('stat', () => storage.stat(key)),
    read: async (key, range) => await observed('read', () => storage.read(key, range)),
    // `use` takes its own time and has its own errors, so it is not measured.
    withLocalFile: (key, use) => storage.withLocalFile(key, use),
    move: async (from, to) => await observed('move', () => storage.move(from, to)),
    remove: async (key) => await observed('remove', () => storage.remove(key)),
    removeAll: async (prefix) => await observed('remove_all', () => storage.removeAll(prefix)),
    list,
    signedUrl: (key, terms) => storage.signedUrl(key, terms),
    sweep: async (olderThanMs) => await observed('sweep', () => storage.sweep(olderThanMs)),
    check: async () => await observed('check', () => storage.check()),
    close: () => storage.close(),
  };
}
