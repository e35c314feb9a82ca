/**
 * Reads KTAP version 1 for tests, after Documentation/dev-tools/ktap.rst: a version line, a plan, results numbered from 1,
 * subtests two spaces further in before the result that they belong to, diagnostic lines anywhere. A line of another form is
 * an error, though KTAP would allow it; so is a test that passes though a subtest failed.
 */
export interface KtapTest {
  readonly name: string;
  readonly ok: boolean;
  /** Diagnostic lines before the result, without `# `. */
  readonly diagnostics: readonly string[];
  readonly subtests: readonly KtapTest[];
}

class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    if (!text.endsWith('\n')) throw new Error('the last line does not end');
    this.#lines = text.slice(0, -1).split('\n');
  }

  /** The next line if it stands at this depth. */
  peek(depth: number): string | undefined {
    const line = this.#lines[this.#at];
    const indent = '  '.repeat(depth);
    return line?.startsWith(indent) ? line.slice(indent.length) : undefined;
  }

  take(depth: number): string {
    const line = this.peek(depth);
    if (line === undefined)
      throw new Error(`no line at depth ${depth}: ${this.#lines[this.#at] ?? 'the end'}`);
    this.#at++;
    return line;
  }

  get isEmpty(): boolean {
    return this.#at === this.#lines.length;
  }
}

function testsAt(lines: Lines, depth: number): KtapTest[] {
  if (lines.take(depth) !== 'KTAP version 1') throw new Error('no version line');
  const diagnostics: string[] = [];
  const takeDiagnostics = () => {
    while (lines.peek(depth)?.startsWith('# ')) diagnostics.push(lines.take(depth).slice(2));
  };
  takeDiagnostics();
  const plan = /^1\.\.(\d+)$/.exec(lines.take(depth));
  if (plan === null) throw new Error('no plan');
  const tests: KtapTest[] = [];
  while (tests.length < Number(plan[1])) {
    takeDiagnostics();
    const subtests = lines.peek(depth + 1) === 'KTAP version 1' ? testsAt(lines, depth + 1) : [];
    takeDiagnostics();
    const result = /^(ok|not ok) (\d+) ([^#]*)$/.exec(lines.take(depth));
    if (result === null) throw new Error(`no result of test ${tests.length + 1}`);
    const [, word, number, name] = result;
    if (Number(number) !== tests.length + 1)
      throw new Error(`test ${number} where ${tests.length + 1} should be`);
    const ok = word === 'ok';
    if (ok && subtests.some((subtest) => !subtest.ok))
      throw new Error(`${name} passes though a subtest fails`);
    tests.push({ name: name!, ok, diagnostics: diagnostics.splice(0), subtests });
  }
  takeDiagnostics();
  return tests;
}

export function readKtap(text: string): KtapTest[] {
  const lines = new Lines(text);
  const tests = testsAt(lines, 0);
  if (!lines.isEmpty) throw new Error('lines behind the last test');
  return tests;
}
