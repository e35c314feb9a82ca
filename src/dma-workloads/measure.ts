/** What a run says: on-times and resumes of devices from its events, and what keeps clients ahead of their engines. */
import { orderingPath } from '../analysis/dependencies.ts';
import { listValues } from '../core/order-list.ts';
import type { DeviceId, World } from '../core/world.ts';
import type { Bench, Client, Engine } from './bench.ts';
import { ORDERED, type Ordered, STOP_PHASES } from './workload.ts';

/** How long a device was not suspended, and how often it was resumed. */
export interface OnTime {
  readonly device: string;
  /** Milliseconds. */
  readonly on: number;
  readonly resumes: number;
}

/** On-time from changes of runtime status; a device without runtime PM is on from its probe. */
export function onTime(
  { world, start }: { readonly world: World; readonly start: number },
  device: DeviceId,
  from: number | undefined,
): OnTime {
  const name = world.devices[device]!.name;
  const end = world.now - start;
  let on = 0;
  let resumes = 0;
  let since: number | undefined = from;
  for (const event of world.events) {
    if (event.kind !== 'runtime-status' || event.device !== device) continue;
    const time = event.time - start;
    if (event.status === 'suspended') {
      if (since !== undefined) on += time - since;
      since = undefined;
    } else {
      since ??= time;
      if (event.status === 'active') resumes++;
    }
  }
  if (since !== undefined) on += end - since;
  return { device: name, on, resumes };
}

function orderOf({ world, design }: Bench, client: Client, engine: Engine): Ordered {
  const { sleep = 'suspend' } = client.file;
  const mine = sleep === 'none' ? 0 : STOP_PHASES.indexOf(sleep);
  const engines = STOP_PHASES.indexOf(design.stopsIn);
  if (engines < mine) return 'against';
  if (orderingPath(world, client.device, engine.device) !== undefined) return 'link';
  if (engines > mine) return 'phase';
  return isBehind(world, client.device, engine.device) ? 'list position' : 'against';
}

/** Suspend goes from the tail. */
export function isBehind(world: World, one: DeviceId, other: DeviceId): boolean {
  const order = listValues(world.dpmList);
  return order.indexOf(one) > order.indexOf(other);
}

/** The weakest of what keeps clients ahead of the engines that they have channels of. */
export function weakestOrder(bench: Bench): Ordered {
  const pairs = bench
    .clients()
    .flatMap((client) => [...client.grants.values()].map(({ engine }) => orderOf(bench, client, engine)));
  return weakestOf(pairs);
}

/** The weakest of all pairs. */
export function weakestOf(pairs: readonly Ordered[]): Ordered {
  return pairs.reduce<Ordered>(
    (weakest, one) => (ORDERED.indexOf(one) > ORDERED.indexOf(weakest) ? one : weakest),
    pairs.length === 0 ? 'nobody has a channel' : 'link',
  );
}
