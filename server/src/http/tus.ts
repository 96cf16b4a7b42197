import { TUS_EXTENSIONS, TUS_VERSION } from '@som3d/contract';
import type { RequestHandler } from 'express';

/** Headers of the tus protocol that a browser of another origin may read. */
export const TUS_EXPOSED = [
  'tus-resumable',
  'tus-version',
  'tus-extension',
  'tus-max-size',
  'upload-offset',
  'upload-length',
  'upload-expires',
  'upload-metadata',
];

/**
 * What the tus protocol sets on every answer below its address, refusals included, and on OPTIONS what the service can do.
 *
 * @param maxBytes of an upload
 */
export function tusHeaders(maxBytes: number): RequestHandler {
  const able = {
    'tus-version': TUS_VERSION,
    'tus-extension': TUS_EXTENSIONS.join(','),
    'tus-max-size': String(maxBytes),
  };
  return (req, res, next) => {
    if (/^\/som3d\/uploads(?:\/|$)/i.test(req.path)) {
      res.set({ 'tus-resumable': TUS_VERSION, ...(req.method === 'OPTIONS' ? able : {}) });
    }
    next();
  };
}
