import { hash } from 'node:crypto';
import { constants } from 'node:zlib';
import compression from 'compression';
import type { Express, Response } from 'express';

/** Smaller answers gain nothing by compression, in bytes. */
const THRESHOLD = 1024;
/** Passwords and tokens are near what the caller has sent: the length of a compressed answer would show them (BREACH). */
const SECRET = /^\/auth(?:\/|$)/i;

/** The quality is one that costs less than the list of patients. */
const compress = compression({
  threshold: THRESHOLD,
  filter: () => true,
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } },
});

/** The tag that Express would make: a caller may still hold one. */
function tagOf(text: string, length: number): string {
  return `W/"${length.toString(16)}-${hash('sha1', text, 'base64').slice(0, 27)}"`;
}

/**
 * Sends a text whose type is set: with its `ETag`, as 304 to who has it, compressed where that is worth it and the caller
 * accepts it. The text is not made bytes first: so Node sends it in one write with the headers.
 */
function sendText(res: Response, text: string): Response {
  const { req } = res;
  const length = Buffer.byteLength(text);
  const isSecret = SECRET.test(req.path);
  if (!res.hasHeader('etag')) res.setHeader('etag', tagOf(text, length));
  if (!isSecret) res.vary('Accept-Encoding');
  if (req.fresh) {
    res.statusCode = 304;
    res.removeHeader('content-type');
    return res.end();
  }
  res.setHeader('content-length', length);
  if (req.method === 'HEAD') return res.end();
  if (isSecret || length < THRESHOLD || !req.headers['accept-encoding']) return res.end(text);
  compress(req, res, () => res.end(text));
  return res;
}

function sendJson(this: Response, value: unknown): Response {
  if (!this.hasHeader('content-type')) this.setHeader('content-type', 'application/json; charset=utf-8');
  return sendText(this, JSON.stringify(value));
}

/** Gives an application's answers their way of sending JSON and text. Streams and bytes are sent as Express does. */
export function answerTexts(app: Express): void {
  const { send } = app.response;
  app.response.json = sendJson;
  app.response.send = function sendBody(this: Response, body?: unknown) {
    if (typeof body !== 'string') return send.call(this, body);
    const type = String(this.getHeader('content-type') ?? 'text/html');
    if (!/;\s*charset=/i.test(type)) this.setHeader('content-type', `${type}; charset=utf-8`);
    return sendText(this, body);
  };
}
