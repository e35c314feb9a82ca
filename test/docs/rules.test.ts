/**
 * The pages of the linter's rules: one for each rule, of one shape, true to the table of rules, and with examples that the
 * tool prints as they stand there.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../src/analysis/finding.ts';
import { isRuleName, RULE_NAMES, RULES, type RuleName } from '../../src/analysis/rules.ts';
import { devgraph } from '../support/run-cli.ts';
import { sharedPath } from '../support/shared-data.ts';

const FOLDER = fileURLToPath(new URL('../../docs/rules', import.meta.url));
const SECTIONS = ['What', 'Why it matters', 'How to fix', "The kernel's rule", 'Example'];
/** Columns of a page; the examples stand four columns in. */
const WIDTH = 78;
const BUNDLED = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'];

/** Pages by rule, as far as they are there: the first test says which are missing. */
const pages = new Map(
  RULE_NAMES.filter((rule) => existsSync(`${FOLDER}/${rule}.md`)).map((rule) => [
    rule,
    readFileSync(`${FOLDER}/${rule}.md`, 'utf8'),
  ]),
);

/** The text of a section, without its heading. */
function section(page: string, title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';
}

/** Words with one space between them, whatever line they stand on. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/**
 * Blocks of lines that stand four columns in, without these columns. A command begins a block of its own; a line that ends
 * in a backslash goes on.
 */
function codeBlocks(text: string): string[] {
  return [...text.matchAll(/(?:^ {4}.*\n(?:\n(?= {4}))*)+/gm)].flatMap(([block]) =>
    block
      .replace(/^ {4}/gm, '')
      .replace(/ *\\\n */g, ' ')
      .split(/\n\n(?=\$ )/)
      .map((part) => part.trimEnd()),
  );
}

describe('docs/rules', () => {
  it('has a page for each rule of check and no other', () => {
    const found = readdirSync(FOLDER).map((file) => file.replace(/\.md$/, ''));
    expect(found.sort()).toEqual([...RULE_NAMES].sort());
  });
});

