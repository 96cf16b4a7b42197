import type { Request, Response } from 'express';

/** How long a refused body is read on, in all and while nothing comes. */
const TOTAL_MS = 30_000;
const SILENCE_MS = 5_000;

/**
 * Reads on and throws away what is left of a body that is not wanted. A connection that is closed on unread data is
 * reset (so `connection: close` will not do), and the client never sees why: it must have the chance to read the
 * answer. Bounded in time, then closed.
 */
export function discardBody(req: Request, res: Response): void {
  if (req.complete || req.destroyed) return;
  const close = (): void => void req.socket.destroy();
  let timers: NodeJS.Timeout[] = [];
  const stop = (): void => timers.forEach((timer) => clearTimeout(timer));
  res.once('finish', () => {
    if (req.complete) return;
    const silence = setTimeout(close, SILENCE_MS);
    timers = [setTimeout(close, TOTAL_MS), silence];
    req.on('data', () => silence.refresh());
  });
  req.once('close', stop).once('end', stop);
  req.resume();
}
