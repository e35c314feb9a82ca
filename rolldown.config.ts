import { cpSync } from 'node:fs';
import { defineConfig } from 'rolldown';

const EXTERNAL = ['zod', 'yaml', 'xstate', '@dagrejs/graphlib'];

/**
 * Three builds: the library (no Node API), the command line, whose verbs are loaded on demand so that a cold start parses
 * only what its verb needs, and the page.
 */
export default defineConfig([
  {
    input: {
      index: 'src/index.ts',
      'board-schema': 'src/boards/board-schema.ts',
      'scenario-schema': 'src/scenario-files/scenario-schema.ts',
      machines: 'src/machines.ts',
      explore: 'src/explore/index.ts',
      policies: 'src/policies/index.ts',
    },
    platform: 'neutral',
    external: EXTERNAL,
    output: { dir: 'dist', format: 'esm', sourcemap: true },
  },
  {
    input: { cli: 'src/cli/main.ts' },
    platform: 'node',
    external: EXTERNAL,
    output: {
      dir: 'dist',
      format: 'esm',
      chunkFileNames: 'cli/[name].js',
      // Every file costs about a millisecond at start: what all verbs on boards need is one.
      codeSplitting: {
        groups: [
          {
            name: 'engine',
            test: /src\/(core|boards\/(?!board-schema)|pm|links|probe|cli\/(session|options|io|node-io)\b)/,
          },
          // What the verbs on links and orders say.
          {
            name: 'answers',
            test: /src\/(analysis\/(cycles|errno-names|focus|links|system-devices|words)|report\/(style|text-boot|text-dma|text-system))\.ts/,
          },
        ],
      },
    },
  },
  {
    input: { page: 'web/page.ts', scenarios: 'web/scenarios.ts' },
    platform: 'browser',
    output: { dir: 'dist/web', format: 'esm', minify: true },
    plugins: [
      {
        name: 'static files of the page',
        writeBundle() {
          for (const file of ['index.html', 'page.css']) cpSync(`web/${file}`, `dist/web/${file}`);
          cpSync('examples/boards', 'dist/web/boards', { recursive: true });
        },
      },
    ],
  },
]);
