import pino, { type Logger } from 'pino';

/** Anything that could be a secret or a person's, should it ever be put into a log object. */
const SECRETS = ['authorization', 'cookie', 'password', 'contrasena', 'token', 'access_token', 'refresh_token'];

/**
 * Structured logs, one JSON line each, to standard error: standard output is for what a person asked for.
 *
 * @param level least severe level written
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
