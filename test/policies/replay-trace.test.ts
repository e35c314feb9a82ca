import { describe, expect, it } from 'vitest';
import type { PolicyComparison } from '../../src/policies/index.ts';
import { devgraph } from '../support/run-cli.ts';

/** Two uses of a UART of 3 ms and 5 ms, each behind a resume of 1 ms, as ftrace prints them; another device beside it. */
const TRACE = `# tracer: nop
#
          getty-812     [001] .....   100.000000: rpm_resume: 30890000.serial flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0
          getty-812     [001] .....   100.001000: rpm_status: 30890000.serial status=RPM_ACTIVE
          getty-812     [001] .....   100.001000: rpm_return_int: rpm_resume+0x114/0x758:30890000.serial ret=0
          getty-812     [001] .....   100.004000: rpm_suspend: 30890000.serial flags-d cnt-0  dep-0  auto-1 p-0 irq-0 child-0
    kworker/1:2-90      [001] .....   100.010000: rpm_resume: 30a20000.i2c flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0
          getty-812     [001] .....   100.050000: rpm_resume: 30890000.serial flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0
          getty-812     [001] .....   100.051000: rpm_return_int: rpm_resume+0x114/0x758:30890000.serial ret=0
          getty-812     [001] .....   100.053000: rpm_usage: 30890000.serial flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0
          getty-812     [001] .....   100.056000: rpm_idle: 30890000.serial flags-4 cnt-0  dep-0  auto-1 p-0 irq-0 child-0
`;

const scenario = (stream: string) => `devices:
  - name: uart
    power: { active: 10mW, suspended: 1mW, resume: { latency: 1ms }, suspend: { latency: 500us } }
workload:
  length: 100ms
  streams:
    - { device: uart, ${stream} }
`;

describe('a workload that is a recorded trace', () => {
  it('has a request for each time in which the device was used, with the work behind the resume', async () => {
    const { stdout, stderr } = await devgraph('simulate s.yaml --json', {
      's.yaml': scenario('replay: t.ftrace, replay_device: 30890000.serial'),
      't.ftrace': TRACE,
    });
    expect(stderr).toBe('');
    const [policy] = (JSON.parse(stdout) as PolicyComparison).policies;
    expect(policy).toMatchObject({ requests: 2, finished: 2, wake: { worst: 1000 } });
    const states = Object.fromEntries(policy!.devices[0]!.states.map(({ state, time }) => [state, time]));
    // 3 ms and 5 ms of work; the second use begins 50 ms behind the first.
    expect(states).toEqual({ active: 8_000, suspending: 1_000, resuming: 2_000, suspended: 89_000 });
  });

  it('that has nothing of the device, or is not there, is an error with its place', async () => {
    const run = (stream: string) =>
      devgraph('simulate s.yaml', { 's.yaml': scenario(stream), 't.ftrace': TRACE });
    const other = await run('replay: t.ftrace');
    expect(other.status).toBe(2);
    expect(other.stderr).toContain("line 7, column 31: t.ftrace has no use of 'uart'");
    expect((await run('replay: none.ftrace')).stderr).toContain('none.ftrace: cannot be read');
  });
});
