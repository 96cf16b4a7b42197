import type { TestProject } from 'vitest/node';
import { forgetAnswers, unseenAnswers } from './coverage.ts';

/**
 * Walks the contract once the whole suite has run: a route that no test has called, or that has not given every status
 * it declares, fails the run. A run of a part of the suite is left alone.
 */
export default ({ vitest }: TestProject): (() => void) => {
  forgetAnswers();
  return () => {
    const partial = (vitest.filenamePattern?.length ?? 0) > 0 || vitest.config.testNamePattern !== undefined;
    if (partial) return;
    const unseen = unseenAnswers();
    if (unseen.length === 0) return console.log('contract: every route has given every status it declares');
    throw new Error(`the contract promises answers that no test has seen:\n  ${unseen.join('\n  ')}`);
  };
};
