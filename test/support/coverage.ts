import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { contract, routesOf, statusesOf, type NamedRoute } from '@som3d/contract';
import pino, { type Logger } from 'pino';

/**
 * Which routes the suite has called and what they answered, taken from the servers' own request log. When the whole
 * suite has run, every route must have given every status that it declares.
 */
const folder = path.resolve(import.meta.dirname, '../.cache/answers');

interface RequestLine {
  readonly msg: string;
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
}

/** A logger for test servers that keeps the answers' statuses, and lines of `error` for the test to look at. */
export const recordingLogger = (): { log: Logger; errors: string[] } => {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${process.pid}-${process.hrtime.bigint()}`);
  const errors: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      const line = JSON.parse(text) as RequestLine & { level: number };
      if (line.msg === 'request' && line.route) appendFileSync(file, `${line.method} ${line.route} ${line.status}\n`);
      if (line.level >= 50) errors.push(text);
      done();
    },
  });
  return { log: pino({ level: 'info' }, sink), errors };
};

/** Statuses that one mechanism gives for all routes; they are tested there, not for each route. */
const GENERIC = new Set([400, 413, 415, 500, 503]);

/** Statuses of a route that some test must have seen. */
const wanted = ({ route }: NamedRoute): number[] =>
  statusesOf(route).filter((status) => status in route.responses || !GENERIC.has(status));

/** Forgets what earlier runs have seen. */
export const forgetAnswers = (): void => rmSync(folder, { recursive: true, force: true });

/** `GET /patients/:id (patients.get): 403` for every status that no test has seen. */
export const unseenAnswers = (): string[] => {
  const seen = new Set(
    readdirSync(folder).flatMap((name) => readFileSync(path.join(folder, name), 'utf8').split('\n')),
  );
  return routesOf(contract).flatMap((named) => {
    const line = `${named.route.method} ${named.route.path}`;
    const missing = wanted(named).filter((status) => !seen.has(`${line} ${status}`));
    return missing.length > 0 ? [`${line} (${named.name}): ${missing.join(', ')}`] : [];
  });
};
