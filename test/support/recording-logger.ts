import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import pino, { type Logger } from 'pino';
import { inject } from 'vitest';

interface RequestLine {
  readonly level: number;
  readonly msg: string;
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
}

/**
 * A logger for test servers. It keeps which routes were called and what they answered, for the walk over the contract
 * at the end of the run, and the lines of level `error` for the test to look at.
 *
 * @param counts whether the walk counts these answers
 */
export function recordingLogger(counts = true): { log: Logger; errors: string[] } {
  const file = path.join(inject('answersFolder'), `${process.pid}-${process.hrtime.bigint()}`);
  const errors: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString();
      const line = JSON.parse(text) as RequestLine;
      if (counts && line.msg === 'request' && line.route)
        appendFileSync(file, `${line.method} ${line.route} ${line.status}\n`);
      if (line.level >= 50) errors.push(text);
      done();
    },
  });
  return { log: pino({ level: 'debug' }, sink), errors };
}
