/**
 * One phase of system sleep as jobs that wait for each other: a job is what the kernel does for one device in the phase, most
 * of which is its callback, if it has one. Which job waits for which follows drivers/base/power/main.c (dpm_async_fn, dpm_wait
 * and the walks over the lists); ../semantics system-sleep.md section 3:
 *
 * - synchronous devices run one after another in list order, backwards on the way down;
 * - on the way down, an asynchronous device starts when that walk comes to it; on the way up, when the phase begins;
 * - a device waits for its children and consumers on the way down, for its parent and suppliers on the way up, unless both
 *   are synchronous.
 */
import type { CallbackRun, SleepCycle } from './sleep-cycles.ts';
import type { SleepPart, TimedRun } from './sleep-parts.ts';

/** Why a job cannot begin before another has ended. */
export type WaitKind =
  /** Both are synchronous, and the other one stands before it in the walk. */
  | 'list order'
  /** It is asynchronous, and the walk starts it behind the other one. */
  | 'walk'
  | 'child'
  | 'consumer'
  | 'parent'
  | 'supplier';

export interface JobWait {
  /** Index of the job waited for. */
  readonly on: number;
  readonly kind: WaitKind;
  /** What made the link, for a consumer or supplier. */
  readonly link: string | undefined;
}

export interface SleepJob {
  readonly device: string;
  readonly asynchronous: boolean;
  /** Absent for a device without a callback in this phase. */
  readonly timed: TimedRun | undefined;
  readonly waits: readonly JobWait[];
}

/** What a device depends on, by name. */
export interface Superior {
  readonly device: string;
  readonly kind: 'parent' | 'supplier';
  readonly link?: string;
}

/** What is known of a device besides the log: links of the board. */
export type SuperiorsOf = (device: string) => readonly Superior[];

/** A device at its place in dpm_list. */
export interface ListedDevice {
  readonly device: string;
  readonly driver?: string;
  /** Absent where nothing tells. */
  readonly asynchronous: boolean | undefined;
  /** It has no callbacks and waits for nobody on the way up. */
  readonly passive: boolean;
  readonly superiors: readonly Superior[];
}

/** What is known of a cycle's devices. */
export interface SleepDevices {
  /** In dpm_list order; empty where the log does not tell it. */
  readonly list: readonly ListedDevice[];
  /** The task that walks the lists; absent where no task is recorded. */
  readonly mainTask: number | undefined;
  readonly superiorsOf: SuperiorsOf;
}

/** Who walked the lists: the task of the prepare phase, which is never asynchronous; else the one that ran most callbacks. */
function mainTaskOf(runs: readonly CallbackRun[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { phase, task } of runs) {
    if (task === undefined) continue;
    if (phase === 'prepare') return task;
    counts.set(task, (counts.get(task) ?? 0) + 1);
  }
  const [most] = [...counts].sort((one, two) => two[1] - one[1] || one[0] - two[0]);
  return most?.[0];
}

