import type { Readable } from 'node:stream';
import type { Response } from 'express';

/**
 * Ties a source to the answer that carries it: a client that leaves closes the source, a source that fails breaks
 * the answer off. ts-rest pipes the stream but does neither.
 *
 * @returns the same stream, to be given as the answer's body
 */
export function streamTo(res: Response, source: Readable): Readable {
  if (res.destroyed) source.destroy();
  else res.once('close', () => source.destroy());
  source.once('error', (error) => res.destroy(error));
  return source;
}
