/** Every form of the power and runtime PM events in an ftrace text trace, as one line and the event it means. */

import { describe, expect, it } from 'vitest';
import type { LogEvent, SleepPhase } from '../../src/core/trace.ts';
import { eventOf, fateOf, read } from './reading.ts';

const start = {
  kind: 'callback-begin',
  time: 2_327_363_677,
  device: 'e6055800.gpio',
  driver: 'gpio_rcar',
  parent: 'soc',
  phase: 'suspend_noirq',
  direction: 'suspend',
  callback: 'noirq power domain',
  task: 828,
  verb: 'suspend',
} as const satisfies LogEvent;

const START = 'device_pm_callback_start: gpio_rcar e6055800.gpio, parent: soc, noirq power domain [suspend]';
const PREFIX = 'system_server-828   [000] ...1  2327.363677: ';

const PREFIXES: readonly (readonly [what: string, prefix: string, task: number | undefined])[] = [
  ['with four flags', PREFIX, 828],
  ['with five flags', 'system_server-828   [000] d..1.  2327.363677: ', 828],
  ['with flags and a delay mark', 'system_server-828   [000] dN.1.! 2327.363677: ', 828],
  ['without flags', 'system_server-828   [000]  2327.363677: ', 828],
  ['with many CPUs', '   system_server-828   [0127] .....  2327.363677: ', 828],
  ['of a task with blanks in its name', '   Web Content 1-828   [000] .....  2327.363677: ', 828],
  ['of a task with dashes in its name', '   irq/12-3-foo-828   [000] .....  2327.363677: ', 828],
  ['of a task with colons in its name', '   kworker/u8:3: x-828   [000] .....  2327.363677: ', 828],
  ['of a task with brackets in its name', '   a[12]b-828   [000] .....  2327.363677: ', 828],
  ['of a task whose name is not known', '   <...>-828   [000] .....  2327.363677: ', 828],
  ['of an idle CPU', '  <idle>-0     [000] dn.1.  2327.363677: ', 0],
  ['with thread groups', '   bash-828   (  812) [000] .....  2327.363677: ', 828],
  ['with unknown thread groups', '   bash-828   (-------) [000] .....  2327.363677: ', 828],
  ['of trace-cmd report', '         rtcwake-828   [002]  2327.363677: ', 828],
  ['of trace-cmd report with nanoseconds', '         rtcwake-828   [002]  2327.363677912: ', 828],
  ['of perf script', 'rtcwake   828 [000]  2327.363677: power:', 828],
  ['that a mail quotes', '> > bash-828   [000] .....  2327.363677: ', 828],
  ['that begins with junk', '\u0000\u0007\ufffdbash-828   [000] .....  2327.363677: ', 828],
  ['of the boot option tp_printk', '[ 2327.363677] ', undefined],
  ['without any prefix but the time', '2327.363677: ', undefined],
];

const STARTS: readonly (readonly [says: string, body: string, event: Partial<LogEvent>])[] = [
  [
    'an empty driver',
    ' platform, parent: none, [suspend]',
    { device: 'platform', phase: 'prepare', direction: 'suspend', verb: 'suspend' },
  ],
  [
    'a driver with blanks',
    'i8042 kbd 00:00, parent: pnp0, bus [suspend]',
    {
      device: '00:00',
      driver: 'i8042 kbd',
      parent: 'pnp0',
      phase: 'suspend',
      direction: 'suspend',
      callback: 'bus',
      verb: 'suspend',
    },
  ],
  [
    'a platform device with blanks in its name',
    'platform Fixed MDIO bus.0, parent: Fixed MDIO bus.1, legacy bus [resume]',
    {
      device: 'Fixed MDIO bus.0',
      driver: 'platform',
      parent: 'Fixed MDIO bus.1',
      phase: 'resume',
      direction: 'resume',
      callback: 'legacy bus',
      verb: 'resume',
    },
  ],
  [
    'a device name with commas',
    'regulator vcc,3v3,main, parent: reg,1, class [resume]',
    {
      device: 'vcc,3v3,main',
      driver: 'regulator',
      parent: 'reg,1',
      phase: 'resume',
      direction: 'resume',
      callback: 'class',
      verb: 'resume',
    },
  ],
  [
    'words that the kernel left out',
    'foo bar, parent: soc, none [resume]',
    {
      device: 'bar',
      driver: 'foo',
      parent: 'soc',
      phase: 'resume',
      direction: 'resume',
      callback: 'none',
      verb: 'resume',
    },
  ],
  [
    'a PM event without a verb',
    'foo bar, parent: soc, bus [0x400]',
    { device: 'bar', driver: 'foo', parent: 'soc', callback: 'bus', verb: '0x400' },
  ],
];