describe.each([...pages])('the page of %s', (rule, page) => {
  it('begins with its name, then its title and severity as the table of rules has them', () => {
    const { title, severity } = RULES[rule];
    const [heading, lead = ''] = page.split('\n\n');
    expect(heading).toBe(`# ${rule}`);
    expect(flat(lead)).toBe(`${title[0]!.toUpperCase()}${title.slice(1)}. Severity: ${severity}.`);
  });

  it('has the sections of every page, in their order', () => {
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual(SECTIONS);
    for (const title of SECTIONS) expect(flat(section(page, title)), title).not.toBe(title);
  });

  it('fits a terminal: short lines, a length to read in one sitting', () => {
    const lines = page.trimEnd().split('\n');
    expect(lines.filter((line) => line.length > WIDTH)).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(25);
    expect(lines.length).toBeLessThanOrEqual(65);
    expect(page).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('names a function of the kernel and its file', () => {
    expect(flat(section(page, "The kernel's rule"))).toMatch(/\b[\w/-]+\.c: ?\w+/);
  });

  it('names no rule that is not there, and each with its own severity', () => {
    const prose = flat(page);
    for (const [, name] of prose.matchAll(/devgraph help ([\w-]+)/g))
      expect(isRuleName(name!), name).toBe(true);
    for (const [, name] of prose.matchAll(/--rule ([\w-]+)/g)) expect(isRuleName(name!), name).toBe(true);
    const heads = page.matchAll(new RegExp(`^ {4}(${SEVERITIES.join('|')}) ([a-z-]+) {2}`, 'gm'));
    for (const [, severity, name] of heads) {
      expect(RULES[name as RuleName].severity, name).toBe(severity);
    }
  });

  it('shows configurations that check accepts', async () => {
    for (const config of codeBlocks(page).filter((block) => block.startsWith('{'))) {
      const { status, stderr } = await devgraph(`check ${BUNDLED[1]} --quiet`, {
        'devgraph.config.json': config,
      });
      expect(stderr).toBe('');
      expect(status).not.toBe(2);
    }
  });
});

interface Example {
  /** Arguments of devgraph. */
  readonly words: readonly string[];
  /** Lines printed; `...` stands for some that are left out. */
  readonly lines: readonly string[];
  /** Files that the page writes down before the example, by name. */
  readonly given: ReadonlyMap<string, string>;
}

/** The examples of a page: blocks that begin with `$ devgraph`; a block behind a line "`NAME`:" is a file. */
function examplesOf(page: string): Example[] {
  const text = section(page, 'Example');
  const given = new Map<string, string>();
  const examples: Example[] = [];
  for (const block of codeBlocks(text)) {
    const [command, ...lines] = block.split('\n');
    if (command!.startsWith('$ devgraph ')) {
      examples.push({ words: command!.split(' ').slice(2), lines, given });
      continue;
    }
    const before = text.slice(0, text.indexOf(`    ${command}`));
    const name = /`([\w.-]+)`:\n\n$/.exec(before)?.[1];
    if (name !== undefined) given.set(name, `${block}\n`);
  }
  return examples;
}

/** Trees that a page describes in words, for want of room. */
const DESCRIBED: Readonly<Record<string, string>> = {
  'deep.dts': `/dts-v1/;\n/ {${Array.from({ length: 70 }, (_, depth) => `n${depth} {`).join(' ')}${' };'.repeat(71)}`,
  'dense.dts': denseTree([...'abcdefghij']),
};

/** Logs that a page describes in words. */
const DESCRIBED_LOGS: Readonly<Record<string, string>> = {
  'pingpong.dmesg': Array.from({ length: 6 }, (_, round) => {
    const at = (ms: number) => `[ ${(1 + round / 100 + ms / 1000).toFixed(3)}][T9] `;
    const call = (name: string, count: number) =>
      `rpm_${name}: x flags-4 cnt-${count} dep-0 auto-1 p-0 irq-0 child-0\n`;
    const end = (name: string) => `rpm_return_int: rpm_${name}+0x1/0x9:x ret=0\n`;
    return `${at(0)}${call('resume', 1)}${at(1)}${end('resume')}${at(4)}${call('suspend', 0)}${at(5)}${end('suspend')}`;
  }).join(''),
};

/** Regulators that name all others, the first of them behind a gate that every way back to `top` leads through. */
function denseTree(names: readonly string[]): string {
  const node = (name: string, suppliers: readonly string[]) =>
    `${name}: ${name} { compatible = "x"; power-supplies = <${suppliers.map((one) => `&${one}`).join(' ')}>; };`;
  const [first] = names;
  return [
    '/dts-v1/; / {',
    node('top', [first!]),
    node('gate', ['top', first!]),
    ...names.map((name) =>
      node(name, [...(name === first ? ['gate'] : []), ...names.filter((one) => one !== name)]),
    ),
    '};',
  ].join('\n');
}

/** A recorded board or log among the shared data, wherever it lies there. */
function sharedFile(name: string): Uint8Array | undefined {
  const folders = ['rpi3b', 'q35'];
  const boards = sharedPath('kernel-6.12/boards');
  if (existsSync(boards))
    folders.push(
      ...readdirSync(boards)
        .sort()
        .map((vendor) => `kernel-6.12/boards/${vendor}`),
    );
  const found = folders.map((folder) => sharedPath(`${folder}/${name}`)).find((path) => existsSync(path));
  return found === undefined ? undefined : readFileSync(found);
}

function compiled(source: string): Uint8Array | undefined {
  try {
    return execFileSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb'], {
      input: source,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The files that an example names, or the reason why one is not here. */
function filesOf({ words, given }: Example): Record<string, string | Uint8Array> | string {
  const files: Record<string, string | Uint8Array> = {};
  for (const name of words.filter((word) => /\.(dtb|dmesg|ftrace|txt)$/.test(word))) {
    if (BUNDLED.includes(name)) continue;
    const written = name.replace(/\.dtb$/, '.dts');
    const source = DESCRIBED_LOGS[name] ?? given.get(written) ?? DESCRIBED[written];
    const file = source === undefined ? sharedFile(name) : name.endsWith('.dtb') ? compiled(source) : source;
    if (file === undefined && source !== undefined)
      return 'dtc is not installed (Debian: device-tree-compiler)';
    if (file === undefined) return `${name} is not in ../shared/data`;
    files[name] = file;
  }
  return files;
}

/** The first line of an example that is not printed where it stands; undefined if all are. What follows them is free. */
function firstMissing(printed: readonly string[], lines: readonly string[]): string | undefined {
  let at = 0;
  let skips = false;
  for (const line of lines) {
    if (line === '...') {
      skips = true;
      continue;
    }
    const found = skips ? printed.indexOf(line, at) : printed[at] === line ? at : -1;
    if (found < 0) return line;
    at = found + 1;
    skips = false;
  }
  return undefined;
}

describe('the examples of the pages', () => {
  const examples = [...pages].flatMap(([rule, page]) =>
    examplesOf(page).map((example) => ({ rule, example })),
  );

  it('are there on every page', () => {
    expect(new Set(examples.map(({ rule }) => rule)).size).toBe(pages.size);
  });

  for (const { rule, example } of examples) {
    const files = filesOf(example);
    const title = `${rule}: devgraph ${example.words.join(' ')}`;
    if (typeof files === 'string') {
      console.warn(`skipped: ${title} (${files})`);
      it.skip(`${title} (${files})`, () => {});
      continue;
    }
    it(`${title} prints what the page shows`, async () => {
      const { stdout, stderr } = await devgraph(example.words.join(' '), files, { columns: WIDTH - 4 });
      expect(stderr).toBe('');
      expect(example.lines.length).toBeGreaterThan(0);
      expect(firstMissing(stdout.split('\n'), example.lines), stdout).toBeUndefined();
    });
  }
});
