import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'sdk-types/project/**'],
    globalSetup: ['support/global-setup.ts', 'support/contract-walk.ts'],
    setupFiles: ['support/setup.ts'],
    // a process for each file: servers, native hashing and signals do not meet
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
