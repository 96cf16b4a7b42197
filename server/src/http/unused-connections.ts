import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose first bytes are on their way has this long to become one, in ms. */
const GRACE_MS = 1000;

/**
 * Watches for connections on which nothing has been asked yet, as browsers open in advance and clients after a stream
 * that they have left. Node counts them as busy, so a server that closes would wait for them.
 *
 * @returns closes them, after a moment
 */
export function watchUnused(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.prependListener('request', ({ socket }) => unused.delete(socket));
  const close = (): void => {
    for (const socket of unused) socket.destroy();
  };
  return () => void setTimeout(close, GRACE_MS).unref();
}
