import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Answers that differ from the predecessor's and are right. */
interface Exception {
  readonly why: string;
  readonly story: 1 | 2;
  /** How each may differ: the beginnings of its differences, such as `status 422`. */
  readonly answers: Readonly<Record<string, readonly string[]>>;
}

const EXCEPTIONS = JSON.parse(readFileSync(path.join(import.meta.dirname, 'exceptions.json'), 'utf8')) as Exception[];

/** Whether a difference is none of the exceptions. */
export function unexpected(story: 1 | 2, name: string, difference: string): boolean {
  return !EXCEPTIONS.some(
    ({ story: of, answers }) => of === story && answers[name]?.some((begin) => difference.startsWith(begin)),
  );
}
