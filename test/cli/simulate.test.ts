import { describe, expect, it } from 'vitest';
import { exampleScenario } from '../support/example-scenarios.ts';
import { devgraph } from '../support/run-cli.ts';
import { exampleBoard } from '../support/shared-data.ts';

const UART = `
devices: [dma, uart]
links: [{ consumer: uart, supplier: dma, flags: [pm_runtime] }]
drivers:
  - name: serial
    match: [dma, uart]
    runtime_pm: {}
    callbacks: { runtime_suspend: {}, runtime_resume: { takes: 2ms } }
steps:
`;

describe('devgraph simulate', () => {
  it('prints the answer and the trace: time, calls, callbacks inside them, results', async () => {
    const { stdout, status } = await devgraph('simulate s.yaml', {
      's.yaml': `${UART}  - pm_runtime_get_sync: uart\n    expect: { returns: 0 }\n  - pm_runtime_put_sync: uart\n`,
    });
    expect(stdout.split('\n').slice(stdout.split('\n').indexOf('trace'))).toEqual([
      'trace',
      '      ms  what',
      '       2  pm_runtime_get_sync(uart) = 0 after 4 ms',
      '       2    dma runtime_resume = 0 after 2 ms',
      '       4    uart runtime_resume = 0 after 2 ms',
      '       6  pm_runtime_put_sync(uart) = 0',
      '       6    uart runtime_suspend = 0',
      '',
    ]);
    expect(stdout.split('\n')[0]).toBe('s.yaml: 2 steps, 6 ms, 1 of 1 expectation holds (Linux 6.12)');
    expect(status).toBe(0);
  });

  it('says for each expectation that fails what was expected, where, and what happened instead; status 1', async () => {
    const { stdout, status } = await devgraph('simulate s.yaml', {
      's.yaml': `${UART}  - pm_runtime_get_sync: uart\n    expect:\n      returns: 1\n      devices:\n        dma: { usage: 0 }\n`,
    });
    expect(stdout.split('\n').slice(0, 8)).toEqual([
      's.yaml: 1 step, 6 ms, 0 of 2 expectations hold, 2 fail (Linux 6.12)',
      '',
      's.yaml:12:16: does not hold (pm_runtime_get_sync(uart))',
      '    expected: returns 1',
      '    instead:  it returns 0',
      's.yaml:14:23: does not hold (pm_runtime_get_sync(uart))',
      '    expected: dma usage 0',
      '    instead:  dma usage is 1',
    ]);
    expect(status).toBe(1);
  });

  it('names a hang of the kernel that was not expected; status 1', async () => {
    const text = exampleScenario('unbind-never-ends.yaml').replace('    expect: { hangs: livelock }\n', '');
    const { stdout, status } = await devgraph('simulate s.yaml', { 's.yaml': text });
    expect(stdout).toContain('IT HANGS');
    expect(stdout).toContain('the kernel hangs in device_release_driver(dma) (livelock)');
    expect(stdout.replace(/\s+/g, ' ')).toContain("the link uart -> dma stays 'consumer probing'");
    expect(status).toBe(1);
  });

  it('names a lock that a task waits for and holds itself', async () => {
    const { stdout, status } = await devgraph('simulate s.yaml', {
      's.yaml':
        'devices: [a]\ndrivers: [{name: r, match: a, callbacks: {probe: {do: [{device_attach: self}]}}}]\n',
    });
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'a probe > device_attach(a) waits for device_lock() of a, held by itself, in a probe',
    );
    expect(status).toBe(1);
  });

  it('stops what never settles, with what goes on for ever', async () => {
    const { stdout, status } = await devgraph('simulate s.yaml', {
      's.yaml': `
devices: [a]
drivers:
  - { name: r, match: a, runtime_pm: {}, callbacks: { runtime_resume: {}, runtime_suspend: { do: [{ pm_request_resume: self }] } } }
steps:
  - pm_runtime_resume: a
  - settle:
    expect: { hangs: endless }
`,
    });
    expect(stdout).toContain('the kernel hangs in settle() (endless)');
    expect(
      stdout
        .slice(stdout.indexOf('again and again'))
        .split('\n')
        .slice(1, 4)
        .map((line) => line.trim())
        .sort(),
    ).toEqual(['a runtime_resume returns 0', 'a runtime_suspend returns 0', 'pm_request_resume(a)']);
    expect(status).toBe(0);
  });

  it('stops at a time, and what was not reached is no failure then', async () => {
    const files = { 's.yaml': `${UART}  - sleep: 10s\n  - expect: { devices: { uart: { usage: 7 } } }\n` };
    const stopped = await devgraph('simulate s.yaml --until 500ms', files);
    expect(stopped.stdout.split('\n')[0]).toBe(
      's.yaml: 1 step, 500 ms, 0 of 1 expectation holds, 1 not reached; stopped at the time given (Linux 6.12)',
    );
    expect(stopped.status).toBe(0);
    expect((await devgraph('simulate s.yaml', files)).status).toBe(1);
    expect((await devgraph('simulate s.yaml --until 500', files)).stderr).toContain(
      "--until: '500' has no unit",
    );
  });

  it('takes another order with a seed, the same one for the same seed', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `d${index}`);
    const files = {
      's.yaml': `devices: [${names.map((name) => `{name: ${name}, async: true}`).join(', ')}]
drivers: [{name: r, match: [${names.join(', ')}], callbacks: {suspend: {takes: 1ms}, resume: {takes: 1ms}}}]
steps: [suspend]
`,
    };
    const outputs = await Promise.all(
      [1, 1, 2, 3].map((seed) => devgraph(`simulate s.yaml --seed ${seed}`, files)),
    );
    const [first, again, ...others] = outputs.map(({ stdout }) => stdout);
    expect(again).toBe(first);
    expect(others.some((other) => other !== first)).toBe(true);
  });

  it('reads the command language, with the line of each command', async () => {
    const { stdout, status } = await devgraph('simulate s.scn', {
      's.scn':
        '# a comment\ndev a\ndrv r match=a ops=rpm\non a runtime_resume rpm get_sync a\nrpm enable a\nrpm get_sync a\n',
    });
    expect(stdout).toContain('s.scn:6:1: the kernel hangs in pm_runtime_get_sync(a) (runtime-status)');
    expect(status).toBe(1);
  });

  it('reads a board beside the scenario', async () => {
    const files = {
      'a/b/s.yaml': 'board: ../board.dtb\nsteps: [{expect: {devices: {30860000.serial: {driver: null}}}}]\n',
      'a/b/../board.dtb': exampleBoard('imx8mp-evk.dtb'),
    };
    const { stdout, status } = await devgraph('simulate a/b/s.yaml', files);
    expect(stdout.split('\n')[0]).toBe(
      'a/b/s.yaml on NXP i.MX8MPlus EVK board: 0 steps, 0 ms, 1 of 1 expectation holds (Linux 6.12)',
    );
    expect(status).toBe(0);
    const missing = await devgraph('simulate s.yaml', { 's.yaml': 'steps: []\nboard: x.dtb\n' });
    expect(missing.stderr).toBe(
      'devgraph simulate: s.yaml, line 2, column 8: x.dtb: cannot be read: no such file; board: names a .dtb or a packed snapshot, relative to the scenario\n',
    );
    expect(missing.status).toBe(2);
  });

  it('says all that is wrong with a file, each on a line; status 2 and nothing runs', async () => {
    const { stdout, stderr, status } = await devgraph('simulate s.yaml', {
      's.yaml': `${UART}  - pm_runtime_get_sync: urat\n  - sleep: 5ms\n  - device_link_add: { consumer: uart, supplier: dmma, flags: [] }\n`,
    });
    expect(stderr.split('\n')).toEqual([
      "devgraph simulate: s.yaml, line 10, column 26: there is no device 'urat'; did you mean uart?",
      "devgraph simulate: s.yaml, line 12, column 50: there is no device 'dmma'; did you mean dma?",
      '',
    ]);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('prints JSON with the same in it, and writes a trace for Perfetto by the name of the file', async () => {
    const files = { 's.yaml': `${UART}  - pm_runtime_get_sync: uart\n    expect: { returns: 0 }\n` };
    const { stdout } = await devgraph('simulate s.yaml --json', files);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      ok: true,
      duration: 6,
      expectations: [{ line: 11, outcome: 'holds' }],
    });
    const { written } = await devgraph('simulate s.yaml -o run.perfetto.json', files);
    const trace = JSON.parse(written.get('run.perfetto.json')!) as { traceEvents: { name: string }[] };
    expect(trace.traceEvents.some(({ name }) => name.includes('runtime_resume'))).toBe(true);
    expect(
      (await devgraph('simulate two.scn --json', { 'two.scn': '=== a\ndev x\n=== b\ndev y\n' })).stderr,
    ).toContain('has 2 scenarios');
  });

  it('shows all states when asked', async () => {
    const { stdout } = await devgraph('simulate s.yaml -v', {
      's.yaml': `${UART}  - pm_runtime_get_sync: uart\n`,
    });
    expect(stdout).toContain('dma is resuming');
    expect(stdout).toContain('dma is active');
    expect(stdout).toContain('at the end\n  dma: runtime_status=active usage=1');
    expect(stdout).toContain('uart -> dma: active, pm_runtime,managed, rpm_active 2');
  });
});
