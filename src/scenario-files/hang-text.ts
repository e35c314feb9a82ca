/** Why a run never ends, in words: what each task is in the middle of, and what it waits for. */
import type { Wait } from '../core/task.ts';
import type { WorkItem } from '../core/work-queues.ts';
import { domainOf, linkOf, type World } from '../core/world.ts';
import type { Blocked, JournalEntry } from '../scenarios/index.ts';
import { callText } from './call-text.ts';

/** Entries at the end of a journal in which a loop is looked for. */
const LOOKED_AT = 4000;
/** The longest loop that is looked for. */
const LONGEST_LOOP = 400;

const HOLDER_UNKNOWN = 'whoever holds it waits too';

/** Who holds what `name` stands for: the task in whose frames a callback of it has begun. */
function holderText(name: string, task: number, frames: ReadonlyMap<number, readonly string[]>): string {
  for (const [holder, stack] of frames) {
    const inside = stack.find((frame) => frame.startsWith(`${name} `));
    if (inside !== undefined)
      return `held ${holder === task ? 'by itself' : 'by another task'}, in ${inside}`;
  }
  return HOLDER_UNKNOWN;
}

/** What a task waits for, with the kernel's function that waits. `holder` says who has the lock of that name. */
export function waitText(
  world: World,
  wait: Wait,
  holder: (name: string) => string = () => HOLDER_UNKNOWN,
): string {
  const name = (device: number) => world.devices[device]!.name;
  switch (wait.kind) {
    case 'livelock': {
      const link = linkOf(world, wait.link);
      const [consumer, supplier] = [name(link.consumer), name(link.supplier)];
      return (
        `goes round for ever in device_links_unbind_consumers() of ${name(wait.device)}: ` +
        `the link ${consumer} -> ${supplier} stays '${link.status}', and nothing that runs will change it`
      );
    }
    case 'device-lock':
      return `waits for device_lock() of ${name(wait.device)}, ${holder(name(wait.device))}`;
    case 'links-lock':
      return 'waits for device_links_lock, which a device_link_add() holds while it resumes a supplier';
    case 'runtime-status':
      return (
        `${wait.spins ? 'spins with interrupts off until the end of' : 'waits for'} ` +
        `the runtime ${wait.resuming ? 'suspend or resume' : 'suspend'} of ${name(wait.device)}, ` +
        (wait.spins ? 'and nothing else runs on this processor' : 'which does not end')
      );
    case 'runtime-barrier':
      return `waits in pm_runtime_barrier() of ${name(wait.device)}: a callback of it does not end`;
    case 'runtime-work':
      return `waits for the runtime PM work of ${name(wait.device)}, which does not end`;
    case 'domain-lock':
      return `waits for genpd_lock() of ${domainOf(world, wait.domain).name}: whoever holds it waits too`;
    case 'domain-list-lock':
      return 'waits for gpd_list_lock: whoever holds it waits too';
    case 'dma-mutex':
      return `waits for ${wait.mutex}: whoever holds it waits too, or is the same task`;
    case 'domain-work':
      return `waits for genpd_power_off_work_fn() of ${domainOf(world, wait.domain).name}, which does not end`;
    case 'grace-period':
    case 'srcu-readers':
      return `waits in synchronize_srcu() for readers of the ${wait.domain === 'links' ? 'links' : 'wakeup sources'}`;
    case 'driver-walk':
      return (
        `waits in klist_remove() of driver ${world.drivers[wait.driver]!.name}: ` +
        'who offers a device to the drivers of its bus is in a probe by this one, which does not end'
      );
    case 'probes':
      return 'waits in wait_for_device_probe(): a probe does not end';
    case 'sleep-completion':
      return `waits in dpm_wait() for ${name(wait.device)}, whose callbacks of this phase never end`;
    case 'async':
      return 'waits in async_synchronize_full(): an asynchronous job does not end';
    case 'circle': {
      const circle = [...wait.devices, wait.devices[0]!].map(name).join(' -> ');
      return wait.dies
        ? `kills the kernel: device_is_dependent() or device_reorder_to_tail() calls itself without end in the circle ${circle}`
        : `goes round for ever in the circle of parents ${circle}, which device_move() made`;
    }
    case 'crash':
      return `kills the kernel: it asks for what device_add() makes, and ${name(wait.device)} was not added`;
    case 'endless':
      return 'goes on for ever, and no time passes';
    case 'time':
      return `waits for the clock to come to ${wait.until}`;
    case 'idle':
    case 'settled':
      return 'waits for work that does not end';
  }
}

/** An item of work, by the kernel function that carries it out. */
export function itemText(world: World, item: WorkItem): string {
  switch (item.kind) {
    case 'runtime-pm':
      return `pm_runtime_work() of ${world.devices[item.device]!.name}`;
    case 'flush-barrier':
      return `wq_barrier_func() behind ${itemText(world, item.of)}`;
    case 'domain-power-off':
      return `genpd_power_off_work_fn() of ${domainOf(world, item.domain).name}`;
    case 'link-release':
      return 'device_link_release_fn()';
    case 'grace-period':
      return `srcu_drive_gp() of the ${item.srcu === 'links' ? 'links' : 'wakeup sources'}`;
    case 'deferred-probe':
      return 'deferred_probe_work_func()';
    case 'driver-attach':
    case 'device-attach':
      return `the asynchronous probe of ${world.devices[item.device]!.name}`;
    case 'sleep':
      return `asynchronous ${item.job}() of ${world.devices[item.device]!.name}`;
  }
}

/** Calls and callbacks that have begun and not ended, by task, outermost first. */
function openFrames(journal: readonly JournalEntry[]): Map<number, string[]> {
  const frames = new Map<number, string[]>();
  for (const entry of journal) {
    if (entry.kind !== 'trace') continue;
    const { task, event } = entry;
    const stack = frames.get(task) ?? [];
    frames.set(task, stack);
    if (event.e === 'cmd') stack.push(callText(event.c));
    else if (event.e === 'cb') stack.push(`${event.d} ${event.c}`);
    else if (event.e === 'ret' || event.e === 'cbr') stack.pop();
  }
  return frames;
}

/** One line for each task that waits: where it stands, and for what it waits. */
export function blockedTexts(
  world: World,
  journal: readonly JournalEntry[],
  blocked: readonly Blocked[],
): string[] {
  const frames = openFrames(journal);
  return blocked.map(({ task, item, wait }) => {
    const begun = item === undefined ? [] : [itemText(world, item)];
    const where = [...begun, ...(frames.get(task) ?? [])].join(' > ');
    return `${where} ${waitText(world, wait, (name) => holderText(name, task, frames))}`;
  });
}

/** What happens again and again at the end of a journal, shortest loop first; empty if nothing does. */
export function loopTexts(journal: readonly JournalEntry[]): string[] {
  const texts = journal.slice(-LOOKED_AT).flatMap((entry) => {
    if (entry.kind === 'driver-core') {
      const { event } = entry;
      if (event.kind === 'runtime-status') return [];
      return 'device' in event ? [`${event.device} ${event.kind}`] : [];
    }
    const { event } = entry;
    if (event.e === 'cbr') return [`${event.d} ${event.c} returns ${event.v}`];
    return event.e === 'cmd' ? [callText(event.c)] : [];
  });
  for (let length = 1; length <= Math.min(LONGEST_LOOP, texts.length / 3); length++) {
    const repeats = [...Array(2 * length).keys()].every(
      (back) => texts[texts.length - 1 - back] === texts[texts.length - 1 - back - length],
    );
    if (repeats) return texts.slice(-length);
  }
  return [];
}
