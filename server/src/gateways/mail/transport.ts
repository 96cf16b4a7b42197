import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { SendMailOptions } from 'nodemailer';
import { writeWhole } from '../../base/whole-file.ts';
import type { Config } from '../../config/config.ts';
import type { Mail, MailGateway } from './mail.ts';

type Settings = Pick<
  Config,
  'SMTP_HOST' | 'SMTP_PORT' | 'SMTP_SECURE' | 'SMTP_USER' | 'SMTP_PASS' | 'SMTP_ALLOW_PLAIN' | 'SMTP_FROM' | 'dataDir'
>;

/** Longest wait for the mail server at each step, in ms. */
const TIMEOUT_MS = 20_000;
/** Longest time for one mail with all its steps, in ms: shorter than the lease of a mail in the outbox. */
const MAIL_MS = 90_000;

function messageOf(config: Settings, mail: Mail): SendMailOptions {
  const domain = /@([\w.-]+)/.exec(config.SMTP_FROM)?.[1] ?? 'som3d.local';
  return {
    from: config.SMTP_FROM,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    ...(mail.html === null ? {} : { html: mail.html }),
    messageId: `<${mail.messageId}@${domain}>`,
    // mail programs send no automatic answer to such a mail
    headers: { 'Auto-Submitted': 'auto-generated' },
    // a mail must not make this process read a file or an address
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

async function openSmtpGateway(config: Settings, host: string): Promise<MailGateway> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port: config.SMTP_PORT,
    secure: config.SMTP_SECURE,
    // A server without STARTTLS, or somebody in between who hides it, must not see the password.
    requireTLS: Boolean(config.SMTP_USER) && !config.SMTP_SECURE && !config.SMTP_ALLOW_PLAIN,
    ...(config.SMTP_USER ? { auth: { user: config.SMTP_USER, pass: config.SMTP_PASS ?? '' } } : {}),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
  return {
    send: async (mail) => {
      await transport.sendMail({ ...messageOf(config, mail), signal: AbortSignal.timeout(MAIL_MS) });
      return null;
    },
    close: () => transport.close(),
  };
}

/** Writes each mail to `mail/<id>.eml` in the data folder; any mail program opens it. */
function createFileGateway(config: Settings): MailGateway {
  const folder = path.join(config.dataDir, 'mail');
  return {
    send: async (mail) => {
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
      const { message } = await transport.sendMail(messageOf(config, mail));
      if (!Buffer.isBuffer(message)) throw new TypeError('the mail was not built');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = path.join(folder, `${String(mail.id).padStart(6, '0')}.eml`);
      await writeWhole(file, (handle) => handle.writeFile(message), 0o600);
      return file;
    },
    close: () => {},
  };
}

/** Mails go out by SMTP when `SMTP_HOST` is set, otherwise into files. */
export async function openMailGateway(config: Settings): Promise<MailGateway> {
  return config.SMTP_HOST ? await openSmtpGateway(config, config.SMTP_HOST) : createFileGateway(config);
}
