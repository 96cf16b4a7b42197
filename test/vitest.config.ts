import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'sdk-types/project/**'],
    globalSetup: ['support/global-setup.ts', 'support/contract-walk.ts'],
    setupFiles: ['support/setup.ts'],
    reporters: ['default', './support/slowest-files.ts'],
    // Each worker is a process of its own and runs its files one after the other: loading the service takes longer than
    // many a file. No test changes what is global and leaves it so.
    pool: 'forks',
    isolate: false,
    // One more than there are cores: tests wait for processes and databases. More than four gain nothing.
    maxWorkers: Math.min(4, availableParallelism() + 1),
    tags: [
      { name: 'heavy', description: 'Converts scans or starts processes of the service. Not in `npm run test:fast`.' },
      { name: 'long', description: 'Takes too long for every change. Only in `npm run check:all`.' },
    ],
    testTimeout: 60_000,
    // A busy machine takes longer than the second that is usual.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
