/**
 * Kernel code as tasks. A kernel function that can call back into a driver or wait for something is a generator: it yields
 * what it needs and is resumed with the answer. Which task runs when, and what a driver's callback does, is the business of
 * whoever runs the task (scenarios/scheduler.ts, or {@link runToEnd} where nothing ever waits). Between two tasks the
 * World is plain data and holds all there is to know.
 */
import type { Callback, CallbackLayer } from './callbacks.ts';
import type { DmaCallback, DmaChannelId, DmaMutexName } from './dma-engine.ts';
import type { DomainCallback, DomainDeviceCallback, PowerDomainId } from './power-domain.ts';
import type { SrcuDomain } from './srcu.ts';
import type { DeviceId, DriverId, LinkId } from './world.ts';

/** What a task waits for, as data; ../semantics names the function that waits. */
export type Wait =
  /** The clock of the World has come to this many milliseconds. `delay`: a callback takes its time. */
  | { readonly kind: 'time'; readonly until: number; readonly delay?: boolean }
  /**
   * rpm_suspend(), rpm_resume(): another task's suspend (or resume) of the device ends. For an interrupt-safe device the task `spins`: it
   * keeps its processor, with interrupts off.
   */
  | {
      readonly kind: 'runtime-status';
      readonly device: DeviceId;
      readonly resuming: boolean;
      readonly spins: boolean;
    }
  /** __pm_runtime_barrier(): the same, and idle callbacks. */
  | { readonly kind: 'runtime-barrier'; readonly device: DeviceId }
  /** cancel_work_sync(), flush_work(): the device's runtime PM work is neither queued (for a flush) nor running. */
  | { readonly kind: 'runtime-work'; readonly device: DeviceId; readonly flush?: boolean }
  /** device_lock(). */
  | { readonly kind: 'device-lock'; readonly device: DeviceId; readonly ticket: number }
  /** device_links_write_lock() or device_pm_lock(): device_link_add() holds both while it resumes a supplier. */
  | { readonly kind: 'links-lock' }
  /** genpd_lock(), with the waiter's place in the queue of that domain. */
  | { readonly kind: 'domain-lock'; readonly domain: PowerDomainId; readonly ticket: number }
  /** gpd_list_lock, around every change of domains and what is in them. */
  | { readonly kind: 'domain-list-lock' }
  /** dma_list_mutex or of_dma_lock, with the waiter's place in the queue. */
  | { readonly kind: 'dma-mutex'; readonly mutex: DmaMutexName; readonly ticket: number }
  /** cancel_work_sync() of power_off_work: it is not running. */
  | { readonly kind: 'domain-work'; readonly domain: PowerDomainId }
  /** synchronize_srcu(): a grace period is over that began behind this ticket. */
  | { readonly kind: 'grace-period'; readonly domain: SrcuDomain; readonly ticket: number }
  /** srcu_drive_gp(): the readers of one side are gone. */
  | { readonly kind: 'srcu-readers'; readonly domain: SrcuDomain; readonly side: number }
  /** klist_remove() of a driver from its bus: no walk over the list stands there. */
  | { readonly kind: 'driver-walk'; readonly driver: DriverId }
  /** wait_for_device_probe(): a run of the deferred work, by its ticket; with ticket -1, all probes. */
  | { readonly kind: 'probes'; readonly ticket: number }
  /** dpm_wait(). */
  | { readonly kind: 'sleep-completion'; readonly device: DeviceId }
  /** async_synchronize_full(). */
  | { readonly kind: 'async' }
  /** Nothing can run before the clock moves on. */
  | { readonly kind: 'idle' }
  /** Everything that is queued or running has ended; timers may still be set. */
  | { readonly kind: 'settled' }
  /** Nothing waits, but it goes on for ever at one moment of the clock: the limit of steps is reached. */
  | { readonly kind: 'endless' }
  /** A loop of the kernel that can see no change ever: device_links_unbind_consumers() on a link whose consumer is not probing. */
  | { readonly kind: 'livelock'; readonly device: DeviceId; readonly link: LinkId }
  /**
   * A circle in which the kernel goes round: of parents, which device_move() made and looks for the top of; or of parents and links, in
   * which device_is_dependent() or device_reorder_to_tail() calls itself until the stack is full, and it `dies`.
   */
  | { readonly kind: 'circle'; readonly devices: readonly DeviceId[]; readonly dies: boolean }
  /** No wait: the kernel dies, as it reads what device_add() makes of a device that was not added. */
  | { readonly kind: 'crash'; readonly device: DeviceId };

