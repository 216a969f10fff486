import { defineConfig } from 'vitest/config';
import unit from './vitest.config.mts';

/** End to end: real installs, real training, real containers. One file at a time; `npm test` builds the packages first. */
export default defineConfig({
  ...unit,
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
