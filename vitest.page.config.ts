import { defineConfig } from 'vitest/config';

/** Tests of the built page in Debian's Chromium; `npm run test:page` builds it first. */
export default defineConfig({
  test: {
    include: ['test/page/*.test.ts'],
    testTimeout: 60_000,
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
