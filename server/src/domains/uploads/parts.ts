import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError } from '../../base/errors.ts';
import type { Storage } from '../../gateways/storage/storage.ts';
import { partsOf } from '../../jobs/keys.ts';

/** One stored piece of an upload, by its name below the upload's prefix. */
export type Part = readonly [name: string, bytes: number];

export function readParts(json: string): Part[] {
  return JSON.parse(json) as Part[];
}

/**
 * A new name for the bytes from `offset` on. It is random, so that a writer that has lost the upload without knowing it
 * never writes over what its successor has stored.
 */
export function newPartName(offset: number): string {
  return `${offset}-${randomBytes(8).toString('hex')}`;
}

export function partKey(uploadId: string, name: string): string {
  return partsOf(uploadId) + name;
}

/** After a restored backup the storage may lack what the row names. */
function incomplete(): AppError {
  return new AppError('gone', 'Se perdió una parte de la subida: empiece otra');
}

/** All bytes of an upload, one part after the other. */
export function contentOf(storage: Storage, uploadId: string, parts: readonly Part[]): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (const [name] of parts) {
      const part = await storage.read(partKey(uploadId, name)).catch((error: unknown) => {
        throw error instanceof AppError && error.kind === 'not_found' ? incomplete() : error;
      });
      for await (const chunk of part) yield chunk as Buffer;
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
