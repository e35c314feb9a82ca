import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { type PageName, pageWriter } from '../rule-coverage/pages.ts';

describe('what the recordings confirm', () => {
  let write: (name: PageName) => string;

  beforeAll(async () => {
    write = await pageWriter();
  }, 300_000);

  it.each(['machines', 'coverage'] as const)(
    'stands in docs/%s.md as it is now (else `npm run docs:machines` and `npm run docs:coverage`)',
    (name) => {
      const path = fileURLToPath(new URL(`../../docs/${name}.md`, import.meta.url));
      // Not the difference of hundreds of lines.
      expect(readFileSync(path, 'utf8') === write(name)).toBe(true);
    },
    300_000,
  );
});
