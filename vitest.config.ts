import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/page/**'],
    // Speed is no question of tests: a machine that does other things besides may be ten times slower.
    testTimeout: 300_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
