import express, { type RequestHandler } from 'express';
import { AppError } from '../errors.ts';

/** Largest JSON body in bytes: four viewer documents of 1 MiB each, and their frame. */
const MAX_JSON_BYTES = 6 * 1024 * 1024;

const parseJson = express.json({ limit: MAX_JSON_BYTES, strict: false });

interface WithRoute {
  tsRestRoute: { method: string; body?: unknown; contentType?: string };
}

/**
 * Parses the body that the route at hand declares, once its caller has been let in: JSON for most, nothing for
 * multipart (its handler streams it). A body of another media type is a 415.
 */
export const readBody: RequestHandler = (req, res, next) => {
  const route = (req as unknown as WithRoute).tsRestRoute;
  const declared = route.contentType ?? 'application/json';
  const hasBody = 'transfer-encoding' in req.headers || Number(req.headers['content-length'] ?? 0) > 0;
  if (route.method === 'GET' || !hasBody || route.body === undefined) return next();
  const matches = req.is(declared === 'application/json' ? ['application/json', 'application/*+json'] : declared);
  if (!matches) throw new AppError('unsupported_media_type', `El contenido debe enviarse como ${declared}`);
  if (declared === 'application/json') parseJson(req, res, next);
  else next();
};
