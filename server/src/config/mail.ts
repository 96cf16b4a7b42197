import { z } from 'zod';
import { flag, hostName, integer, text, variable } from './variable.ts';

const ADDRESS = /^[^\s\p{C}<>@",;]+@[^\s\p{C}<>@",;]+$/u;
const NAMED_ADDRESS = /^[^\p{Cc}<>@]*<([^<>]+)>$/u;

/** `no-reply@som3d.co`, or `SOM3D <no-reply@som3d.co>`. */
function isSender(value: string): boolean {
  return ADDRESS.test(NAMED_ADDRESS.exec(value)?.[1] ?? value);
}

export const MAIL = {
  SMTP_HOST: variable(hostName.optional(), 'Mail server. Without it mails are files in SOM3D_DATA_DIR/mail.', ''),
  SMTP_PORT: variable(integer(1, 65_535, 587), 'Port of the mail server.'),
  SMTP_SECURE: variable(
    flag(false),
    'TLS from the first byte (port 465). With false the service uses STARTTLS where the server offers it.',
  ),
  SMTP_USER: variable(text.optional(), 'User at the mail server, when it requires one.', ''),
  SMTP_PASS: variable(z.string().optional(), 'Password at the mail server.', ''),
  SMTP_ALLOW_PLAIN: variable(
    flag(false),
    'Send user and password also to a mail server without TLS. With false such a server gets neither, and mails wait.',
  ),
  SMTP_FROM: variable(
    text.refine(isSender, { error: 'must be an address, or NAME <address>' }).default('SOM3D <no-reply@som3d.local>'),
    'Sender of mails.',
  ),
};

export const HOSPITALS = {
  HOSPITAL_LINK_ACTIVATES: variable(
    z.enum(['always', 'subscribed']).default('always'),
    'A link by code activates the doctor always, or only while the hospital has an active subscription.',
  ),
};
