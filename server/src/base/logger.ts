import pino, { type Logger } from 'pino';
import { lineBuffer } from './line-buffer.ts';

/** Fields that can hold a secret. The logger redacts them when they appear in a log object. */
const SECRETS = ['authorization', 'cookie', 'password', 'contrasena', 'token', 'access_token', 'refresh_token'];

/**
 * Structured logs, one JSON line each, to standard error. Standard output is for the results of commands.
 *
 * @param level the least severe level that is written
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
    lineBuffer(),
  );
}
