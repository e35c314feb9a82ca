/** Writes the pages of docs/ that say what the recordings tell: `npm run docs:machines`, `npm run docs:coverage`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machinePictures } from './machines-page.ts';
import { type PageName, pageWriter } from './pages.ts';
import { withSource } from './picture-source.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

function writePictures(): void {
  mkdirSync(`${DOCS}/machines`, { recursive: true });
  for (const [name, graph] of machinePictures()) {
    const svg = execFileSync('dot', ['-Tsvg'], { input: graph }).toString();
    writeFileSync(`${DOCS}/machines/${name}`, withSource(svg, graph));
  }
}

const name = process.argv[2] as PageName;
const write = await pageWriter();
writeFileSync(`${DOCS}/${name}.md`, write(name));
if (name === 'machines') writePictures();
