import { connect } from 'node:net';
import { ReplyError, type Redis } from 'ioredis';

/** How long a server may take to answer, in ms. */
const PROBE_MS = 2000;

/** Whether a Redis answers there without TLS. A client that begins TLS with such a server only sees silence. */
export async function speaksWithoutTls(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address);
  return await new Promise((resolve) => {
    const socket = connect(Number(port) || 6379, hostname.replaceAll(/[[\]]/g, ''));
    const answer = (plain: boolean): void => {
      socket.destroy();
      resolve(plain);
    };
    socket.setTimeout(PROBE_MS, () => answer(false));
    socket.once('error', () => answer(false)).once('close', () => answer(false));
    // `+PONG`, or an error such as `-NOAUTH`
    socket.once('data', (bytes: Buffer) => answer(/^[+-]/.test(bytes.toString('latin1'))));
    socket.write('PING\r\n');
  });
}

/** What Redis does when its memory is full; null when this account may not ask. @throws when Redis does not answer */
export async function evictionPolicy(client: Redis): Promise<string | null> {
  const memory = await client.info('memory').catch((error: unknown) => {
    if (error instanceof ReplyError) return '';
    throw error;
  });
  return /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? null;
}
