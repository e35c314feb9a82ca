/** `devgraph timeline` for a terminal. */
import type {
  CycleRow,
  SleepTiming,
  TimedCallback,
  TimedPhase,
  TimelineResult,
} from '../analysis/sleep-timing.ts';
import { milliseconds } from '../analysis/wait-text.ts';
import { clean, count, indented, type Style } from './style.ts';

/** A step of the critical path that takes less than this part of its phase is told only together with others. */
const WORTH_TELLING = 0.02;
/** Steps of one phase told by name. */
const TOLD_LIMIT = 30;
/** Cycles and savings listed. */
const CYCLES_LISTED = 20;
const SAVINGS_LISTED = 5;
/** Part of the cycle below which a saving is not listed. */
const WORTH_SAVING = 0.005;

function seconds(microseconds: number): string {
  return (microseconds / 1_000_000).toFixed(6);
}

function phaseName({ phase, direction }: TimedPhase): string {
  return phase ?? direction;
}

function took({ begin, end }: { readonly begin: number; readonly end: number }): number {
  return end - begin;
}

function sum(callbacks: readonly TimedCallback[], value: (callback: TimedCallback) => number): number {
  return callbacks.reduce((total, callback) => total + value(callback), 0);
}

function cycleLines(rows: readonly CycleRow[], shown: number | null, style: Style): string[] {
  const listed =
    rows.length <= CYCLES_LISTED
      ? rows
      : rows.filter(({ cycle }) => cycle <= CYCLES_LISTED || cycle === shown);
  const lines = listed.map(({ cycle, down, up, callbacks, longest }) => {
    const most =
      longest === null
        ? ''
        : `, longest ${clean(longest.device)} ${longest.phase ?? ''}`.trimEnd() +
          ` ${milliseconds(longest.took)}`;
    return `  cycle ${cycle}: ${milliseconds(down)} down, ${milliseconds(up)} up, ${count(callbacks, 'callback')}${most}`;
  });
  if (rows.length > listed.length) lines.push(style.dim(`  and ${rows.length - listed.length} more cycles`));
  return lines;
}

/** `25.2 ms before it, of which 20 ms in runtime_resume of usb1`; the time of which nothing is on record is unexplained. */
function delayText({ delay, meanwhile, unexplained }: TimedCallback): string {
  if (meanwhile.length === 0) return `${milliseconds(delay)} before it unexplained`;
  const [longest] = meanwhile.toSorted((one, two) => two.took - one.took);
  const { device, name, took: time } = longest!;
  const rest = unexplained > 0 ? `, ${milliseconds(unexplained)} unexplained` : '';
  return `${milliseconds(delay)} before it, ${milliseconds(time)} of them in ${name} of ${clean(device)}${rest}`;
}

/** One callback of the path: when, how long, who, and why not earlier. */
function stepLines(callback: TimedCallback, phase: TimedPhase, style: Style): string[] {
  const { device, driver, begin, why, unfinished, stated } = callback;
  const at = ((begin - phase.begin) / 1000).toFixed(1).padStart(8);
  const long = (took(callback) / 1000).toFixed(1).padStart(8);
  const ownMeasure =
    stated === null || Math.abs(stated - took(callback)) < 1000
      ? ''
      : ` (${milliseconds(stated)} by its own measure)`;
  const who = `${clean(device)}${driver === null || driver === device ? '' : ` (${clean(driver)})`}`;
  const gap = callback.delay < WORTH_TELLING * took(phase) ? '' : `; ${delayText(callback)}`;
  return [
    `${at} ${long}  ${who}${unfinished ? style.red(' had not returned') : ''}${ownMeasure}`,
    ...indented(`${clean(why)}${gap}`, 19, style.width).map(style.dim),
  ];
}

function isWorthTelling(callback: TimedCallback, phase: TimedPhase): boolean {
  const { delay, waitedFor, unfinished } = callback;
  const isTurn = waitedFor.kind === 'list order' && waitedFor.via.length === 0;
  return (
    unfinished || took(callback) + delay >= WORTH_TELLING * took(phase) || (!isTurn && took(callback) > 0)
  );
}

function togetherLine(callbacks: readonly TimedCallback[]): string {
  const time = (sum(callbacks, took) / 1000).toFixed(1).padStart(17);
  const between = milliseconds(sum(callbacks, ({ delay }) => delay));
  const inTurn = callbacks.length === 1 ? '' : ', one after another';
  return `${time}  ${count(callbacks.length, 'other callback')}${inTurn}; ${between} between them`;
}

