import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A mail server on loopback that keeps what it accepts. */
export interface SmtpDouble extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Accepted messages as they came over the wire, oldest first. */
  readonly messages: { readonly to: string; readonly text: string }[];
  /** Messages that were offered, accepted or not. */
  offered: number;
  /** Refuses every message while set. */
  refusing: boolean;
}

export async function startSmtpServer(): Promise<SmtpDouble> {
  const sockets = new Set<Socket>();
  const serve = async (socket: Socket): Promise<void> => {
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 double');
    let to = '';
    let body: string[] | null = null;
    for await (const line of createInterface({ input: socket })) {
      if (body) {
        if (line !== '.') {
          body.push(line);
          continue;
        }
        double.offered++;
        if (double.refusing) say('451 later');
        else {
          double.messages.push({ to, text: body.join('\n') });
          say('250 accepted');
        }
        body = null;
      } else if (/^rcpt to:/i.test(line)) {
        to = /<(.+)>/.exec(line)?.[1] ?? '';
        say('250 ok');
      } else if (/^data/i.test(line)) {
        body = [];
        say('354 go on');
      } else if (/^quit/i.test(line)) {
        say('221 bye');
        socket.end();
      } else say('250 ok');
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const double: SmtpDouble = {
    env: {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String((server.address() as AddressInfo).port),
      SMTP_FROM: 'SOM3D <pagos@som3d.local>',
    },
    messages: [],
    offered: 0,
    refusing: false,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
  return double;
}
