import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A message as it came over the wire. */
export interface SmtpMessage {
  readonly to: string;
  readonly text: string;
}

/** What the server does with a message: it accepts it, refuses it, or cuts the line when it has read all of it. */
export type Verdict = 'accept' | 'later' | 'never' | 'cut';

/** A mail server on loopback that keeps what it accepts. */
export interface SmtpDouble extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** Accepted messages, oldest first. */
  readonly messages: SmtpMessage[];
  /** Messages that were offered, accepted or not. */
  readonly offered: SmtpMessage[];
  /** Passwords that a client has sent. */
  readonly passwords: string[];
  /** What becomes of every message from now on. */
  verdict: Verdict;
  /** Answers of this kind to every receiver from now on. */
  receivers: Verdict;
  /** Answers to a message wait for this. */
  gate: Promise<void>;
}

function refusal(code: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode: code });
}

export async function startSmtpServer(options: SMTPServerOptions = {}): Promise<SmtpDouble> {
  const sockets = new Map<number, Socket>();
  const server = new SMTPServer({
    authOptional: true,
    // Its own certificate is signed by nobody; only a test about that needs it.
    disabledCommands: ['STARTTLS'],
    logger: false,
    ...options,
    onAuth: ({ username, password }, _session, done) => {
      double.passwords.push(password ?? '');
      done(null, { user: username });
    },
    onRcptTo: ({ address }, _session, done) => {
      if (double.receivers === 'never') done(refusal(550, `5.1.1 <${address}>: no such user ${address.split('@')[0]}`));
      else if (double.receivers === 'later') done(refusal(450, '4.2.0 greylisted'));
      else done();
    },
    onData: (stream, session, done) => {
      const judge = async (): Promise<void> => {
        const message = { to: session.envelope.rcptTo[0]?.address ?? '', text: await text(stream) };
        double.offered.push(message);
        await double.gate;
        if (double.verdict === 'cut') sockets.get(session.remotePort)?.destroy();
        else if (double.verdict === 'later') done(refusal(451, 'later'));
        else if (double.verdict === 'never') done(refusal(554, '5.7.1 refused by policy'));
        else {
          double.messages.push(message);
          done();
        }
      };
      judge().catch(() => sockets.get(session.remotePort)?.destroy());
    },
  });
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  listening.prependListener('connection', (socket: Socket) => {
    sockets.set(socket.remotePort ?? 0, socket);
  });
  await once(listening, 'listening');
  const double: SmtpDouble = {
    env: {
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String((listening.address() as AddressInfo).port),
      SMTP_FROM: 'SOM3D <pagos@som3d.local>',
    },
    messages: [],
    offered: [],
    passwords: [],
    verdict: 'accept',
    receivers: 'accept',
    gate: Promise.resolve(),
    [Symbol.asyncDispose]: async () => {
      const closed = once(listening, 'close');
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
  return double;
}
