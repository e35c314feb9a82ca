import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { machinePictures } from '../rule-coverage/machines-page.ts';
import { type PageName, pageWriter } from '../rule-coverage/pages.ts';
import { isDrawnFrom } from '../rule-coverage/picture-source.ts';

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

  it('is drawn in docs/machines from the machines as they are now (else `npm run docs:machines`)', () => {
    for (const [name, graph] of machinePictures()) {
      const path = fileURLToPath(new URL(`../../docs/machines/${name}`, import.meta.url));
      expect([name, isDrawnFrom(readFileSync(path, 'utf8'), graph)]).toEqual([name, true]);
    }
  });
});
