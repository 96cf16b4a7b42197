import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Lifecycle } from '../base/lifecycle.ts';

/** A request that is on its way on a kept-alive or a new connection has this long to arrive, in ms. */
const GRACE_MS = 1000;

/**
 * Accepts the connections that wait in the kernel's queue, which the kernel resets when the listener closes. The event
 * loop accepts one connection in each turn.
 */
async function acceptWaiting(server: Server): Promise<void> {
  const deadline = performance.now() + GRACE_MS;
  let accepted = true;
  const note = (): void => {
    accepted = true;
  };
  server.on('connection', note);
  while (accepted && performance.now() < deadline) {
    accepted = false;
    await turn();
  }
  server.off('connection', note);
}

/**
 * The connections of a server, which end without the loss of a request. A proxy sends a POST or PATCH only once, so a
 * reset connection would be a 502 for a person. While the process leaves, each answer closes its connection. The
 * listener closes alone; connections without a request end a moment later, when the proxy uses them no more.
 */
export class Connections {
  readonly #server: Server;
  readonly #lifecycle: Lifecycle;
  /** Connections without a first request. Node counts them as busy. */
  readonly #unused = new Set<Socket>();
  readonly #open = new Set<ServerResponse>();

  constructor(server: Server, lifecycle: Lifecycle) {
    this.#server = server;
    this.#lifecycle = lifecycle;
    server.on('connection', (socket: Socket) => {
      this.#unused.add(socket);
      socket.once('close', () => this.#unused.delete(socket));
    });
    server.prependListener('request', (req, res) => {
      this.#unused.delete(req.socket);
      if (lifecycle.leaving.aborted) res.shouldKeepAlive = false;
      this.#open.add(res);
      res.once('close', () => this.#open.delete(res));
    });
    lifecycle.leaving.addEventListener('abort', () => this.#closeAfterAnswers(), { once: true });
  }

  /** Stops accepting, lets running requests finish for `seconds`, then closes the remaining connections. */
  async drain(seconds: number): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#lifecycle.drain();
    await acceptWaiting(this.#server);
    // The server's own `close` also resets idle connections, on which a request may have arrived.
    Listener.prototype.close.call(this.#server);
    const sweep = setInterval(() => this.#closeIdle(), GRACE_MS);
    const limit = setTimeout(() => this.#server.closeAllConnections(), seconds * 1000);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
  }

  #closeAfterAnswers(): void {
    for (const res of this.#open) if (!res.headersSent) res.shouldKeepAlive = false;
  }

  #closeIdle(): void {
    this.#server.close();
    for (const socket of this.#unused) socket.destroy();
  }
}
