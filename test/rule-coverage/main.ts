/** Writes the pages of docs/ that say what the recordings tell: `npm run docs:machines`, `npm run docs:coverage`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generatedPages } from './pages.ts';

const wanted = process.argv[2];
for (const [name, text] of await generatedPages()) {
  if (wanted !== undefined && name !== `${wanted}.md`) continue;
  writeFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), text);
  process.stdout.write(`docs/${name}\n`);
}
