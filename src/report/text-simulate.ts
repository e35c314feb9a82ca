/** `devgraph simulate` for a terminal: the answer, what did not hold, and the trace. */
import { errorText } from '../analysis/errno-names.ts';
import type { Expectation, RunEvent, SimulatedStep, Simulation } from '../scenario-files/index.ts';
import { clean, count, indented, type Style } from './style.ts';

export interface SimulateTextOptions {
  /** Everything: what is set up, every event, and the state of all devices at the end. */
  readonly verbose: boolean;
  /** Name of the file, as it stands before a line number. */
  readonly input: string;
}

/** The task of the steps themselves. */
const STEPS = 1;

/** Lines of a step that are shown, if not all are. */
const STEP_LINES = 30;

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
          `${expectations.length - failing - missed} of ${count(expectations.length, 'expectation')} hold`,
          ...(failing > 0 ? [`${failing} fail`] : []),
          ...(missed > 0 ? [`${missed} not reached`] : []),
        ].join(', ');
  const end = {
    end: '',
    hang: hang?.expected ? '; it hangs, as expected' : '; IT HANGS',
    time: '; stopped at the time given',
    events: '; STOPPED: more events than are kept',
  }[ended];
  const where = board === null ? '' : ` on ${board}`;
  const text = `${name}${where}: ${count(taken, 'step')}, ${duration} ms, ${expected}${end} (Linux ${kernel})`;
  return (ok ? style.bold : style.red)(clean(text));
}

function placeText(input: string, { line, column, path }: Expectation | SimulatedStep): string {
  return line === null ? `${input}, ${path}` : `${input}:${line}:${column}`;
}

function failureLines({ expectations, steps }: Simulation, input: string, style: Style): string[] {
  return expectations
    .filter(({ outcome }) => outcome !== 'holds')
    .flatMap((expectation) => {
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
    });
}

function hangLines({ hang, loop, steps, trace }: Simulation, input: string, style: Style): string[] {
  const again = (what: readonly string[]) =>
    what.length === 0 ? [] : ['  again and again:', ...what.slice(0, 20).map((line) => `    ${clean(line)}`)];
  if (hang === null) {
    if (loop.length === 0) return [];
    return [`stopped after ${trace.length} events`, ...again(loop)];
  }
  const step = steps[hang.step]!;
  const head = `${placeText(input, step)}: the kernel hangs in ${step.text ?? 'the run'} (${hang.kind})`;
  return [
    (hang.expected ? style.bold : style.red)(clean(head)),
    ...hang.tasks.flatMap((task) => indented(clean(task), 2, style.width)),
    ...again(hang.loop),
  ];
}

/** A callback or call with what happens inside it. */
interface Frame {
  readonly begin: number;
  readonly text: string;
  readonly isWorker: boolean;
  readonly inside: (Frame | string)[];
  end: number | undefined;
  value: number | 'bad' | undefined;
}

function happeningText(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'message':
      return `kernel: ${event.text}`;
    case 'warning':
      return `kernel: WARNING at ${event.text}`;
    case 'bound':
      return `${event.device} bound to ${event.driver}`;
    case 'unbound':
      return `${event.device} unbound from ${event.driver}`;
    case 'deferred':
      return `${event.device} deferred${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'link-refused':
      return `link ${event.consumer} -> ${event.supplier} refused: ${event.reason}`;
    case 'link-added':
      return `link ${event.consumer} -> ${event.supplier} ${event.flags.join(',')}`;
    case 'shown':
      return Object.entries(event.fields)
        .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`)
        .join(' ');
    default:
      return undefined;
  }
}

