/** A user's machine at work: a flat machine in the form of an xstate configuration, for one device. */
import {
  actionsOf,
  type MachineAction,
  type MachineEvent,
  type MachineTransitionData,
  type PolicyMachineData,
} from '../scenario-files/index.ts';
import { parseMicroseconds } from '../scenario-files/power-quantities.ts';

interface Timer {
  readonly at: number;
  readonly transition: MachineTransitionData;
}

/** A policy in code: told what happens to a device, it answers with what to do. `wait`: be told `timeout` after so many microseconds. */
export interface PolicyMachine {
  readonly begin: (now: number) => readonly MachineAction[];
  readonly tell: (event: MachineEvent, now: number) => readonly MachineAction[];
  /** The moment at which it wants to act next; Infinity for none. */
  readonly nextMoment: () => number;
  /** Called at that moment. */
  readonly timeOut: (now: number) => readonly MachineAction[];
  /** All that decides how it goes on; undefined where that is not known, and then a run is not abbreviated. */
  readonly stateText: (now: number) => string | undefined;
}

/** The machine of a scenario. */
export function machineOf(data: PolicyMachineData): PolicyMachine {
  let state = data.initial;
  let timers: Timer[] = [];

  const enter = (next: string, now: number): readonly MachineAction[] => {
    state = next;
    const { after = {}, entry } = data.states[state]!;
    timers = Object.entries(after)
      .map(([delay, transition]) => ({ at: now + (parseMicroseconds(delay) as number), transition }))
      .sort((one, other) => one.at - other.at);
    return actionsOf(entry) as readonly MachineAction[];
  };
  const take = (transition: MachineTransitionData, now: number): readonly MachineAction[] => {
    const { target, actions } = typeof transition === 'string' ? { target: transition } : transition;
    const own = actionsOf(typeof transition === 'string' ? undefined : actions) as readonly MachineAction[];
    return target === undefined ? own : [...own, ...enter(target, now)];
  };
  return {
    begin: (now) => enter(data.initial, now),
    tell: (event, now) => {
      const transition = data.states[state]!.on?.[event];
      return transition === undefined ? [] : take(transition, now);
    },
    nextMoment: () => timers[0]?.at ?? Number.POSITIVE_INFINITY,
    timeOut: (now) => {
      const timer = timers.shift();
      return timer === undefined ? [] : take(timer.transition, now);
    },
    stateText: (now) => `${state} ${timers.map(({ at }) => at - now).join(' ')}`,
  };
}
