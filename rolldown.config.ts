import { defineConfig } from 'rolldown';

/**
 * Two entries: the library (no Node API, runs in a page) and the command line. Verbs are loaded on demand, so that
 * a cold start parses only what its verb needs.
 */
export default defineConfig([
  {
    input: { index: 'src/index.ts' },
    platform: 'neutral',
    external: ['zod', '@dagrejs/graphlib'],
    output: { dir: 'dist', format: 'esm', sourcemap: true },
  },
  {
    input: { cli: 'src/cli/main.ts' },
    platform: 'node',
    external: ['zod', '@dagrejs/graphlib'],
    output: {
      dir: 'dist',
      format: 'esm',
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
      banner: '',
      chunkFileNames: 'cli/[name].js',
    },
  },
]);
