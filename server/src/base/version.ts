import { createRequire } from 'node:module';

/** Version of the service, as its package says. */
export const VERSION = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
