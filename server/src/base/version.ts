import { createRequire } from 'node:module';

/** Version of the service, from its package. */
export const VERSION = (createRequire(import.meta.url)('../../package.json') as { version: string }).version;
