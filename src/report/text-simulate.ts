/** `devgraph simulate` for a terminal: the answer, what did not hold, and the trace. */
import { errorText } from '../analysis/errno-names.ts';
import type { Expectation, RunEvent, SimulatedStep, Simulation } from '../scenario-files/index.ts';
import { clean, count, indented, type Style } from './style.ts';
import { phasePairLines } from './text-phases.ts';
import { sleepTimingLines } from './text-timeline.ts';
import { type Frame, framesOf } from './trace-frames.ts';

export interface SimulateTextOptions {
  /** Everything: what is set up, every event, and the state of all devices at the end. */
  readonly verbose: boolean;
  /** Name of the file, as it stands before a line number. */
  readonly input: string;
}

/** Lines that are shown of a step, of the setup, and of the whole trace, and failures, if not all are. */
const STEP_LINES = 30;
const SETUP_LINES = 20;
const TRACE_LINES = 300;
const FAILURES = 100;

function valueText(value: number | 'bad'): string {
  return value === 'bad' ? 'bad' : errorText(value);
}

function answerText(simulation: Simulation, style: Style): string {
  const { name, board, kernel, steps, expectations, ended, duration, ok, hang } = simulation;
  const taken = steps.filter(({ phase, text }) => phase === 'steps' && text !== null).length;
  const failing = expectations.filter(({ outcome }) => outcome === 'fails').length;
  const missed = expectations.filter(({ outcome }) => outcome === 'not reached').length;
  const expected =
    expectations.length === 0
      ? 'nothing is expected'
      : [
          `${expectations.length - failing - missed} of ${count(expectations.length, 'expectation')} ${expectations.length === 1 ? 'holds' : 'hold'}`,
          ...(failing > 0 ? [`${failing} fail`] : []),
          ...(missed > 0 ? [`${missed} not reached`] : []),
        ].join(', ');
  const end = {
    end: '',
    hang: hang?.expected ? '; it hangs, as expected' : '; IT HANGS',
    time: '; stopped at the time given',
    events: '; STOPPED',
  }[ended];
  const where = board === null ? '' : ` on ${board}`;
  const text = `${name}${where}: ${count(taken, 'step')}, ${duration} ms, ${expected}${end} (Linux ${kernel})`;
  return (ok ? style.bold : style.red)(clean(text));
}

function placeText(input: string, { line, column, path }: Expectation | SimulatedStep): string {
  return line === null ? `${input}, ${path}` : `${input}:${line}:${column}`;
}

function failureLines(
  { expectations, steps }: Simulation,
  options: SimulateTextOptions,
  style: Style,
): string[] {
  const { verbose, input } = options;
  const failures = expectations.filter(({ outcome }) => outcome !== 'holds');
  const shown = verbose ? failures : failures.slice(0, FAILURES);
  const left = failures.length - shown.length;
  return [
    ...shown.flatMap((expectation) => {
      const { expected, instead, outcome, step } = expectation;
      const { text } = steps[step] ?? { text: null };
      const at = text === null ? '' : ` (${text})`;
      return [
        style.red(
          clean(
            `${placeText(input, expectation)}: ${outcome === 'fails' ? 'does not hold' : 'not reached'}${at}`,
          ),
        ),
        ...indented(`expected: ${clean(expected)}`, 4, style.width),
        ...indented(`instead:  ${clean(instead ?? '')}`, 4, style.width),
      ];
    }),
    ...(left > 0 ? [`... ${left} more that do not hold or were not reached (--verbose)`] : []),
  ];
}

/** What was done wrong: who, with what, in which step, and what Linux makes of it. */
function findingLines({ findings, steps }: Simulation, input: string, style: Style): string[] {
  return findings.flatMap(({ device, channel, what, result, expected, step: at }) => {
    const step = steps[at];
    const place = step === undefined ? input : placeText(input, step);
    const of = channel === null ? '' : `, ${channel}`;
    const head = clean(`${place}: ${device}: ${what}${of}${expected ? ' (expected)' : ''}`);
    return [(expected ? style.bold : style.red)(head), ...indented(clean(result), 4, style.width)];
  });
}

