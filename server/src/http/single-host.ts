import type { RequestHandler } from 'express';
import { AppError } from '../base/errors.ts';

/**
 * Refuses a request with two `Host` headers (RFC 9112, 3.2): Node takes the first one, and whatever stands in front of
 * the service may take the other.
 */
export const singleHost: RequestHandler = (req, _res, next) => {
  const names = req.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host');
  if (names.length > 1) throw new AppError('malformed', 'La solicitud trae más de un encabezado Host');
  next();
};
