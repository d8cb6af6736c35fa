import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Journeys in a real browser against the built web app, one file after the other: `npm test` runs them last.
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
