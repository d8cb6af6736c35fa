import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'web/src/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/*/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'test/e2e/**'],
    globalSetup: ['test/kit/global-setup.ts'],
    pool: 'threads',
    maxWorkers: 2,
    // A busy machine is no fault of a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