/** What a task asks of whoever runs it. A call is answered with the callback's return value, a wait with 0. */
export type Effect =
  | { readonly kind: 'wait'; readonly for: Wait }
  | {
      readonly kind: 'call';
      readonly device: DeviceId;
      readonly callback: Callback;
      readonly layer: CallbackLayer;
    }
  /** start and stop, which a power domain has for each of its devices. */
  | {
      readonly kind: 'call';
      readonly device: DeviceId;
      readonly callback: DomainDeviceCallback;
      readonly layer: 'genpd';
    }
  /** Callbacks of the DMA engine layer; -1 where one is about no channel. */
  | {
      readonly kind: 'call';
      readonly device: DeviceId;
      readonly callback: DmaCallback;
      readonly layer: 'dma';
      readonly channel: DmaChannelId;
    }
  | { readonly kind: 'call-domain'; readonly domain: PowerDomainId; readonly callback: DomainCallback }
  | Entry;

/** Another task to run to its end first; answered with the number that it returns, or 0. See {@link enter}. */
export interface Entry {
  readonly kind: 'enter';
  readonly task: Task<unknown>;
}

/** Kernel code in execution that ends in a T. */
export type Task<T> = Generator<Effect, T, number>;

/** A callback that a task asks for. */
export type CallbackEffect = Exclude<Effect, { readonly kind: 'wait' | 'enter' }>;

/**
 * Runs a task as `yield*` does, but on a stack of the runner instead of the call stack: for functions that call themselves along
 * a chain of devices, which has no end that is known. `const result = yield enter(rpmResume(...))`.
 */
export function enter(task: Task<unknown>): Entry {
  return { kind: 'enter', task };
}

/** What is at its end takes no generator: most tasks are so when they have begun. */
class Ended<T> implements Task<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }

  next(): IteratorResult<Effect, T> {
    return { done: true, value: this.result };
  }

  return(value: T): IteratorResult<Effect, T> {
    return { done: true, value };
  }

  throw(error: unknown): never {
    throw error;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/** A task that is at its end, with this result. */
export function ended<T>(result: T): Task<T> {
  return new Ended(result);
}

/** The result of a task that is at its end from the beginning; undefined for any other, which is to be run. */
export function resultOf<T>(task: Task<T>): T | undefined {
  return task instanceof Ended ? (task.result as T) : undefined;
}

/** A task that is another one with a result of its own. */
export function* returning<T>(result: T, task: Task<unknown>): Task<T> {
  yield* task;
  return result;
}

/** A task came to a wait that can never end, with the reason as data. */
export class NeverEnds extends Error {
  readonly wait: Wait;

  constructor(wait: Wait) {
    super(`waits for ever: ${wait.kind}`);
    this.name = 'NeverEnds';
    this.wait = wait;
  }
}

/** Answers a callback with its result, or with the task that the callback is. */
export type Answer = (effect: CallbackEffect) => number | Task<unknown>;

/**
 * Runs a task where all happens at once: callbacks are answered by `call` (0 without it), and a wait is one that never ends.
 * Throws {@link NeverEnds} on a wait.
 */
export function runToEnd<T>(task: Task<T>, call: Answer = () => 0): T {
  const stack: Task<unknown>[] = [task];
  let answer = 0;
  for (;;) {
    const step = stack[stack.length - 1]!.next(answer);
    if (step.done) {
      stack.pop();
      if (stack.length === 0) return step.value as T;
      answer = typeof step.value === 'number' ? step.value : 0;
    } else if (step.value.kind === 'enter') {
      stack.push(step.value.task);
    } else if (step.value.kind === 'wait') {
      throw new NeverEnds(step.value.for);
    } else {
      const answered = call(step.value);
      if (typeof answered === 'number') answer = answered;
      else stack.push(answered);
    }
  }
}
