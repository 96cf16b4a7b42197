import type { Readable } from 'node:stream';
import type { Response } from 'express';

/**
 * Ties a source to the answer that carries it: a client that leaves closes the source, a source that fails breaks the
 * answer off. ts-rest pipes the stream but does neither.
 *
 * @returns the source, as the body of the handler's answer: ts-rest's types know the client's side of it alone
 */
export function streamBody(res: Response, source: Readable): Blob {
  if (res.destroyed) source.destroy();
  else res.once('close', () => source.destroy());
  source.once('error', (error) => res.destroy(error));
  return source as unknown as Blob;
}
