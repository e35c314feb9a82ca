/** Recorded logs made from a seed: dmesg and ftrace, mostly of our lines and mostly of others, without end. */

export interface Device {
  readonly name: string;
  readonly driver: string;
  readonly parent: string;
  readonly function: string;
}

export type Random = () => number;

/** Numbers in [0, 1) that follow from the seed alone (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const DRIVERS = [
  'platform',
  'usb',
  'pci',
  'i2c_hid_acpi',
  'regulator',
  'i8042 kbd',
  'leds',
  'qcom_geni_serial',
  'nvme',
];

export function createDevices(count: number, random: Random): Device[] {
  const devices: Device[] = [];
  for (let index = 0; index < count; index++) {
    const driver = DRIVERS[Math.floor(random() * DRIVERS.length)]!;
    const address = (0x10_0000 + index * 0x1000).toString(16);
    const name =
      index % 5 === 0
        ? `0000:${address.slice(0, 2)}:${index % 32}.${index % 8}`
        : `${address}.${driver.split(' ')[0]}`;
    const parent = index === 0 ? 'platform' : devices[Math.floor(random() * index)]!.name;
    devices.push({ name, driver, parent, function: `${driver.replace(' ', '_')}_pm` });
  }
  return devices;
}

const PHASES = [
  { action: 'dpm_prepare', words: '', verb: 'suspend', suffix: '' },
  { action: 'dpm_suspend', words: 'bus ', verb: 'suspend', suffix: 'suspend' },
  { action: 'dpm_suspend_late', words: 'late bus ', verb: 'suspend', suffix: 'suspend_late' },
  { action: 'dpm_suspend_noirq', words: 'noirq bus ', verb: 'suspend', suffix: 'suspend_noirq' },
  { action: 'dpm_resume_noirq', words: 'noirq bus ', verb: 'resume', suffix: 'resume_noirq' },
  { action: 'dpm_resume_early', words: 'early bus ', verb: 'resume', suffix: 'resume_early' },
  { action: 'dpm_resume', words: 'bus ', verb: 'resume', suffix: 'resume' },
  { action: 'dpm_complete', words: '', verb: 'resume', suffix: '' },
] as const;

/** Seconds as a log shows them. */
function stamp(microseconds: number): string {
  const text = microseconds.toString().padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)}`.padStart(12);
}

/** A log without end, cycle after cycle, a piece at a time. */
export type Log = (devices: readonly Device[], random: Random) => Generator<string>;

export function* dmesgOurs(devices: readonly Device[], random: Random): Generator<string> {
  for (let time = 1_000_000; ; ) {
    yield `[${stamp(time)}] PM: suspend entry (deep)\n[${stamp(time + 300)}] Freezing user space processes\n`;
    for (const { suffix } of PHASES) {
      for (const device of suffix === '' ? [] : devices) {
        const head = `${device.driver} ${device.name}: PM: `;
        const name = `${device.function}_${suffix}${random() < 0.2 ? ' [usbcore]' : ''}`;
        const task = random() < 0.5 ? 1 : Math.floor(random() * 200) + 30;
        const duration = Math.floor(random() * 3000);
        const begin = time;
        time += duration + 20;
        yield `[${stamp(begin)}] ${head}calling ${name} @ ${task}, parent: ${device.parent}\n[${stamp(time)}] ${head}${name} returned 0 after ${duration} usecs\n`;
      }
    }
    yield `[${stamp(time)}] PM: suspend exit\n`;
    time += 1_000_000;
  }
}

const FOREIGN_MESSAGES = [
  'usb 1-1: new high-speed USB device number 4 using xhci_hcd',
  "platform 3f300000.mmc: bus: 'platform': __driver_probe_device: matched device with driver sdhci-iproc",
  'audit: type=1400 audit(1700000000.123:45): apparmor="STATUS" operation="profile_load" name="lsb_release" pid=414',
  'wlan0: associated',
  'EXT4-fs (mmcblk0p2): mounted filesystem 01234567-89ab-cdef-0123-456789abcdef r/w with ordered data mode.',
  'ACPI: PM: Preparing to enter system sleep state S3',
  'initcall acpi_init+0x0/0x2f4 returned 0 after 1234 usecs',
  'rpmsg_char: rpmh regulator, callback of the spurious interrupt; PMIC: ok',
];

export function* dmesgForeign(devices: readonly Device[], random: Random): Generator<string> {
  const ours = dmesgOurs(devices, random);
  for (let time = 1_000_000; ; time += 700) {
    if (random() < 0.02) yield ours.next().value as string;
    yield `[${stamp(time)}] ${FOREIGN_MESSAGES[Math.floor(random() * FOREIGN_MESSAGES.length)]}\n`;
  }
}

const FTRACE_HEAD = '# tracer: nop\n#\n#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n';

function ftraceHead(time: number, task: number, cpu: number): string {
  return `${task === 1 ? '            init-1    ' : `    kworker/u8:3-${task}`} [${cpu.toString().padStart(3, '0')}] ..... ${stamp(time)}: `;
}

export function* ftraceOurs(devices: readonly Device[], random: Random): Generator<string> {
  yield FTRACE_HEAD;
  for (let time = 1_000_000; ; ) {
    const mark = (action: string): string => `${ftraceHead(time++, 1, 2)}suspend_resume: ${action}\n`;
    yield mark('suspend_enter[3] begin') + mark('suspend_enter[3] end');
    for (const { action, words, verb } of PHASES) {
      if (action === 'dpm_resume_noirq')
        yield mark('machine_suspend[3] begin') + mark('machine_suspend[3] end');
      yield mark(`${action}[2] begin`);
      for (const device of devices) {
        const task = random() < 0.5 ? 1 : Math.floor(random() * 200) + 30;
        const cpu = Math.floor(random() * 8);
        const begin = time;
        time += Math.floor(random() * 3000) + 2;
        yield `${ftraceHead(begin, task, cpu)}device_pm_callback_start: ${device.driver} ${device.name}, parent: ${device.parent}, ${words}[${verb}]\n${ftraceHead(time, task, cpu)}device_pm_callback_end: ${device.driver} ${device.name}, err=0\n`;
      }
      yield mark(`${action}[2] end`);
    }
    yield mark('thaw_processes[0] begin') + mark('thaw_processes[0] end');
    time += 1_000_000;
  }
}

export function* ftraceForeign(devices: readonly Device[], random: Random): Generator<string> {
  const ours = ftraceOurs(devices, random);
  for (let time = 1_000_000; ; time += 3) {
    if (random() < 0.02) yield ours.next().value as string;
    const head = ftraceHead(time, Math.floor(random() * 2000) + 2, Math.floor(random() * 8));
    yield random() < 0.7
      ? `${head}sched_switch: prev_comm=kworker/u8:3 prev_pid=123 prev_prio=120 prev_state=I ==> next_comm=swapper/2 next_pid=0 next_prio=120\n`
      : `${head}cpu_idle: state=4294967295 cpu_id=2\n`;
  }
}

export function* ftraceRuntimePm(devices: readonly Device[], random: Random): Generator<string> {
  yield FTRACE_HEAD;
  for (let time = 1_000_000; ; time += 40) {
    const { name } = devices[Math.floor(random() * devices.length)]!;
    const head = ftraceHead(time, Math.floor(random() * 200) + 30, Math.floor(random() * 8));
    const counters = `flags-${Math.floor(random() * 16).toString(16)} cnt-${Math.floor(random() * 3)}  dep-0  auto-1 p-0 irq-0 child-${Math.floor(random() * 2)}`;
    yield `${head}rpm_${random() < 0.5 ? 'resume' : 'idle'}: ${name} ${counters}\n${head}rpm_return_int: rpm_resume+0x114/0x758:${name} ret=0\n`;
  }
}
