/** A policy that is an xstate machine: any machine, with guards and context, driven by xstate's own pure functions. */
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { MACHINE_ACTIONS, type MachineAction } from '../scenario-files/index.ts';
import type { PolicyMachine } from './machine.ts';

/** Microseconds in the unit of xstate's delays. */
const MILLISECOND = 1000;

/** An action as xstate's pure functions give it. */
interface GivenAction {
  readonly type: string;
  readonly params?: unknown;
}

interface Timer {
  readonly id: string;
  readonly at: number;
  readonly event: { readonly type: string };
}

function isMachineAction(type: string): type is MachineAction {
  return MACHINE_ACTIONS.some((known) => known === type);
}

/**
 * Policies of an xstate machine, one for each run, for the option `machines` of `runPolicy()`. It is sent `request`, `active`, `suspended`, `done` and
 * `empty` (docs/policies.md), and its actions by name are `get`, `put`, `put_autosuspend`, `put_sync_suspend` and `mark_last_busy`. Delays of `after`
 * are milliseconds. A run throws Error for any other action: there is nothing that it could do.
 */
export function machineFromXstate(machine: AnyStateMachine): () => PolicyMachine {
  return () => {
    let snapshot: AnyMachineSnapshot | undefined;
    let timers: Timer[] = [];

    function raised(params: unknown, now: number): void {
      const { event, delay, id } = params as {
        readonly event: { readonly type: string };
        readonly delay?: number;
        readonly id?: string;
      };
      const timer = { id: id ?? event.type, at: now + Math.round((delay ?? 0) * MILLISECOND), event };
      timers = [...timers.filter((one) => one.id !== timer.id), timer].sort(
        (one, other) => one.at - other.at,
      );
    }

    function carryOut([next, actions]: readonly [AnyMachineSnapshot, readonly GivenAction[]], now: number) {
      snapshot = next;
      const own: MachineAction[] = [];
      for (const { type, params } of actions) {
        if (type === 'xstate.raise') raised(params, now);
        else if (type === 'xstate.cancel') {
          const { sendId } = params as { readonly sendId: string };
          timers = timers.filter(({ id }) => id !== sendId);
        } else if (isMachineAction(type)) own.push(type);
        else throw new Error(`action '${type}' of a policy is none of ${MACHINE_ACTIONS.join(', ')}`);
      }
      return own;
    }

    const take = (event: { readonly type: string }, now: number) =>
      carryOut(transition(machine, snapshot!, event), now);
    return {
      begin: (now) => carryOut(initialTransition(machine), now),
      tell: (type, now) => take({ type }, now),
      nextMoment: () => timers[0]?.at ?? Number.POSITIVE_INFINITY,
      timeOut: (now) => {
        const timer = timers.shift();
        return timer === undefined ? [] : take(timer.event, now);
      },
      stateText: (now) =>
        JSON.stringify([snapshot!.value, snapshot!.context, timers.map(({ id, at }) => [id, at - now])]),
    };
  };
}
