import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { mailing } from '@som3d/server/testing';
import { until } from './jobs.ts';
import type { TestServer } from './server.ts';

/** A mail as it was written: its receiver, its subject as it stands in the header, and its text. */
export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

function decodeQuoted(text: string): string {
  const joined = text.replace(/=\r?\n/g, '');
  const bytes = joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function parse(message: string): ReceivedMail {
  const [head = '', ...body] = message.split(/\r?\n\r?\n/);
  const headers = head.replace(/\r?\n[ \t]+/g, ' ');
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1]?.trim() ?? '';
  const content = body.join('\n\n');
  const encoding = header('content-transfer-encoding').toLowerCase();
  const text =
    encoding === 'base64'
      ? Buffer.from(content, 'base64').toString()
      : encoding === 'quoted-printable'
        ? decodeQuoted(content)
        : content;
  return { to: header('to'), subject: header('subject'), text };
}

/** Every mail to this address that the embedded gateway has written, in its order. */
export async function mailsTo(dataDir: string, correo: string): Promise<ReceivedMail[]> {
  const folder = path.join(dataDir, 'mail');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const mails = await Promise.all(
    names
      .toSorted((a, b) => a.localeCompare(b))
      .map(async (name) => parse(await readFile(path.join(folder, name), 'utf8'))),
  );
  return mails.filter(({ to }) => to === correo);
}

/** The n-th mail to this address (the first is 1). Sends what is due at once: the service looks every two seconds. */
export async function mailTo({ deps, dataDir }: TestServer, correo: string, n = 1): Promise<ReceivedMail> {
  await new mailing.MailWorker(deps).runDue();
  return await until(async () => (await mailsTo(dataDir, correo))[n - 1], `mail ${n} to ${correo}`);
}

/** The six digits of a mail. */
export function codeOf({ text }: ReceivedMail): string {
  return /\b\d{6}\b/.exec(text)?.[0] ?? '';
}
