import { parseArgs } from 'node:util';

/** The kinds of trouble there are. */
export const TROUBLES = ['kill', 'network', 'disk', 'slow', 'clock'] as const;
export type TroubleKind = (typeof TROUBLES)[number];

export interface ChaosOptions {
  readonly jobs: number;
  readonly api: number;
  readonly workers: number;
  /** Seconds between two troubles. */
  readonly every: number;
  /** The same seed plans the same jobs and the same troubles; when they strike depends on the machine. */
  readonly seed: number;
  /** After so many minutes trouble ends, and what was accepted has to end. */
  readonly minutes: number;
  readonly only: readonly TroubleKind[];
  readonly queue: 'redis' | 'database';
  readonly storage: 's3' | 'files';
  /** Keeps the folder with every log also when all went well. */
  readonly keep: boolean;
}

export const USAGE = `usage: npm run chaos -- [--jobs 300] [--api 3] [--workers 4] [--every 3] [--seed N] [--minutes 20]
       [--only ${TROUBLES.join('|')}[,…]] [--queue redis|database] [--storage s3|files] [--keep]`;

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) throw new Error(`--${name}: a whole number from ${least}`);
  return value;
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw new Error(`--${name}: ${choices.join(' or ')}`);
  return choice;
}

/** Reads the command line. @throws Error with a sentence for the caller */
export function readOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string', default: '300' },
      api: { type: 'string', default: '3' },
      workers: { type: 'string', default: '4' },
      every: { type: 'string', default: '3' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string', default: '20' },
      only: { type: 'string', default: TROUBLES.join(',') },
      queue: { type: 'string', default: 'redis' },
      storage: { type: 'string', default: 's3' },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    jobs: whole('jobs', values.jobs, 1),
    api: whole('api', values.api, 1),
    workers: whole('workers', values.workers, 1),
    every: whole('every', values.every, 1),
    seed: whole('seed', values.seed, 0),
    minutes: whole('minutes', values.minutes, 1),
    only: values.only.split(',').map((kind) => oneOf('only', kind, TROUBLES)),
    queue: oneOf('queue', values.queue, ['redis', 'database']),
    storage: oneOf('storage', values.storage, ['s3', 'files']),
    keep: values.keep,
  };
}
