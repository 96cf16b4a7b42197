import type { TestProject } from 'vitest/node';
import { forgetAnswers, unseenAnswers } from './coverage.ts';

/**
 * Walks the contract once the whole suite has run: a route that no test has called, or that has not given every status
 * it declares, fails the run. A run of a part of the suite is left alone.
 */
export default ({ vitest }: TestProject): (() => Promise<void>) => {
  forgetAnswers();
  return async () => {
    const all = await vitest.globTestSpecifications();
    const whole = vitest.state.getTestModules().length === all.length && !vitest.config.testNamePattern;
    if (!whole) return;
    const unseen = unseenAnswers();
    if (unseen.length === 0) console.log('contract: every route has given every status it declares');
    else throw new Error(`the contract promises answers that no test has seen:\n  ${unseen.join('\n  ')}`);
  };
};