function hangLines({ hang, loop, steps, trace, ended }: Simulation, input: string, style: Style): string[] {
  const again = (what: readonly string[]) =>
    what.length === 0 ? [] : ['  again and again:', ...what.slice(0, 20).map((line) => `    ${clean(line)}`)];
  if (hang === null) {
    if (ended !== 'events') return [];
    return [`stopped: ${trace.length} events, the most that are kept`, ...again(loop)];
  }
  const step = steps[hang.step]!;
  const head = `${placeText(input, step)}: the kernel hangs in ${step.text ?? 'the run'} (${hang.kind})`;
  return [
    (hang.expected ? style.bold : style.red)(clean(head)),
    ...hang.tasks.flatMap((task) => indented(clean(task), 2, style.width)),
    ...again(hang.loop),
  ];
}

const TIME_WIDTH = 8;

function timeText(time: number | undefined): string {
  return (time === undefined ? '' : String(time)).padStart(TIME_WIDTH);
}

/** A line of the trace. */
interface Line {
  readonly text: string;
  /** It failed, warned or never ended: it is shown whatever is left out. */
  readonly matters: boolean;
}

function frameLines(frame: Frame | string, depth: number, style: Style): Line[] {
  const indent = '  '.repeat(Math.min(depth, 20));
  if (typeof frame === 'string') {
    const text = `${timeText(undefined)}  ${indent}${style.dim(clean(frame))}`;
    return [{ text, matters: frame.startsWith('kernel: ') }];
  }
  const { begin, end, value, text, isWorker, inside } = frame;
  const took = end === undefined || end === begin ? '' : ` after ${end - begin} ms`;
  const result = end === undefined ? ' does not end' : ` = ${valueText(value!)}${took}`;
  const matters = typeof value !== 'number' || value < 0;
  const painted = matters ? style.red(result) : result;
  const worker = isWorker ? style.dim(' [worker]') : '';
  return [
    { text: `${timeText(begin)}  ${indent}${clean(text)}${painted}${worker}`, matters },
    ...inside.flatMap((one) => frameLines(one, depth + 1, style)),
  ];
}

/** Leaves out what does not matter behind the first lines; what is left out is counted. */
function shortened(lines: readonly Line[], most: number): string[] {
  if (lines.length <= most + 1) return lines.map(({ text }) => text);
  const shown: string[] = [];
  let left = 0;
  const flush = () => {
    if (left > 0) shown.push(`${timeText(undefined)}  ... ${count(left, 'more line')} (--verbose)`);
    left = 0;
  };
  for (const [at, { text, matters }] of lines.entries()) {
    if (at < most || (matters && shown.length < 2 * most)) {
      flush();
      shown.push(text);
    } else left++;
  }
  flush();
  return shown;
}

function stepLines(step: SimulatedStep, trace: readonly RunEvent[], verbose: boolean, style: Style): Line[] {
  if (step.text === null) return [];
  const frames = framesOf(trace.slice(step.from, step.to), { states: verbose });
  const own = frames.filter((frame): frame is Frame => typeof frame !== 'string' && !frame.isWorker);
  if (own.length === 1) {
    const named = frames.map((frame) => (frame === own[0] ? { ...own[0], text: step.text! } : frame));
    return named.flatMap((frame) =>
      frameLines(frame, frame === named[frames.indexOf(own[0]!)] ? 0 : 1, style),
    );
  }
  // Of several commands those that do nothing else are details.
  const isDetail = (frame: Frame | string) =>
    typeof frame === 'object' && frame.inside.length === 0 && frame.value === 0 && !frame.isWorker;
  const lines = frames
    .filter((frame) => verbose || !isDetail(frame))
    .flatMap((frame) => frameLines(frame, 1, style));
  return [{ text: `${timeText(step.begin)}  ${clean(step.text)}`, matters: false }, ...lines];
}

