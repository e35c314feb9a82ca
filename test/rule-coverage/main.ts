/** Writes the pages of docs/ that say what the recordings tell: `npm run docs:machines`, `npm run docs:coverage`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type PageName, pageWriter } from './pages.ts';

const name = process.argv[2] as PageName;
const write = await pageWriter();
writeFileSync(fileURLToPath(new URL(`../../docs/${name}.md`, import.meta.url)), write(name));
