import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runOnKernel } from '../kernel/kernel-run.ts';

const END = '{"e":"end"}';

describe('runOnKernel', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'devgraph-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * A program that stands in for the kernel: each command is a line of shell that writes to the trace. A scenario that does not
   * exit ends as the kernel's do.
   */
  function standIn(): string {
    const path = join(folder, 'kernel');
    const script = `#!/bin/bash
for word; do case $word in orc.scenarios=*) scenarios=\${word#*=};; orc.trace=*) trace=\${word#*=};; esac; done
exec >> "$trace"
begun=
while IFS= read -r line; do
  case $line in
    "=== "*) [ -n "$begun" ] && printf '=cleanup\\n%s\\n' '${END}'; begun=1; echo "$line";;
    *) eval "$line";;
  esac
done < "$scenarios"
printf '=cleanup\\n%s\\n=done\\n' '${END}'
`;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
    return path;
  }

  async function run(texts: readonly string[], jobs = 1): Promise<string[]> {
    const scenarios = texts.map((text, index) => ({ name: `scenario ${index}`, text }));
    return runOnKernel(scenarios, { kernel: standIn(), jobs, batch: 3, spinSeconds: 0.2 });
  }

  it('returns the traces in the order of the scenarios, whatever boots they came from', async () => {
    const texts = Array.from({ length: 10 }, (_, index) => `echo ${index}`);
    expect(await run(texts, 2)).toEqual(texts.map((_, index) => `${index}\n${END}`));
  });

  it('leaves out comments, blank lines and names', async () => {
    expect(await run(['=== name\n# comment\n\n  echo a  \n'])).toEqual([`a\n${END}`]);
  });

  it('calls a kernel that dies a crash, and runs the rest anew', async () => {
    const traces = await run(['echo a', 'echo b\nexit', 'echo c\necho =cleanup\nexit', 'echo d']);
    expect(traces).toEqual([
      `a\n${END}`,
      'b\n{"e":"crash","in":"script"}',
      'c\n{"e":"crash","in":"cleanup"}',
      `d\n${END}`,
    ]);
  });

  it('calls a kernel that spins a hang, and runs the rest anew', async () => {
    const traces = await run(['echo a\nwhile :; do :; done', 'echo b']);
    expect(traces).toEqual(['a\n{"e":"hang","in":"script"}', `b\n${END}`]);
  });

  it('takes the hang that the kernel itself names', async () => {
    const hang = '{"e":"hang","in":"cleanup"}';
    expect(await run([`echo '${hang}'\nexit`, 'echo b'])).toEqual([hang, `b\n${END}`]);
  });

  it('says what a kernel said that does not come up', async () => {
    const path = join(folder, 'broken');
    writeFileSync(path, '#!/bin/sh\necho no memory >&2\n');
    chmodSync(path, 0o755);
    await expect(runOnKernel([{ name: '', text: 'flush' }], { kernel: path })).rejects.toThrow('no memory');
  });
});
