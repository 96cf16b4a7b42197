/** Keeps the ids of unfinished uploads by the fingerprint of their file, so that a later run continues them. */
export interface UploadStore {
  get(fingerprint: string): string | null | undefined | Promise<string | null | undefined>;
  set(fingerprint: string, uploadId: string): void | Promise<void>;
  remove(fingerprint: string): void | Promise<void>;
}

const PREFIX = 'som3d.upload.';

/** In `localStorage`, where there is one. A browser can refuse it: then a reload of the page begins again. */
export function browserStore(): UploadStore | undefined {
  try {
    const storage = globalThis.localStorage as Storage | undefined;
    if (!storage) return undefined;
    return {
      get: (fingerprint) => storage.getItem(PREFIX + fingerprint),
      set: (fingerprint, uploadId) => {
        try {
          storage.setItem(PREFIX + fingerprint, uploadId);
        } catch {
          // It is full or refused. The upload itself goes on.
        }
      },
      remove: (fingerprint) => storage.removeItem(PREFIX + fingerprint),
    };
  } catch {
    return undefined;
  }
}
