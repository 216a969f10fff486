import { defineConfig } from 'vitest/config';

/** Packages resolve to each other's sources, so that a test never runs against a stale build. */
const conditions = ['@wa-ml/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: [
      '{packages,apps}/*/test/**/*.test.ts',
      'generators/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'test/e2e/**', 'templates/**', 'examples/**', 'tmp/**'],
    globalSetup: ['tools/handlers.mjs'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
