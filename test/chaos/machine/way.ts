import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A way to a server on loopback that goes through here, and can be made bad. */
export interface Way extends AsyncDisposable {
  readonly port: number;
  /** Breaks every connection and refuses new ones, until `mend`. */
  cut(): void;
  /** Nothing passes any more in either direction and nobody is told, until `mend`. */
  stall(): void;
  /** Every piece of data is held for so long, in ms. */
  slow(ms: number): void;
  mend(): void;
}

/** @param defaultPort where `target` names none */
export async function openWay(target: URL, defaultPort: number): Promise<Way> {
  const destination = { host: target.hostname, port: Number(target.port) || defaultPort, allowHalfOpen: true };
  const sockets = new Set<Socket>();
  let isCut = false;
  let delayMs = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  const carry = async (from: Socket, to: Socket): Promise<void> => {
    for await (const chunk of from) {
      await gate.promise;
      if (delayMs > 0) await pause(delayMs);
      if (!to.write(chunk as Buffer)) await once(to, 'drain');
    }
    await gate.promise;
    to.end();
  };

  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => undefined).on('close', () => sockets.delete(from));
    carry(from, to).catch(() => {
      from.destroy();
      to.destroy();
    });
  };

  const server = createServer({ allowHalfOpen: true }, (inward) => {
    if (isCut) {
      inward.destroy();
      return;
    }
    const outward = connect(destination);
    outward.once('error', () => inward.destroy());
    join(inward, outward);
    join(outward, inward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      breakAll();
    },
    stall: () => {
      gate = Promise.withResolvers<void>();
    },
    slow: (ms) => {
      delayMs = ms;
    },
    mend: () => {
      isCut = false;
      delayMs = 0;
      gate.resolve();
    },
    [Symbol.asyncDispose]: async () => {
      gate.resolve();
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
