/**
 * Runs scenarios on the kernel of build.ts, many in one boot. A kernel that hangs, spins or dies in one of them ends that
 * trace so, and the rest runs in a new boot.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKernel, type Variant } from './build.ts';

export interface KernelScenario {
  readonly name: string;
  /** Commands, one a line; `#` starts a line of comment. */
  readonly text: string;
}

export interface RunOptions {
  /** Which kernel; see build.ts. */
  readonly variant?: Variant;
  /** Another kernel than the one of build.ts: the path of its program. */
  readonly kernel?: string;
  /** Kernels that run at once; 2 by default. */
  readonly jobs?: number;
  /** Scenarios of one boot; 500 by default. */
  readonly batch?: number;
  /** Seconds of CPU time without an event after which the kernel spins for ever; 1 by default. */
  readonly spinSeconds?: number;
  /** Called with the number of scenarios done. */
  readonly progress?: (done: number) => void;
}

/** How often a running kernel is looked at, in ms. */
const LOOK = 50;

/** Seconds of wall time without an event or CPU time, after which it is dead. */
const DEAD_SECONDS = 60;

/** The unit of times in /proc/PID/stat: USER_HZ. */
const TICKS_PER_SECOND = 100;

const BOOT = [
  'mem=128M',
  'time-travel=inf-cpu',
  'con=null',
  'con0=null',
  'stderr=0',
  'console_msg_format=syslog',
  'loglevel=5',
  'printk.time=0',
  'suspend.pm_test_delay=0',
];

interface Job {
  readonly index: number;
  readonly lines: readonly string[];
}

/** Commands as the kernel reads them. */
function commandsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('==='));
}

/** Seconds of CPU time that a process has used. */
function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** A kernel that writes more, bytes, is in a loop; a batch of scenarios comes to a tenth of it. */
const TRACE_LIMIT = 1 << 28;

/** Waits for the end of a kernel; kills it when its trace does not grow any more, or without end. Returns whether it was killed. */
async function watch(child: ChildProcess, trace: string, spinSeconds: number): Promise<boolean> {
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
  let size = 0;
  let cpu = 0;
  let changed = Date.now();
  let killed = false;
  const timer = setInterval(() => {
    const used = cpuSeconds(child.pid!);
    const grown = statSync(trace).size;
    if (grown > TRACE_LIMIT) {
      killed = true;
      child.kill('SIGKILL');
    } else if (grown !== size) {
      size = grown;
      cpu = used;
      changed = Date.now();
    } else if (used - cpu > spinSeconds || Date.now() - changed > DEAD_SECONDS * 1_000) {
      killed = true;
      child.kill('SIGKILL');
    }
  }, LOOK);
  await ended.finally(() => clearInterval(timer));
  return killed;
}

/** Whether a line is the last of a trace. */
function isEnd(line: string | undefined): boolean {
  return line?.startsWith('{"e":') ?? false;
}

/** The trace that one boot wrote for a scenario, with its end if it has none. */
function finished(text: string, killed: boolean): string {
  const lines = text.split('\n').slice(0, -1);
  const cleaning = lines.includes('=cleanup');
  const trace = lines.filter((line) => !line.startsWith('='));
  if (!isEnd(trace.at(-1))) {
    trace.push(JSON.stringify({ e: killed ? 'hang' : 'crash', in: cleaning ? 'cleanup' : 'script' }));
  }
  return trace.join('\n');
}

/** The traces in a file, in the order of the scenarios that were begun. */
function tracesOf(text: string, killed: boolean): string[] {
  return text
    .split(/^=== .*\n/m)
    .slice(1)
    .map((trace, index, all) => finished(trace, killed && index === all.length - 1));
}

/** Boots a kernel for some scenarios. Returns the traces of those that it came to. */
async function boot(kernel: string, jobs: readonly Job[], spinSeconds: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-kernel-'));
  try {
    const scenarios = join(folder, 'scenarios');
    const trace = join(folder, 'trace');
    writeFileSync(
      scenarios,
      jobs.map(({ index, lines }) => [`=== ${index}`, ...lines, ''].join('\n')).join(''),
    );
    writeFileSync(trace, '');
    const words = [
      ...BOOT,
      `uml_dir=${folder}/`,
      'umid=uml',
      `orc.scenarios=${scenarios}`,
      `orc.trace=${trace}`,
    ];
    const child = spawn(kernel, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: folder },
    });
    let said = '';
    const hear = (text: Buffer) => {
      said = (said + text.toString('latin1')).slice(-4_000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const killed = await watch(child, trace, spinSeconds);
    const traces = tracesOf(readFileSync(trace, 'utf8'), killed);
    if (traces.length === 0) throw new Error(`the kernel ${kernel} did not come to a scenario:\n${said}`);
    return traces;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The trace of each scenario, in the recorded format without the line `=== NAME`, lines joined by newlines. Builds the kernel
 * where it is missing. Throws an Error where the kernel cannot be built or does not come up.
 */
export async function runOnKernel(
  scenarios: readonly KernelScenario[],
  options: RunOptions = {},
): Promise<string[]> {
  const { jobs = 2, batch = 500, spinSeconds = 1, progress } = options;
  const kernel = options.kernel ?? (await ensureKernel(options.variant && { variant: options.variant }));
  const waiting: Job[] = scenarios.map(({ text }, index) => ({ index, lines: commandsOf(text) }));
  const results: string[] = new Array(scenarios.length);
  const share = Math.max(1, Math.min(batch, Math.ceil(scenarios.length / jobs)));
  let done = 0;
  const work = async () => {
    while (waiting.length > 0) {
      const taken = waiting.splice(0, share);
      const traces = await boot(kernel, taken, spinSeconds);
      for (const [position, trace] of traces.entries()) results[taken[position]!.index] = trace;
      waiting.unshift(...taken.slice(traces.length));
      done += traces.length;
      progress?.(done);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}
