import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';

interface Hazard {
  /** The variable that settles it. */
  readonly variable: string;
  readonly isThere: (config: Config) => boolean;
  readonly consequence: string;
}

const OF_THIS_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

function isOwnOrigin(origin: string): boolean {
  return OF_THIS_MACHINE.has(new URL(origin).hostname);
}

const HAZARDS: readonly Hazard[] = [
  {
    variable: 'BASE_URL',
    isThere: ({ BASE_URL }) => BASE_URL === undefined,
    consequence: 'links in answers and mails lead to the address of the request; set the public address, with https',
  },
  {
    variable: 'SMTP_HOST',
    isThere: ({ SMTP_HOST }) => SMTP_HOST === undefined,
    consequence: 'mails are files in SOM3D_DATA_DIR/mail and reach nobody; set a mail server',
  },
  {
    variable: 'REGISTER_REQUIRES_EMAIL_CODE',
    isThere: (config) => !config.REGISTER_REQUIRES_EMAIL_CODE,
    consequence: 'anybody can register with an address of somebody else; set true, with a mail server',
  },
  {
    variable: 'FRONTEND_ORIGINS',
    isThere: ({ frontendOrigins }) => frontendOrigins === '*' || frontendOrigins.every(isOwnOrigin),
    consequence: 'browsers may call from this machine alone, or from any site; set the origin of the frontend',
  },
  {
    variable: 'COOKIE_SECURE',
    isThere: ({ secureCookies }) => !secureCookies,
    consequence: 'browsers send the cookies of sessions without TLS too; set a BASE_URL with https',
  },
];

/** Logs once what is fine on one's own machine, but not on MySQL, where others use the service. */
export function warnOfUnsafeSettings(config: Config, log: Logger): void {
  if (config.embedded) return;
  for (const { variable, isThere, consequence } of HAZARDS) {
    if (isThere(config)) log.warn({ variable }, `unsafe setting: ${consequence}`);
  }
}