/** Words and verb of a start record, and the phase they mean without any mark around them. */
const WORDS: readonly (readonly [words: string, verb: string, phase: SleepPhase])[] = [
  ['', 'suspend', 'prepare'],
  ['', 'freeze', 'prepare'],
  ['preparing bus ', 'suspend', 'prepare'],
  ['bus ', 'suspend', 'suspend'],
  ['driver ', 'hibernate', 'suspend'],
  ['power domain ', 'quiesce', 'suspend'],
  ['late driver ', 'suspend', 'suspend_late'],
  ['late power domain ', 'freeze', 'suspend_late'],
  ['noirq bus ', 'suspend', 'suspend_noirq'],
  ['noirq type ', 'quiesce', 'suspend_noirq'],
  ['noirq power domain ', 'resume', 'resume_noirq'],
  ['noirq class ', 'thaw', 'resume_noirq'],
  ['early type ', 'resume', 'resume_early'],
  ['early bus ', 'restore', 'resume_early'],
  ['class ', 'resume', 'resume'],
  ['bus ', 'recover', 'resume'],
  ['completing bus ', 'resume', 'complete'],
  ['', 'resume', 'complete'],
  ['', 'thaw', 'complete'],
];

const ACTIONS: readonly (readonly [action: string, event: LogEvent | 'step'])[] = (
  [
    ['dpm_prepare[2] begin', { kind: 'phase-begin', phase: 'prepare' }],
    ['dpm_prepare[2] end', { kind: 'phase-end', phase: 'prepare' }],
    ['dpm_suspend[2] begin', { kind: 'phase-begin', phase: 'suspend' }],
    ['dpm_suspend_late[2] end', { kind: 'phase-end', phase: 'suspend_late' }],
    ['dpm_suspend_noirq[2] begin', { kind: 'phase-begin', phase: 'suspend_noirq' }],
    ['dpm_resume_noirq[16] end', { kind: 'phase-end', phase: 'resume_noirq' }],
    ['dpm_resume_early[16] begin', { kind: 'phase-begin', phase: 'resume_early' }],
    ['dpm_resume[16] begin', { kind: 'phase-begin', phase: 'resume' }],
    ['dpm_complete[16] end', { kind: 'phase-end', phase: 'complete' }],
    ['suspend_enter[3] begin', { kind: 'cycle', mark: 'entry' }],
    ['machine_suspend[1] begin', { kind: 'cycle', mark: 'asleep' }],
    ['thaw_processes[0] end', { kind: 'cycle', mark: 'exit' }],
    ['thaw_processes[0] end                 12.345ms', { kind: 'cycle', mark: 'exit' }],
    ['      dpm_suspend[2] begin', { kind: 'phase-begin', phase: 'suspend' }],
    ['suspend_enter[3] end', 'step'],
    ['machine_suspend[1] end', 'step'],
    ['thaw_processes[0] begin', 'step'],
    ['sync_filesystems[0] begin', 'step'],
    ['freeze_processes[0] end', 'step'],
    ['timekeeping_freeze[5] begin', 'step'],
    ['CPU_OFF[1] end', 'step'],
  ] as const
).map(([action, event]) => [action, event === 'step' ? event : { ...event, time: 2_327_363_677 }]);

const RPM = {
  kind: 'rpm',
  time: 2_327_363_677,
  device: '5b130000.cdns3',
  task: 828,
  taskName: 'system_server',
} as const;

const COUNTERS = {
  flags: 5,
  usage: 1,
  disableDepth: 0,
  runtimeAuto: 1,
  requestPending: 0,
  irqSafe: 0,
  childCount: 0,
};

