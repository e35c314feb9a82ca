/** The steps that are possible in a state, and taking one. */
import { asyncJobEnded } from '../core/async-jobs.ts';
import { keep } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { takeDueTimer } from '../core/timers.ts';
import { POOLS, type Pool, takeItem } from '../core/work-queues.ts';
import { inTicks } from '../core/world.ts';
import { pmSuspend, pmSuspendTimerFn } from '../pm/index.ts';
import {
  type Command,
  CommandError,
  carryOut,
  nextReturnValue,
  parseCommand,
  type Result,
  type Session,
  scriptOfCall,
  workTask,
} from '../scenarios/index.ts';
import { observe } from './monitors.ts';
import {
  commandOf,
  type ExplorationState,
  isThreadReady,
  mayBegin,
  mayStart,
  nameOfCall,
  nextMoment,
} from './state.ts';
import {
  type Advance,
  advance,
  type Call,
  callbackOf,
  createThread,
  rememberTime,
  returnFromCallback,
  type Surroundings,
  type Thread,
} from './thread.ts';

/** What can happen next. */
export const STEP_KINDS = [
  /** An actor begins its next command. `index`: the actor. */
  'command',
  /** A thread goes on: what it waited for has come, or its callback does what it does. `index`: the thread. */
  'continue',
  /** The callback that a thread is in returns. `index`: the thread, `choice`: which of its outcomes. */
  'return',
  /** A worker begins an item. `index`: its place in the queue, `choice`: the pool. */
  'start',
  /** Time passes to the next moment at which something happens by itself. */
  'clock',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** A step, by numbers that mean something in the state in which it is possible. */
export interface Step {
  readonly kind: StepKind;
  readonly index: number;
  readonly choice: number;
}

/** What a step of a thread came to; undefined for a step of no thread. */
export interface Taken {
  readonly thread: Thread | undefined;
  readonly advance: Advance | undefined;
  /** What the callback returned, where one did. */
  readonly returned: number | undefined;
}

const CLOCK: Step = { kind: 'clock', index: 0, choice: 0 };

/** All steps that are possible, in a fixed order: actors, threads by age, items by age, the clock. */
export function possibleSteps(state: ExplorationState): Step[] {
  const { threads, positions, session } = state;
  const { world } = session;
  const steps: Step[] = [];
  for (let actor = 0; actor < positions.length; actor++) {
    if (mayBegin(state, actor)) steps.push({ kind: 'command', index: actor, choice: 0 });
  }
  for (let thread = 0; thread < threads.length; thread++) addStepsOf(state, thread, steps);
  for (let choice = 0; choice < POOLS.length; choice++) {
    const items = world.work[POOLS[choice]!];
    for (let index = 0; index < items.length; index++) {
      if (mayStart(state, items[index]!)) steps.push({ kind: 'start', index, choice });
    }
  }
  if (nextMoment(state) !== undefined) steps.push(CLOCK);
  return steps;
}

function addStepsOf(state: ExplorationState, index: number, steps: Step[]): void {
  const thread = state.threads[index]!;
  const callback = callbackOf(thread);
  if (callback === undefined || callback.body !== undefined) {
    if (thread.wait === undefined || isThreadReady(state, thread.wait, thread))
      steps.push({ kind: 'continue', index, choice: 0 });
    return;
  }
  const choices = outcomesOf(state, callback.call)?.length ?? 1;
  for (let choice = 0; choice < choices; choice++) steps.push({ kind: 'return', index, choice });
}

/** What a callback may return; undefined where its script says. */
function outcomesOf({ setting, session }: ExplorationState, call: Call): readonly number[] | undefined {
  if (setting.outcomes.size === 0) return undefined;
  return setting.outcomes.get(call.callback)?.get(nameOfCall(session, call));
}

/** A command of an actor or of a callback. Suspending waits for nothing but frozen tasks, which the possible steps see to. */
function perform(session: Session, command: Command): Task<Result> {
  return command.kind === 'suspend' ? pmSuspend(session.world, command.level) : carryOut(session, command);
}

function* performText(session: Session, text: string): Task<void> {
  let command: Command;
  try {
    command = parseCommand(text);
  } catch (error) {
    if (error instanceof CommandError) return;
    throw error;
  }
  yield* perform(session, command);
}

/** What a callback does before it returns: its commands, and the time that it is said to take. */
function bodyOf(session: Session, call: Call): Task<unknown> | undefined {
  const script = scriptOfCall(session, call);
  if (script === undefined || (script.commands.length === 0 && script.delay === 0)) return undefined;
  return (function* body() {
    for (const [at, text] of script.commands.entries()) {
      keep(at);
      yield* performText(session, text);
    }
    const until = session.world.now + inTicks(session.world, script.delay);
    if (script.delay > 0) yield { kind: 'wait', for: { kind: 'time', until } };
  })();
}

const AROUND: Surroundings<ExplorationState> = {
  isReady: isThreadReady,
  bodyOf: ({ session }, call) => bodyOf(session, call),
};

/** Takes a step that is possible in the state, and changes the state. */
export function takeStep(state: ExplorationState, step: Step): Taken {
  const taken = carryStepOut(state, step);
  const { events } = state.session.world;
  if (events.length > 0) events.length = 0;
  observe(state, taken);
  return taken;
}

const NO_THREAD: Taken = { thread: undefined, advance: undefined, returned: undefined };

function carryStepOut(state: ExplorationState, step: Step): Taken {
  const { session, threads } = state;
  switch (step.kind) {
    case 'command': {
      const thread = createThread(step.index, undefined, () =>
        perform(session, commandOf(state, step.index)!),
      );
      threads.push(thread);
      return goOn(state, thread);
    }
    case 'start':
      return startItem(state, POOLS[step.choice]!, step.index);
    case 'continue':
      return goOn(state, threads[step.index]!);
    case 'return': {
      const thread = threads[step.index]!;
      const { call } = callbackOf(thread)!;
      const value = returnValue(state, call, step.choice);
      const end = stepOf(state, thread, () => returnFromCallback(thread, value, state, AROUND));
      return behind(state, thread, end, value);
    }
    case 'clock':
      moveClock(state);
      return NO_THREAD;
  }
}

/** What a callback returns: one of its outcomes, or what its script says, which is then used up. */
function returnValue(state: ExplorationState, call: Call, choice: number): number {
  const outcomes = outcomesOf(state, call);
  if (outcomes !== undefined) return outcomes[choice]!;
  const script = scriptOfCall(state.session, call);
  return script === undefined ? 0 : nextReturnValue(state.session, script);
}

function startItem(state: ExplorationState, pool: Pool, index: number): Taken {
  const { world } = state.session;
  const item = takeItem(world.work, pool, index);
  if (item.kind === 'deferred-probe') world.deferred.workQueued = false;
  world.work.running.push(item);
  const thread = createThread(-1, item, () => workTask(world, item));
  state.threads.push(thread);
  return goOn(state, thread);
}

function goOn(state: ExplorationState, thread: Thread): Taken {
  const end = stepOf(state, thread, () => advance(thread, 0, state, AROUND));
  return behind(state, thread, end);
}

/** A step of a thread, which has interrupts as it left them; schedule() comes back with interrupts on. */
function stepOf({ session }: ExplorationState, thread: Thread, run: () => Advance): Advance {
  const { world } = session;
  world.interruptsOff = thread.interruptsOff;
  const end = run();
  thread.interruptsOff = end.kind !== 'waits' && world.interruptsOff;
  return end;
}

function behind(state: ExplorationState, thread: Thread, end: Advance, returned?: number): Taken {
  if (end.kind === 'ended') endThread(state, thread);
  return { thread, advance: end, returned };
}

function endThread(state: ExplorationState, thread: Thread): void {
  const { threads, positions, session, setting } = state;
  threads.splice(threads.indexOf(thread), 1);
  const { running } = session.world.work;
  if (thread.item !== undefined) {
    running.splice(running.indexOf(thread.item), 1);
    asyncJobEnded(session.world, thread.item);
    return;
  }
  const { commands, repeats } = setting.exploration.actors[thread.actor]!;
  const next = positions[thread.actor]! + 1;
  positions[thread.actor] = repeats ? next % commands.length : next;
}

function moveClock(state: ExplorationState): void {
  const { world } = state.session;
  const before = world.now;
  world.now = nextMoment(state) ?? before;
  // With a governor, callbacks of a power domain are timed: their threads know when they began.
  if (world.powerDomains.all.some(({ governor }) => governor !== 'none')) {
    for (const thread of state.threads) rememberTime(thread, world.now - before);
  }
  for (let device = takeDueTimer(world); device >= 0; device = takeDueTimer(world))
    pmSuspendTimerFn(world, device);
}
