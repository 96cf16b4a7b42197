import express, { type RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';
import { readRawFields } from './raw-fields.ts';
import { matchedRoute } from './route.ts';

/** Largest JSON body in bytes of a route that names no other. */
const MAX_JSON_BYTES = 1024 * 1024;

const parsers = new Map<number, RequestHandler>();
function jsonParser(limit: number): RequestHandler {
  const parser = parsers.get(limit) ?? express.json({ limit, strict: false });
  parsers.set(limit, parser);
  return parser;
}

/**
 * Parses the body that the route at hand declares, once its caller has been let in: JSON for most, nothing for
 * multipart (its handler streams it), and flat fields in any encoding where the route takes them raw. A body of another media type is a 415.
 */
export const readBody: RequestHandler = async (req, res, next) => {
  const route = matchedRoute(req);
  if (route.metadata.rawFields) {
    // without a body there are no fields: the values may be in the query
    await readRawFields(req, res, route.metadata.bodyBytes ?? MAX_JSON_BYTES);
    next();
    return;
  }
  const declared = route.contentType ?? 'application/json';
  const hasBody = 'transfer-encoding' in req.headers || Number(req.headers['content-length'] ?? 0) > 0;
  if (route.method === 'GET' || !hasBody || route.body === undefined) {
    next();
    return;
  }
  const matches = req.is(declared === 'application/json' ? ['application/json', 'application/*+json'] : declared);
  if (!matches) throw new AppError('unsupported_media_type', `El contenido debe enviarse como ${declared}`);
  if (declared === 'application/json') jsonParser(route.metadata.bodyBytes ?? MAX_JSON_BYTES)(req, res, next);
  else next();
};
