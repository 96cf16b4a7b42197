import { takesBody } from '@som3d/contract';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../base/errors.ts';
import { discardBody } from './linger.ts';
import { readRawFields } from './raw-fields.ts';
import { matchedRoute } from './route.ts';

/** Largest JSON body in bytes of a route that names no other. */
const MAX_JSON_BYTES = 1024 * 1024;

const CLOSE = { connection: 'close' };

const parsers = new Map<number, RequestHandler>();
function jsonParser(limit: number): RequestHandler {
  const parser = parsers.get(limit) ?? express.json({ limit, strict: false });
  parsers.set(limit, parser);
  return parser;
}

async function readJson(req: Request, res: Response, limit: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    jsonParser(limit)(req, res, (error?: unknown) => (error instanceof Error ? reject(error) : resolve()));
  });
}

/** Waits for a body to be read; one that trickles has its time, however many bytes still come. */
async function inTime(read: Promise<void>, seconds: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new AppError('request_timeout', 'El contenido tardó demasiado en llegar', { headers: CLOSE }));
  }, seconds * 1000);
  try {
    await Promise.race([read, late]);
  } finally {
    clearTimeout(timer);
    read.catch(() => undefined);
  }
}

/**
 * Parses the body that the route at hand declares, once its caller has been let in: JSON for most, nothing for
 * multipart and plain bytes (the handler streams them), and flat fields in any encoding where the route takes them raw. A body of another
 * media type is a 415. A body that the route does not take is discarded, whatever it is.
 *
 * @param seconds that a body which is parsed as a whole gets to arrive; then it is a 408
 */
export function readBody(seconds: number): RequestHandler {
  return async (req, res, next) => {
    const route = matchedRoute(req);
    const limit = route.metadata.bodyBytes ?? MAX_JSON_BYTES;
    if (route.metadata.rawFields) {
      // without a body there are no fields: the values may be in the query
      await inTime(readRawFields(req, res, limit), seconds);
      next();
      return;
    }
    const declared = route.metadata.bytes ?? route.contentType ?? 'application/json';
    const hasBody = 'transfer-encoding' in req.headers || Number(req.headers['content-length'] ?? 0) > 0;
    if (route.method === 'GET' || !hasBody || !takesBody(route)) {
      if (hasBody) discardBody(req, res);
      next();
      return;
    }
    const matches = req.is(declared === 'application/json' ? ['application/json', 'application/*+json'] : declared);
    if (!matches) throw new AppError('unsupported_media_type', `El contenido debe enviarse como ${declared}`);
    if (declared === 'application/json') await inTime(readJson(req, res, limit), seconds);
    next();
  };
}