/** What came of the setup: only what drivers did, without the commands that set it up. */
function setupLines({ steps, trace }: Simulation, style: Style): string[] {
  const lines = steps
    .filter(({ phase }) => phase === 'setup')
    .flatMap(({ from, to }) => framesOf(trace.slice(from, to), { states: false }))
    .flatMap((frame) => (typeof frame === 'string' || frame.isWorker ? [frame] : frame.inside))
    .flatMap((frame) => frameLines(frame, 0, style));
  if (lines.length === 0) return [];
  const until = steps.findLast(({ phase }) => phase === 'setup')!.to;
  const kinds = trace.slice(0, until).map(({ kind }) => kind);
  const number = (kind: RunEvent['kind']) => kinds.filter((one) => one === kind).length;
  const heading = `set up: ${number('bound')} bound, ${count(number('deferred'), 'deferral')}, ${count(number('link-added'), 'link')}`;
  return ['', style.bold(heading), ...shortened(lines, SETUP_LINES)];
}

function traceLines(simulation: Simulation, verbose: boolean, style: Style): string[] {
  const { steps, trace } = simulation;
  const wanted = steps.filter(({ phase }) => verbose || phase === 'steps');
  const most = verbose ? Number.POSITIVE_INFINITY : STEP_LINES;
  const lines: string[] = [];
  let left = 0;
  for (const step of wanted) {
    if (!verbose && lines.length >= TRACE_LINES) left++;
    else for (const line of shortened(stepLines(step, trace, verbose, style), most)) lines.push(line);
  }
  if (left > 0) lines.push(`${timeText(undefined)}  ... ${count(left, 'more step')} (--verbose)`);
  if (lines.length === 0) return [];
  return ['', style.bold('trace'), style.dim(`${'ms'.padStart(TIME_WIDTH)}  what`), ...lines];
}

function stateLines({ devices, links, domains }: Simulation, style: Style): string[] {
  const fieldsText = (state: object) =>
    Object.entries(state)
      .map(
        ([field, value]) =>
          `${field}=${value === null ? '-' : Array.isArray(value) ? value.join(',') : value}`,
      )
      .join(' ');
  return [
    '',
    style.bold('at the end'),
    ...devices.map(({ device, ...state }) => `  ${clean(`${device}: ${fieldsText(state)}`)}`),
    ...domains.map(({ domain, ...state }) => `  ${clean(`${domain}: ${fieldsText(state)}`)}`),
    ...links.map(
      ({ consumer, supplier, status, flags, rpm_active }) =>
        `  ${clean(`${consumer} -> ${supplier}: ${status}, ${flags.join(',')}, rpm_active ${rpm_active}`)}`,
    ),
  ];
}

/** Answer, failures, hang, trace, times of sleep; verbose also what was set up and the state at the end. */
export function simulateText(simulation: Simulation, options: SimulateTextOptions, style: Style): string {
  const { verbose, input } = options;
  const answer = [answerText(simulation, style)];
  const failures = failureLines(simulation, options, style);
  const findings = findingLines(simulation, input, style);
  const hang = hangLines(simulation, input, style);
  const sleep = sleepTimingLines(simulation.sleep, verbose, style);
  const phases = simulation.phases.filter(({ kind }) => verbose || kind === 'contradicts');
  const parts = [
    answer,
    failures.length > 0 ? ['', ...failures] : [],
    findings.length > 0 ? ['', ...findings] : [],
    hang.length > 0 ? ['', ...hang] : [],
    verbose ? [] : setupLines(simulation, style),
    traceLines(simulation, verbose, style),
    sleep,
    phasePairLines(phases, style),
    verbose ? stateLines(simulation, style) : [],
  ];
  return `${parts.flat().join('\n')}\n`;
}
