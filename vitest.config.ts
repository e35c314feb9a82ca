import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/page/**'],
    testTimeout: 30_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