const RUNTIME: readonly (readonly [body: string, event: LogEvent])[] = [
  ...(['suspend', 'resume', 'idle', 'usage'] as const).map(
    (event) =>
      [
        `rpm_${event}: 5b130000.cdns3 flags-5 cnt-1  dep-0  auto-1 p-0 irq-0 child-0`,
        { ...RPM, event, ...COUNTERS },
      ] as const,
  ),
  [
    'rpm_suspend: 0000:00:1f.3 flags-1c cnt-12 dep--1 auto-0 p-1 irq-1 child-34',
    {
      ...RPM,
      device: '0000:00:1f.3',
      event: 'suspend',
      flags: 28,
      usage: 12,
      disableDepth: -1,
      runtimeAuto: 0,
      requestPending: 1,
      irqSafe: 1,
      childCount: 34,
    },
  ],
  [
    'rpm_return_int: rpm_resume+0x114/0x758:5b130000.cdns3 ret=0',
    { ...RPM, event: 'return', caller: 'rpm_resume+0x114/0x758', result: 0 },
  ],
  [
    'rpm_return_int: pm_runtime_work+0x7c/0xc0 [foo]:0000:00:1f.3 ret=-11',
    {
      ...RPM,
      device: '0000:00:1f.3',
      event: 'return',
      caller: 'pm_runtime_work+0x7c/0xc0 [foo]',
      result: -11,
    },
  ],
  ['rpm_status: 5b130000.cdns3 status=RPM_SUSPENDED', { ...RPM, event: 'status', status: 'RPM_SUSPENDED' }],
  ['rpm_status: 5b130000.cdns3 status=RPM_INVALID', { ...RPM, event: 'status', status: 'RPM_INVALID' }],
];

const OTHERS: readonly (readonly [line: string, fate: ReturnType<typeof fateOf>])[] = [
  ['# tracer: nop', 'header'],
  ['#', 'header'],
  ['#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION', 'header'],
  ['CPU:1 [LOST 123 EVENTS]', 'lost'],
  ['CPU:1 [LOST EVENTS]', 'lost'],
  ['CPU:1 [EVENTS DROPPED]', 'lost'],
  ['CPU:1 [123 EVENTS DROPPED]', 'lost'],
  ['  <idle>-0     [000] d..2.  2327.363677: cpu_idle: state=1 cpu_id=0', 'other'],
  [`${PREFIX}sched_switch: prev_comm=rpm_worker prev_pid=1 ==> next_comm=x`, 'other'],
  [`${PREFIX}device_pm_callback_start: foo bar, parent: soc`, 'skipped'],
  [`${PREFIX}device_pm_callback_start: foo bar, parent: soc, bus [susp`, 'skipped'],
  [`${PREFIX}device_pm_callback_start: foo bar, parent: soc, bus [sleep]`, 'skipped'],
  [`${PREFIX}device_pm_callback_start: , parent: soc, bus [suspend]`, 'skipped'],
  [`${PREFIX}device_pm_callback_start: foo bar, pa  x-1 [000] ..... 1.5: cpu_idle: state=1`, 'skipped'],
  [`${PREFIX}device_pm_callback_end: foo bar, err=`, 'skipped'],
  [`${PREFIX}device_pm_callback_end: foo bar, err=x`, 'skipped'],
  [`${PREFIX}device_pm_callback_end: foo bar`, 'skipped'],
  [`${PREFIX}suspend_resume: dpm_suspend[2`, 'skipped'],
  [`${PREFIX}suspend_resume: dpm_suspend[2] started`, 'skipped'],
  [`${PREFIX}rpm_suspend: foo flags-5 cnt-1`, 'skipped'],
  [`${PREFIX}rpm_status: foo`, 'skipped'],
  ['[    1.0] some driver: rpm_suspend: failed', 'other'],
];

