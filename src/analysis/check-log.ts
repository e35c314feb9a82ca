/**
 * The rules of `check` on recorded suspends: callbacks that failed, and callbacks that ran in an order which a dependency
 * forbids. Works cycle by cycle, so a log of any length needs the memory of one cycle and its findings.
 */
import { SLEEP_PHASES, type SleepDirection } from '../core/trace.ts';
import { errorText } from './errno-names.ts';
import type { Finding } from './finding.ts';
import type { LogBoard, NamedDependency } from './log-board.ts';
import { RULES, type RuleName } from './rules.ts';
import type { CallbackRun, SleepCycle } from './sleep-cycles.ts';

/** Findings of one log that are kept; what is left out is counted. */
const FINDING_LIMIT = 10_000;

/** A finding that may occur in many cycles: the first is told, the others are counted. */
interface Occurrence {
  readonly finding: Finding;
  cycles: Set<number>;
}

/** Checks the cycles of one log as they come. */
export interface LogChecker {
  readonly onCycle: (cycle: SleepCycle) => void;
  readonly findings: () => Finding[];
  /** Devices in the order of their first callback. */
  readonly devices: () => string[];
  /** What the log shows of a pair of names: how often the subordinate was suspended first, and how often not. */
  readonly observed: (
    subordinate: string,
    superior: string,
  ) => { readonly kept: number; readonly broken: number };
  /** Cycles and callbacks seen. */
  readonly cycles: () => number;
  readonly callbacks: () => number;
  /** Callbacks of cycles that were too large to be kept whole. */
  readonly dropped: () => number;
  /** Findings past the most that are kept. */
  readonly leftOut: () => number;
}

/** The phase of a run in words: `suspend_late`, or what is known of it. */
function phaseWords(run: CallbackRun): string {
  return run.phase ?? run.direction ?? run.callback ?? 'callback';
}

/**
 * What runs may be compared with one another: those of one phase. A kernel log has no phases; there, names of callbacks
 * that tell a late, early or noirq phase are kept apart, and pm_runtime_force_*, which drivers use in any of them, is left out.
 */
function comparableGroup(run: CallbackRun): string | undefined {
  if (run.phase !== undefined) return run.phase;
  if (run.direction === undefined || run.callback === undefined) return undefined;
  if (run.callback.startsWith('pm_runtime_force')) return undefined;
  const level = /noirq|late|early/.exec(run.callback)?.[0];
  return `${run.direction} ${level ?? ''}`;
}

/** Runs of one phase by device; a device with two runs in it (a repeated prepare) is left out. */
function groups(cycle: SleepCycle): { direction: SleepDirection; runs: Map<string, CallbackRun> }[] {
  const byGroup = new Map<
    string,
    { direction: SleepDirection; runs: Map<string, CallbackRun>; twice: Set<string> }
  >();
  for (const run of cycle.runs) {
    const key = comparableGroup(run);
    if (key === undefined || run.direction === undefined) continue;
    // prepare runs in list order and complete against it; neither waits for anybody.
    if (run.phase === 'prepare' || run.phase === 'complete') continue;
    const group = byGroup.get(key) ?? { direction: run.direction, runs: new Map(), twice: new Set() };
    byGroup.set(key, group);
    if (group.runs.has(run.device)) group.twice.add(run.device);
    group.runs.set(run.device, run);
  }
  for (const group of byGroup.values()) for (const device of group.twice) group.runs.delete(device);
  return [...byGroup.values()];
}

/** Which of two runs had to come first, and whether it did. */
function isViolated(direction: SleepDirection, subordinate: CallbackRun, superior: CallbackRun): boolean {
  const [first, second] = direction === 'suspend' ? [subordinate, superior] : [superior, subordinate];
  return second.beginSequence < (first.endSequence ?? Number.POSITIVE_INFINITY);
}

/**
 * Creates a checker for one log. `board` may be undefined: then only failures and the parents that the log itself names
 * are checked.
 */
