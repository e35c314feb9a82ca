import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedPages } from '../rule-coverage/pages.ts';

describe('the pages about what recordings confirm', () => {
  it('say what the bundled recordings and the code say now (else run `npm run docs:machines`)', async () => {
    for (const [name, text] of await generatedPages()) {
      const path = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
      // Bytes, not a difference of hundreds of lines.
      expect(readFileSync(path, 'utf8') === text, `docs/${name} is up to date`).toBe(true);
    }
  }, 300_000);
});
