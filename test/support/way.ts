import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What happens to a piece of a conversation: it goes on, it is lost with its connection, or it never arrives. */
type Verdict = 'pass' | 'cut' | 'hold' | Buffer;

/** A way to a server on which things go wrong. */
export interface Way extends AsyncDisposable {
  /** The server's URL, by this way. */
  readonly url: string;
  /** What clients have sent, oldest first; bodies in pieces. */
  readonly sent: string[];
  /** Decides over each piece that a client sends; a Buffer takes its place. */
  onRequest: (piece: Buffer) => Verdict;
  /** Decides over each piece that the server answers with, knowing the head of the request. */
  onAnswer: (piece: Buffer, request: string) => Verdict;
  /** Breaks every connection and refuses new ones until `mend`. */
  cut(): void;
  /** Everything passes again. */
  mend(): void;
}

const HEAD_BYTES = 2000;

/** Opens a way over loopback to the host of `target`. */
export async function openWay(target: string): Promise<Way> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let away = false;
  const server = createServer((inward) => {
    if (away) return void inward.destroy();
    const outward = connect(Number(port), hostname);
    const end = (): void => {
      for (const socket of [inward, outward]) socket.destroy();
    };
    for (const socket of [inward, outward]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    let head = '';
    const forward = (from: Socket, to: Socket, judge: (piece: Buffer) => Verdict): void => {
      from.on('data', (piece: Buffer) => {
        const verdict = judge(piece);
        if (verdict === 'cut') return end();
        if (verdict === 'hold') return void from.pause();
        if (to.write(verdict === 'pass' ? piece : verdict)) return undefined;
        from.pause();
        to.once('drain', () => from.resume());
        return undefined;
      });
      from.on('end', () => to.end());
    };
    forward(inward, outward, (piece) => {
      const text = piece.subarray(0, HEAD_BYTES).toString('latin1');
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) head = text;
      way.sent.push(text);
      return way.onRequest(piece);
    });
    forward(outward, inward, (piece) => way.onAnswer(piece, head));
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const way: Way = {
    url: url.href.replace(/\/$/, ''),
    sent: [],
    onRequest: () => 'pass',
    onAnswer: () => 'pass',
    cut: () => {
      away = true;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      away = false;
      way.onRequest = () => 'pass';
      way.onAnswer = () => 'pass';
      // What was held is as good as lost.
      for (const socket of open) if (socket.isPaused()) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return way;
}