/** The events of a step as frames inside one another, each task with its own. The step's own call is the first. */
function framesOf(events: readonly RunEvent[]): (Frame | string)[] {
  const top: (Frame | string)[] = [];
  const stacks = new Map<number, Frame[]>();
  let latest: (Frame | string)[] = top;
  for (const event of events) {
    if (event.kind === 'call' || event.kind === 'callback-begin') {
      const text = event.kind === 'call' ? event.text : `${event.device} ${event.callback}`;
      const stack = stacks.get(event.task) ?? [];
      stacks.set(event.task, stack);
      const isWorker = event.task !== STEPS && stack.length === 0;
      const frame: Frame = {
        begin: event.time,
        text,
        isWorker,
        inside: [],
        end: undefined,
        value: undefined,
      };
      (stack.at(-1)?.inside ?? top).push(frame);
      stack.push(frame);
      latest = frame.inside;
    } else if (event.kind === 'return' || event.kind === 'callback-end') {
      const stack = stacks.get(event.task);
      const frame = stack?.pop();
      if (frame !== undefined) {
        frame.end = event.time;
        frame.value = event.value;
      }
      latest = stack?.at(-1)?.inside ?? top;
    } else {
      const text = happeningText(event);
      if (text !== undefined) latest.push(text);
    }
  }
  return top;
}

const TIME_WIDTH = 8;

function timeText(time: number | undefined): string {
  return (time === undefined ? '' : String(time)).padStart(TIME_WIDTH);
}

function frameLines(frame: Frame | string, depth: number, style: Style): string[] {
  const indent = '  '.repeat(Math.min(depth, 20));
  if (typeof frame === 'string') return [`${timeText(undefined)}  ${indent}${style.dim(clean(frame))}`];
  const { begin, end, value, text, isWorker, inside } = frame;
  const took = end === undefined || end === begin ? '' : ` after ${end - begin} ms`;
  const result = end === undefined ? ' does not end' : ` = ${valueText(value!)}${took}`;
  const painted = typeof value === 'number' && value >= 0 ? result : style.red(result);
  return [
    `${timeText(begin)}  ${indent}${clean(text)}${painted}${isWorker ? style.dim(' [worker]') : ''}`,
    ...inside.flatMap((one) => frameLines(one, depth + 1, style)),
  ];
}

function stepLines(
  step: SimulatedStep,
  trace: readonly RunEvent[],
  verbose: boolean,
  style: Style,
): string[] {
  if (step.text === null) return [];
  const events = trace.slice(step.from, step.to);
  const frames = framesOf(events);
  const own = frames.filter((frame) => typeof frame !== 'string' && !frame.isWorker);
  const isSetup = step.phase === 'setup' && !verbose;
  const shown = isSetup
    ? frames.flatMap((frame) => (own.includes(frame) ? (frame as Frame).inside : [frame]))
    : frames;
  const isOwn = own.length === 1 && !isSetup;
  const lines = shown.flatMap((frame) => frameLines(frame, isOwn && frame === own[0] ? 0 : 1, style));
  if (!isOwn && !isSetup) lines.unshift(`${timeText(step.begin)}  ${clean(step.text)}`);
  if (verbose || lines.length <= STEP_LINES + 1) return lines;
  const left = lines.length - STEP_LINES;
  return [
    ...lines.slice(0, STEP_LINES),
    `${timeText(undefined)}  ... ${left} more lines (--verbose shows them)`,
  ];
}

function stateLines({ devices, links }: Simulation): string[] {
  return [
    'at the end',
    ...devices.map(({ device, ...state }) => {
      const fields = Object.entries(state).map(
        ([field, value]) => `${field}=${value === null ? '-' : value}`,
      );
      return `  ${clean(`${device}: ${fields.join(' ')}`)}`;
    }),
    ...links.map(
      ({ consumer, supplier, status, flags, rpm_active }) =>
        `  ${clean(`${consumer} -> ${supplier}: ${status}, ${flags.join(',')}, rpm_active ${rpm_active}`)}`,
    ),
  ];
}

/** Answer, failures, hang, trace; verbose also what was set up and the state at the end. */
export function simulateText(simulation: Simulation, options: SimulateTextOptions, style: Style): string {
  const { verbose, input } = options;
  const lines = [answerText(simulation, style)];
  const failures = failureLines(simulation, input, style);
  const hang = hangLines(simulation, input, style);
  if (failures.length > 0) lines.push('', ...failures);
  if (hang.length > 0) lines.push('', ...hang);
  const trace = simulation.steps.flatMap((step) => stepLines(step, simulation.trace, verbose, style));
  if (trace.length > 0) lines.push('', style.dim(`${'ms'.padStart(TIME_WIDTH)}  what`), ...trace);
  if (verbose) lines.push('', ...stateLines(simulation));
  return `${lines.join('\n')}\n`;
}
