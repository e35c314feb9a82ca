/**
 * A path through an exploration as the commands of one script, in the order in which actors begin them. A command that begins while
 * another thread is in a callback is put inside that callback. Whether a run of the script goes the same way is tried: a path that
 * needs another processor or another load has no script.
 */
import { parseScenarios, runScenario } from '../scenarios/index.ts';
import type { Exploration } from './exploration.ts';
import { type CallbackMoment, narrate } from './narrate.ts';
import { createState, nameOfCall, nextMoment } from './state.ts';
import { type Step, takeStep } from './steps.ts';
import { callbackOf } from './thread.ts';

export interface ReplayScript {
  /** Lines of the command language, the setup first. */
  readonly commands: readonly string[];
  /** Run in the order of the recorded kernel, its callbacks begin and return as on the path, as far as that goes. */
  readonly isExact: boolean;
}

/** What actors do on a path, as lines. */
function linesOf(exploration: Exploration, path: readonly Step[]): string[] {
  const state = createState(exploration);
  const lines: string[] = [];
  // Where the command stands that is under way: what runs inside its callbacks is said in front of it.
  let underWay = 0;
  let hasWorked = false;
  for (const step of path) {
    if (step.kind === 'command') {
      const { text } = exploration.actors[step.index]!.commands[state.positions[step.index]!]!;
      const open = state.threads.map(callbackOf).findLast((callback) => callback !== undefined);
      if (open === undefined) {
        if (hasWorked) lines.push('settle');
        underWay = lines.push(text) - 1;
      } else {
        lines.splice(
          underWay++,
          0,
          `on ${nameOfCall(state.session, open.call)} ${open.call.callback} ${text}`,
        );
      }
      hasWorked = false;
    } else if (step.kind === 'clock') {
      const { now } = state.session.world;
      lines.push(`sleep ${(nextMoment(state) ?? now) - now}`);
      hasWorked = false;
    } else if (step.kind !== 'return') {
      hasWorked = true;
    }
    takeStep(state, step);
  }
  return lines;
}

/** What outcomes return on a path, as `ret` lines. */
function returnsOf({ outcomes }: Exploration, moments: readonly CallbackMoment[]): string[] {
  return outcomes.flatMap(({ name, callback }) => {
    const values = moments.flatMap((moment) =>
      moment.name === name && moment.callback === callback && moment.value !== undefined
        ? [moment.value]
        : [],
    );
    return values.some((value) => value !== 0) ? [`ret ${name} ${callback} ${values.join(',')}`] : [];
  });
}

/** The callbacks of a trace behind a command at the top of the script. */
function momentsBehind(trace: readonly string[], lastOfSetup: number): CallbackMoment[] {
  let top = 0;
  const moments: CallbackMoment[] = [];
  let depth = 0;
  for (const line of trace) {
    const event = JSON.parse(line) as { e: string; d: string; c: string; v?: number };
    if (event.e === 'cmd' && depth++ === 0) top++;
    if (event.e === 'ret') depth--;
    if (top <= lastOfSetup || (event.e !== 'cb' && event.e !== 'cbr')) continue;
    moments.push({ name: event.d, callback: event.c, value: event.e === 'cbr' ? event.v : undefined });
  }
  return moments;
}

/** The script of a path. */
export function replayScript(exploration: Exploration, path: readonly Step[]): ReplayScript {
  const { moments } = narrate(exploration, path);
  const setup = [...exploration.setup, 'settle'];
  const commands = [...setup, ...returnsOf(exploration, moments), ...linesOf(exploration, path), 'settle'];
  const [scenario] = parseScenarios(commands.join('\n'), exploration.name);
  const run = momentsBehind(runScenario(scenario!).session.trace, setup.length);
  const isExact = moments.every(
    ({ name, callback, value }, at) =>
      run[at]?.name === name && run[at].callback === callback && run[at].value === value,
  );
  return { commands, isExact };
}