function uniqueSuperiors(superiors: readonly Superior[]): Superior[] {
  const seen = new Set<string>();
  return superiors.filter(({ device, kind, link }) => {
    const key = `${device}\n${kind}\n${link ?? ''}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

/**
 * What a cycle itself tells of its devices: a simulated one all, a log with prepare callbacks (ftrace) the list and the parents,
 * a kernel log only the parents. `known` adds links of the board.
 */
export function sleepDevices(cycle: SleepCycle, known: SuperiorsOf = () => []): SleepDevices {
  const mainTask = mainTaskOf(cycle.runs);
  const direct = new Set(cycle.directComplete);
  if (cycle.prepared.length > 0) {
    const list = cycle.prepared.map(({ device, parent, asynchronous, syscore, suppliers }): ListedDevice => {
      const over = suppliers.map(
        ({ device: name, link }): Superior => ({ device: name, kind: 'supplier', link }),
      );
      const superiors: Superior[] =
        parent === undefined ? over : [{ device: parent, kind: 'parent' }, ...over];
      return { device, asynchronous, passive: syscore || direct.has(device), superiors };
    });
    return { list, mainTask, superiorsOf: () => [] };
  }
  const parents = new Map<string, string>();
  const asynchronous = new Map<string, boolean>();
  for (const { device, parent, phase, task } of cycle.runs) {
    if (parent !== undefined) parents.set(device, parent);
    if (phase === 'prepare' || phase === 'complete' || task === undefined) continue;
    asynchronous.set(device, asynchronous.get(device) === true || task !== mainTask);
  }
  const superiorsOf: SuperiorsOf = (device) => {
    const parent = parents.get(device);
    const above: Superior[] = parent === undefined ? [] : [{ device: parent, kind: 'parent' }];
    // A parent that the board knows too is told once.
    return uniqueSuperiors([...above, ...known(device).filter((one) => one.device !== parent)]);
  };
  const list = cycle.runs.flatMap((run): ListedDevice[] => {
    if (run.phase !== 'prepare') return [];
    const { device, driver } = run;
    return [
      {
        device,
        ...(driver === undefined ? {} : { driver }),
        asynchronous: asynchronous.get(device),
        passive: false,
        superiors: superiorsOf(device),
      },
    ];
  });
  return { list, mainTask, superiorsOf };
}

type Draft = { -readonly [K in keyof SleepJob]: SleepJob[K] } & {
  readonly passive: boolean;
  readonly superiors: readonly Superior[];
  readonly waits: JobWait[];
};

function isAsynchronous({ task }: CallbackRun, { mainTask }: SleepDevices): boolean {
  return task !== undefined && mainTask !== undefined && task !== mainTask;
}

function draftOf(timed: TimedRun, devices: SleepDevices): Draft {
  const { device } = timed.run;
  return {
    device,
    asynchronous: isAsynchronous(timed.run, devices),
    timed,
    passive: false,
    superiors: devices.superiorsOf(device),
    waits: [],
  };
}

/** Callbacks of devices that are not listed, past which the list counts as another one. */
const EXTRA_LIMIT = 64;
/** Callbacks of one task that can be running at once, each inside of another. */
const NESTING_LIMIT = 16;

/** Jobs of a part whose list is not known: its callbacks in the order in which they began. */
function draftsByTime(part: SleepPart, devices: SleepDevices): Draft[] {
  return part.runs.map((timed) => draftOf(timed, devices));
}

/** Runs of one name in their order; those before `next` have been taken. */
interface Queue {
  readonly runs: TimedRun[];
  next: number;
}

function addTo<Key>(queues: Map<Key, Queue>, key: Key, timed: TimedRun): void {
  const queue = queues.get(key);
  if (queue === undefined) queues.set(key, { runs: [timed], next: 0 });
  else queue.runs.push(timed);
}

/** Runs of a part, from which each listed device takes its own. A device that is prepared again and again has a million. */
class RunsOfDevices {
  readonly #byDevice = new Map<string, Queue>();
  /** Device names are unique on a bus only: made for those that have runs of several drivers. */
  readonly #byDriver = new Map<Queue, Map<string | undefined, Queue>>();
  /** Taken although others of the name stood before them. */
  readonly #taken = new Set<TimedRun>();

  constructor(runs: readonly TimedRun[]) {
    for (const timed of runs) addTo(this.#byDevice, timed.run.device, timed);
  }

  /** The first run of a device that nobody has taken; where the list tells its driver, of that. */
  take({ device, driver }: ListedDevice): TimedRun | undefined {
    const queue = this.#byDevice.get(device);
    const first = queue && this.#first(queue);
    if (queue === undefined || first === undefined) return undefined;
    if (driver === undefined || first.run.driver === driver) {
      queue.next++;
      if (this.#byDriver.has(queue)) this.#taken.add(first);
      return first;
    }
    const others = this.#ofDriver(queue, driver);
    const other = others && this.#first(others);
    if (other !== undefined) this.#taken.add(other);
    return other;
  }

  #first(queue: Queue): TimedRun | undefined {
    const { runs } = queue;
    while (queue.next < runs.length && this.#taken.has(runs[queue.next]!)) queue.next++;
    return runs[queue.next];
  }

  #ofDriver(queue: Queue, driver: string): Queue | undefined {
    let byDriver = this.#byDriver.get(queue);
    if (byDriver === undefined) {
      byDriver = new Map();
      for (const timed of queue.runs.slice(queue.next)) addTo(byDriver, timed.run.driver, timed);
      this.#byDriver.set(queue, byDriver);
    }
    return byDriver.get(driver);
  }

  /** What nobody has taken. */
  left(): TimedRun[] {
    return [...this.#byDevice.values()].flatMap(({ runs, next }) =>
      runs.slice(next).filter((timed) => !this.#taken.has(timed)),
    );
  }
}

/**
 * Jobs of all listed devices in the order of the walk, each with its callback; undefined if the callbacks did not run in
 * that order, so that the list was another one by then. Callbacks of devices that are not listed stand where they ran.
 */
function draftsByList(part: SleepPart, devices: SleepDevices): Draft[] | undefined {
  const { list } = devices;
  const runs = new RunsOfDevices(part.runs);
  const drafts = list.map((entry): Draft => {
    const timed = runs.take(entry);
    return {
      device: entry.device,
      asynchronous: entry.asynchronous ?? (timed === undefined ? false : isAsynchronous(timed.run, devices)),
      timed,
      passive: entry.passive,
      superiors: entry.superiors,
      waits: [],
    };
  });
  const walk = isDown(part) ? drafts.reverse() : drafts;
  const extra = runs.left();
  if (extra.length > EXTRA_LIMIT) return undefined;
  for (const timed of extra) {
    const at = walk.findLastIndex(
      (job) => job.timed !== undefined && job.timed.run.beginSequence < timed.run.beginSequence,
    );
    walk.splice(at + 1, 0, draftOf(timed, devices));
  }
  let last = -1;
  for (const { asynchronous, timed } of walk) {
    if (asynchronous || timed === undefined) continue;
    if (timed.run.beginSequence < last) return undefined;
    last = timed.run.beginSequence;
  }
  return walk;
}

/** Suspend phases and complete walk the list backwards. */
function isDown({ phase, direction }: SleepPart): boolean {
  if (phase === 'prepare') return false;
  return phase === 'complete' || direction === 'suspend';
}

/** Jobs by device name, in the order of the walk. */
function jobsByName(walk: readonly Draft[]): Map<string, number[]> {
  const byName = new Map<string, number[]>();
  for (const [index, { device }] of walk.entries()) {
    const jobs = byName.get(device);
    if (jobs === undefined) byName.set(device, [index]);
    else jobs.push(index);
  }
  return byName;
}

/** The job of a superior: of several devices of that name, the nearest that stands before the subordinate in the list. */
function superiorJob(candidates: readonly number[], subordinate: number, down: boolean): number | undefined {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (candidates[middle]! < subordinate) low = middle + 1;
    else high = middle;
  }
  const before = candidates[low - 1];
  const behind = candidates[low] === subordinate ? candidates[low + 1] : candidates[low];
  return down ? (behind ?? before) : (before ?? behind);
}

function listOrderWait({ waits }: Draft): number {
  return waits.find(({ kind }) => kind === 'list order')?.on ?? -1;
}

/** The waits of the walk itself. `byTime`: places of asynchronous devices are not known. */
function addWalkWaits(
  walk: readonly Draft[],
  down: boolean,
  isAsync: (job: number) => boolean,
  byTime: boolean,
): void {
  let before = -1;
  for (const [index, job] of walk.entries()) {
    const { waits, timed } = job;
    if (!isAsync(index)) {
      if (before >= 0) waits.push({ on: before, kind: 'list order', link: undefined });
      before = index;
    } else if (down) {
      // Without the list, the walk had come at least behind what had ended.
      let on = before;
      for (let depth = 0; byTime && on >= 0 && walk[on]!.timed!.end > timed!.begin; depth++)
        on = depth < NESTING_LIMIT ? listOrderWait(walk[on]!) : -1;
      if (on >= 0) waits.push({ on, kind: 'walk', link: undefined });
    }
  }
}

/** The waits for children and consumers, or for parents and suppliers. */
function addDependencyWaits(walk: readonly Draft[], down: boolean, isAsync: (job: number) => boolean): void {
  const byName = jobsByName(walk);
  for (const [subordinate, { superiors, passive }] of walk.entries()) {
    for (const { device, kind, link } of superiors) {
      const superior = superiorJob(byName.get(device) ?? [], subordinate, down);
      if (superior === undefined || (!isAsync(subordinate) && !isAsync(superior))) continue;
      if (down) {
        // A completion is armed when the walk comes to its device.
        if (subordinate > superior) continue;
        const asSeen = kind === 'parent' ? 'child' : 'consumer';
        walk[superior]!.waits.push({ on: subordinate, kind: asSeen, link });
      } else if (!passive) walk[subordinate]!.waits.push({ on: superior, kind, link });
    }
  }
}

/**
 * The jobs of a part in the order of the walk, with their waits. `asIf` names a device that is taken as asynchronous.
 */
export function sleepJobs(part: SleepPart, devices: SleepDevices, asIf?: string): SleepJob[] {
  const byList = devices.list.length === 0 ? undefined : draftsByList(part, devices);
  const walk = byList ?? draftsByTime(part, devices);
  const never = part.phase === 'prepare' || part.phase === 'complete';
  const isAsync = (job: number) => !never && (walk[job]!.asynchronous || walk[job]!.device === asIf);
  const down = isDown(part);
  addWalkWaits(walk, down, isAsync, byList === undefined);
  if (!never) addDependencyWaits(walk, down, isAsync);
  return walk.map(({ device, timed, waits }, job) => ({ device, timed, waits, asynchronous: isAsync(job) }));
}
