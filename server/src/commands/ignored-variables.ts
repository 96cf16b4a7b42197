import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Logger } from 'pino';
import { VARIABLE_NAMES } from '../config/config.ts';
import { explainVariables } from '../config/predecessor.ts';
import { DOTENV } from './dotenv.ts';

/** Logs once which variables of `.env` nothing reads: a typing error, or one of the predecessor's. */
export function warnOfIgnoredVariables(log: Logger): void {
  if (!existsSync(DOTENV)) return;
  const names = Object.keys(parseEnv(readFileSync(DOTENV, 'utf8')));
  const variables = explainVariables(names, VARIABLE_NAMES)
    .filter(({ ignored }) => ignored)
    .map(({ name }) => name);
  if (variables.length > 0) log.warn({ variables }, '.env has variables that nothing reads');
}