function pathLines(phase: TimedPhase, path: readonly TimedCallback[], style: Style): string[] {
  const told = path
    .filter((callback) => isWorthTelling(callback, phase))
    .sort((one, two) => took(two) + two.delay - took(one) - one.delay)
    .slice(0, TOLD_LIMIT);
  const names = new Set(told);
  const lines: string[] = [];
  let together: TimedCallback[] = [];
  const flush = () => {
    if (together.length > 0) lines.push(style.dim(togetherLine(together)));
    together = [];
  };
  for (const callback of path) {
    if (!names.has(callback)) {
      together.push(callback);
      continue;
    }
    flush();
    lines.push(...stepLines(callback, phase, style));
  }
  flush();
  return lines;
}

function phaseLines(phase: TimedPhase, style: Style): string[] {
  const { callbacks, rest } = phase;
  const path = callbacks.filter(({ onCriticalPath }) => onCriticalPath);
  const asynchronous = callbacks.filter((callback) => callback.asynchronous).length;
  const between = sum(path, ({ delay }) => delay) + rest;
  const head = `${phaseName(phase)}: ${milliseconds(took(phase))}, ${count(callbacks.length, 'callback')}, ${asynchronous} asynchronous`;
  if (path.length === 0) return ['', style.bold(head)];
  const inCallbacks = `${milliseconds(sum(path, took))} in ${count(path.length, 'callback')}`;
  const summary = indented(
    `critical path: ${inCallbacks}, ${milliseconds(between)} between them and at the end`,
    2,
    style.width,
  );
  // These two never wait for anything but their turn.
  if (phase.phase === 'prepare' || phase.phase === 'complete') return ['', style.bold(head), ...summary];
  return ['', style.bold(head), ...summary, style.dim('   at ms  took ms'), ...pathLines(phase, path, style)];
}

function savingLines({ savings, phases, board, listKnown }: TimelineResult, style: Style): string[] {
  const whole = phases.reduce((total, phase) => total + took(phase), 0);
  const told = savings.filter(({ saved }) => saved >= WORTH_SAVING * whole).slice(0, SAVINGS_LISTED);
  if (told.length === 0) return [];
  const known =
    board === null ? 'the parents in the log' : `the parents in the log and the links of ${clean(board)}`;
  const condition =
    `This holds if nothing but ${known} has to keep them in order, and all callbacks take as long as they did` +
    `${listKnown ? '' : '; the log does not tell the order of the list'}.`;
  return [
    '',
    style.bold('would save, made asynchronous'),
    ...told.map(({ device, saved }) => `  ${milliseconds(saved).padStart(8)}  ${clean(device)}`),
    ...indented(condition, 2, style.width).map(style.dim),
  ];
}

/** The cycles, and the critical path of each phase of one of them. */
export function timelineText(result: TimelineResult, style: Style): string {
  const { input, format, board, cycles, cycle, phases, unknown, leftOut } = result;
  const links = board === null ? 'links unknown: name the board to have them' : `links of ${clean(board)}`;
  const lines = [
    style.bold(`${clean(input)}: ${count(cycles.length, 'sleep cycle')} (${format}; ${links})`),
    ...cycleLines(cycles, cycle, style),
  ];
  if (unknown.length > 0)
    lines.push(...indented(`not recorded: ${unknown.join('; ')}`, 2, style.width).map(style.dim));
  if (leftOut > 0) lines.push(`  ${count(leftOut, 'callback')} without a time or a direction`);
  const timed = phases.filter((phase) => took(phase) > 0);
  if (cycle !== null && timed.length > 0) {
    const from = seconds(timed[0]!.begin);
    lines.push(
      '',
      `cycle ${cycle}, from ${from} s of the log's clock; times of phases and callbacks are in milliseconds`,
    );
  }
  for (const phase of timed) lines.push(...phaseLines(phase, style));
  lines.push(...savingLines(result, style));
  return `${lines.join('\n')}\n`;
}

/** The cycles of a simulated run, verbose with the critical path of the longest one; empty if none took any time. */
export function sleepTimingLines(
  { cycles, cycle, phases }: SleepTiming,
  verbose: boolean,
  style: Style,
): string[] {
  const timed = phases.filter((phase) => took(phase) > 0);
  if (timed.length === 0) return [];
  return [
    '',
    style.bold(`${count(cycles.length, 'sleep cycle')}`),
    ...cycleLines(cycles, cycle, style),
    ...(verbose ? timed.flatMap((phase) => phaseLines(phase, style)) : []),
  ];
}