describe('an ftrace record', () => {
  it.each(PREFIXES)('%s is read', (_, prefix, task) => {
    const { task: _task, ...rest } = start;
    expect(eventOf(prefix + START)).toEqual(task === undefined ? rest : { ...rest, task });
  });

  it('of function_graph is read out of the comment it is shown in', () => {
    const line = ` 2327.363677 |   0)  rtcwake-828  |  d..1. |               |  /* ${START} */`;
    expect(eventOf(line)).toEqual(start);
  });

  it('of the latency format has its time since the trace began', () => {
    expect(eventOf(`   sleep-828       1d..2 12345us : ${START}`)).toMatchObject({
      time: 12_345,
      device: 'e6055800.gpio',
    });
  });

  it('of a clock that does not count seconds has no time', () => {
    const event = eventOf(`bash-828   [000] .....  98765432109876: ${START}`);
    expect(event).toEqual({ ...start, time: Number.NaN });
  });

  it.each(STARTS)('of a callback start may have %s', (_, body, event) => {
    expect(eventOf(`${PREFIX}device_pm_callback_start: ${body}`)).toEqual({
      kind: 'callback-begin',
      time: 2_327_363_677,
      task: 828,
      ...event,
    });
  });

  it.each([
    ['gpio_rcar e6055800.gpio, err=0', { device: 'e6055800.gpio', driver: 'gpio_rcar', error: 0 }],
    ['gpio_rcar e6055800.gpio, err=-16', { device: 'e6055800.gpio', driver: 'gpio_rcar', error: -16 }],
    [' platform, err=0', { device: 'platform', error: 0 }],
    ['i8042 kbd 00:00, err=1', { device: '00:00', driver: 'i8042 kbd', error: 1 }],
  ] as const)('of a callback end says %j', (body, event) => {
    expect(eventOf(`${PREFIX}device_pm_callback_end: ${body}`)).toEqual({
      kind: 'callback-end',
      time: 2_327_363_677,
      task: 828,
      ...event,
    });
  });

  it.each(WORDS)('with the words "%s" and the verb %s is of phase %s', (words, verb, phase) => {
    const event = eventOf(`${PREFIX}device_pm_callback_start: foo bar, parent: soc, ${words}[${verb}]`);
    expect(event).toMatchObject({ phase, verb });
  });

  it.each(ACTIONS)('of the system says %s', (action, event) => {
    const line = `${PREFIX}suspend_resume: ${action}`;
    if (event === 'step') expect(fateOf(line)).toBe('step');
    else expect(eventOf(line)).toEqual(event);
  });

  it.each(RUNTIME)('of runtime PM says %s', (body, event) => {
    expect(eventOf(PREFIX + body)).toEqual(event);
  });

  it.each(OTHERS)('%j is %s', (line, fate) => {
    expect(fateOf(line)).toBe(fate);
  });
});

/** The phases of the callbacks of a log. */
function phases(...bodies: readonly string[]): (SleepPhase | undefined)[] {
  const { events } = read(bodies.map((body) => (body.startsWith('CPU') ? body : PREFIX + body)).join('\n'));
  return events.flatMap((event) => (event.kind === 'callback-begin' ? [event.phase] : []));
}

describe('the phase of an ftrace callback', () => {
  const empty = 'device_pm_callback_start: foo bar, parent: soc, [suspend]';
  const bus = 'device_pm_callback_start: foo bar, parent: soc, bus [suspend]';
  const unnamed = 'device_pm_callback_start: foo bar, parent: soc, bus [0x400]';

  it('is that of the begin mark before it', () => {
    expect(phases('suspend_resume: dpm_suspend[2] begin', empty)).toEqual(['suspend']);
    expect(phases('suspend_resume: dpm_prepare[2] begin', empty)).toEqual(['prepare']);
  });

  it('is told by its words after the end mark', () => {
    expect(
      phases('suspend_resume: dpm_suspend[2] begin', 'suspend_resume: dpm_suspend[2] end', empty),
    ).toEqual(['prepare']);
  });

  it('is that of the mark even if the verb has no name', () => {
    expect(phases('suspend_resume: dpm_suspend_late[2] begin', unnamed)).toEqual(['suspend_late']);
    expect(phases(unnamed)).toEqual([undefined]);
  });

  it('is not that of a mark of the other direction, whose end must have been lost', () => {
    expect(phases('suspend_resume: dpm_resume[16] begin', bus)).toEqual(['suspend']);
  });

  it('is not that of a mark that its own words contradict', () => {
    const late = 'device_pm_callback_start: foo bar, parent: soc, late bus [suspend]';
    expect(phases('suspend_resume: dpm_suspend[2] begin', late)).toEqual(['suspend_late']);
  });

  it('is not that of a mark before which records were lost', () => {
    const lost = 'CPU:1 [LOST 5 EVENTS]';
    expect(phases('suspend_resume: dpm_suspend_noirq[2] begin', lost, bus)).toEqual(['suspend']);
  });
});
