import { constants } from 'node:zlib';
import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/** Smaller answers gain nothing, in bytes. */
const THRESHOLD = 1024;
/** Passwords and tokens are near what the caller has sent: the length of a compressed answer would show them (BREACH). */
const SECRET = /^\/auth(?:\/|$)/i;

/** Not: a stream of events, which must arrive at once, and a file, whose length and ranges are those of its bytes. */
function isCompressed(req: Request, res: Response): boolean {
  if (SECRET.test(req.path) || res.hasHeader('accept-ranges')) return false;
  const type = String(res.getHeader('content-type') ?? '');
  return !type.startsWith('text/event-stream') && compression.filter(req, res);
}

/** Answers of more than 1 kB in the encoding that the caller accepts. The quality is one that costs less than the list. */
export function compressAnswers(): RequestHandler {
  return compression({
    threshold: THRESHOLD,
    filter: isCompressed,
    brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
  });
}
