import type { RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';

/** `host [ ":" port ]` of RFC 3986: a name, an IPv4 address, or an IPv6 address in brackets. */
const HOST = /^(?:\[[\da-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*)(?::\d*)?$/i;

/**
 * Refuses a request with two `Host` headers or with one that is no host (RFC 9112, 3.2): Node takes the first one as it
 * is, and whatever stands in front of the service may take another.
 */
export const singleHost: RequestHandler = (req, _res, next) => {
  const names = req.rawHeaders.filter((text, at) => at % 2 === 0 && text.length === 4 && text.toLowerCase() === 'host');
  if (names.length > 1) throw new AppError('malformed', 'La solicitud trae más de un encabezado Host');
  if (!HOST.test(req.headers.host ?? '')) throw new AppError('malformed', 'El encabezado Host no es válido');
  next();
};
