import { afterEach, inject } from 'vitest';
import { guardNetwork } from './network-guard.ts';

const attempts: string[] = [];
const services = [inject('mysqlUrl'), inject('redisUrl'), inject('s3Url')].filter((url) => url !== null);
guardNetwork(
  (attempt) => attempts.push(attempt),
  services.map((url) => new URL(url).hostname),
);

/** Code under test may swallow the refusal: the test that was running fails all the same. */
afterEach(() => {
  const left = attempts.splice(0);
  if (left.length > 0) throw new Error(left.join('\n'));
});