export function createLogChecker(input: string, board: LogBoard | undefined): LogChecker {
  const occurrences = new Map<string, Occurrence>();
  const devices = new Map<string, number>();
  const orders = new Map<string, { kept: number; broken: number }>();
  let cycles = 0;
  let callbacks = 0;
  let dropped = 0;
  let leftOut = 0;

  const report = (
    rule: RuleName,
    cycle: SleepCycle,
    draft: Omit<Finding, 'rule' | 'severity' | 'place'> & { line?: number },
  ) => {
    const { line, ...rest } = draft;
    const key = `${rule} ${rest.key}`;
    const known = occurrences.get(key);
    if (known !== undefined) {
      known.cycles.add(cycle.index);
      return;
    }
    if (occurrences.size >= FINDING_LIMIT) {
      leftOut++;
      return;
    }
    const place = line === undefined ? { input } : { input, line };
    occurrences.set(key, {
      finding: { rule, severity: RULES[rule].severity, place, ...rest },
      cycles: new Set([cycle.index]),
    });
  };
  const ids = (...names: string[]) => names.map((name) => board?.idOfName(name) ?? name);

  const checkFailures = (cycle: SleepCycle) => {
    const told = new Set<string>();
    // The first moment at which the failure of a device was on record.
    let toldFrom = Number.POSITIVE_INFINITY;
    for (const run of cycle.runs) {
      if (run.error === undefined || run.error >= 0) continue;
      told.add(run.device);
      toldFrom = Math.min(toldFrom, run.endSequence ?? Number.POSITIVE_INFINITY);
      report('callback-failed', cycle, {
        subject: run.device,
        message: `${phaseWords(run)} callback${run.callback === undefined ? '' : ` (${run.callback})`} returned ${errorText(run.error)}`,
        devices: ids(run.device),
        evidence: [],
        key: `${run.device} ${phaseWords(run)} ${run.error}`,
        ...(run.endLine !== undefined && { line: run.endLine }),
      });
    }
    for (const failure of cycle.failures) {
      // A failed callback is also reported by the phase; once is enough.
      if (failure.device !== undefined && told.has(failure.device)) continue;
      // "Some devices failed to suspend, ...": the device that failed before it is the finding.
      if (failure.device === undefined && toldFrom < failure.sequence) continue;
      if (failure.device !== undefined) toldFrom = Math.min(toldFrom, failure.sequence);
      const error = failure.error === undefined ? '' : `: error ${errorText(failure.error)}`;
      report('callback-failed', cycle, {
        subject: failure.device ?? 'system',
        message: `the kernel reports: failed to ${failure.what}${error}`,
        devices: failure.device === undefined ? [] : ids(failure.device),
        evidence: [],
        key: `${failure.device ?? 'system'} ${failure.what} ${failure.error ?? ''}`,
        ...(failure.line !== undefined && { line: failure.line }),
      });
    }
  };

  const dependenciesOf = (run: CallbackRun): readonly NamedDependency[] => {
    const known = board?.dependenciesOf(run.device) ?? [];
    if (run.parent === undefined || known.some((dependency) => dependency.superior === run.parent))
      return known;
    return [
      ...known,
      { subordinate: run.device, superior: run.parent, kind: 'path', how: 'its parent, by the log' },
    ];
  };

  /** Superiors of a run that have a run in the same phase, past those that have none. */
  const checkRun = (
    cycle: SleepCycle,
    run: CallbackRun,
    direction: SleepDirection,
    runs: Map<string, CallbackRun>,
  ) => {
    const seen = new Set([run.device]);
    const queue: { at: CallbackRun | string; via: NamedDependency[] }[] = [{ at: run, via: [] }];
    for (let index = 0; index < queue.length; index++) {
      const { at, via } = queue[index]!;
      const dependencies = typeof at === 'string' ? (board?.dependenciesOf(at) ?? []) : dependenciesOf(at);
      for (const dependency of dependencies) {
        if (seen.has(dependency.superior)) continue;
        seen.add(dependency.superior);
        const path = [...via, dependency];
        const superior = runs.get(dependency.superior);
        if (superior === undefined) queue.push({ at: dependency.superior, via: path });
        else if (isViolated(direction, run, superior)) reportOrder(cycle, direction, run, superior, path);
      }
    }
  };

  const reportOrder = (
    cycle: SleepCycle,
    direction: SleepDirection,
    run: CallbackRun,
    superior: CallbackRun,
    path: readonly NamedDependency[],
  ) => {
    const linked = path.every((dependency) => dependency.kind === 'path');
    const rule: RuleName = !linked
      ? 'unlinked-dependency-violated'
      : direction === 'suspend'
        ? 'suspended-before-consumer'
        : 'resumed-before-supplier';
    const [first, second] = direction === 'suspend' ? [run, superior] : [superior, run];
    const state =
      first.endSequence === undefined
        ? 'had not ended'
        : first.beginSequence > second.beginSequence
          ? 'had not begun'
          : 'was still running';
    const verb = direction === 'suspend' ? 'suspended' : 'resumed';
    report(rule, cycle, {
      subject: `${run.device} -> ${superior.device}`,
      message: `${second.device} began to be ${verb} (${phaseWords(second)}) while ${first.device} ${state}`,
      devices: ids(run.device, superior.device),
      evidence: path.map(
        ({ subordinate, superior: above, how }) => `${subordinate} depends on ${above}: ${how}`,
      ),
      key: `${direction} ${run.device} ${superior.device} ${phaseWords(second)}`,
      ...(second.beginLine !== undefined && { line: second.beginLine }),
    });
  };

  /** Only pairs without a link are counted: the others have a rule of their own. */
  const observe = (direction: SleepDirection, runs: Map<string, CallbackRun>) => {
    if (direction !== 'suspend') return;
    for (const [subordinate, superior] of board?.suspects ?? []) {
      const [one, two] = [runs.get(subordinate), runs.get(superior)];
      if (one === undefined || two === undefined) continue;
      const key = `${subordinate} ${superior}`;
      const count = orders.get(key) ?? { kept: 0, broken: 0 };
      orders.set(key, count);
      if (isViolated(direction, one, two)) count.broken++;
      else count.kept++;
    }
  };

  return {
    observed: (subordinate, superior) => orders.get(`${subordinate} ${superior}`) ?? { kept: 0, broken: 0 },
    onCycle: (cycle) => {
      cycles++;
      callbacks += cycle.runs.length;
      dropped += cycle.dropped;
      for (const { device } of cycle.runs) if (!devices.has(device)) devices.set(device, devices.size);
      checkFailures(cycle);
      for (const { direction, runs } of groups(cycle)) {
        for (const run of runs.values()) checkRun(cycle, run, direction, runs);
        observe(direction, runs);
      }
    },
    findings: () =>
      [...occurrences.values()].map(({ finding, cycles: seen }) =>
        seen.size === 1
          ? finding
          : { ...finding, message: `${finding.message}; so in ${seen.size} sleep cycles` },
      ),
    devices: () => [...devices.keys()],
    cycles: () => cycles,
    callbacks: () => callbacks,
    dropped: () => dropped,
    leftOut: () => leftOut,
  };
}

/** A warning if a log with callbacks has no device that the board's tree made. */
export function foreignLog(input: string, board: LogBoard, devices: readonly string[]): Finding[] {
  if (devices.length === 0 || devices.some((name) => board.isTreeDevice(name))) return [];
  return [
    {
      rule: 'log-of-another-board',
      severity: RULES['log-of-another-board'].severity,
      subject: input,
      message: `none of its ${devices.length} devices is a device of ${board.world.board.input}; only the parents that the log names were checked`,
      place: { input },
      devices: [],
      evidence: [],
      key: input,
    },
  ];
}

/** What a log's format does not record, in words, by what its runs lack. */
export function unknownOf(format: string): string[] {
  if (format !== 'dmesg') return [];
  const phases = SLEEP_PHASES.filter((phase) => phase === 'prepare' || phase === 'complete').join(' and ');
  return [`${phases} callbacks`, 'phases (told apart only where pm_debug_messages marks their ends)'];
}
