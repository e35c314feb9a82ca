/**
 * The shape of a saved World, field by field, for {@link restoreWorld}. The types hold it to the World: a field that is added
 * there and not described here does not compile. What fields mean to each other is world-consistency.ts.
 */
import type { AsyncEntries } from './async-jobs.ts';
import { board, reference } from './board-shape.ts';
import type { DeviceLink } from './device.ts';
import type { LockWaiters } from './device-lock.ts';
import { bus, device, deviceLink, driver, powerDomain } from './device-shape.ts';
import { dmaLayer } from './dma-shape.ts';
import { event } from './event-shape.ts';
import type { IdLists, Walk } from './id-lists.ts';
import { type OrderList, UNLISTED } from './order-list.ts';
import {
  bare,
  count,
  flag,
  id,
  idOrNone,
  ids,
  int,
  list,
  MOST,
  maybe,
  none,
  object,
  oneOf,
  optional,
  type Shape,
  tagged,
  text,
  time,
  whole,
} from './shape.ts';
import { SRCU_DOMAINS, type Srcu } from './srcu.ts';
import type { Timer } from './timers.ts';
import { SHARED_QUEUES, type SharedQueue, type WaitQueue, type WakeUp } from './wake-up.ts';
import type { WakeupSource, WakeupSources } from './wakeup-source.ts';
import {
  type AwakeWorker,
  type Barrier,
  type FlushedItem,
  POOLS,
  type SleepJob,
  type WorkItem,
  type WorkQueues,
} from './work-queues.ts';
import {
  FW_DEVLINK_MODES,
  type Fwnode,
  type FwnodeLink,
  type PowerDomains,
  type SystemSleep,
  type World,
  type WorldSettings,
} from './world.ts';

const settings = object<WorldSettings>({
  kernel: text,
  fwDevlink: oneOf(...FW_DEVLINK_MODES),
  fwDevlinkStrict: flag,
  amba: flag,
  modules: flag,
  deferredProbeTimeout: int,
  history: flag,
  ticksPerMillisecond: whole(1, 1000),
});

const fwnode = object<Fwnode>({
  device: idOrNone,
  linksAdded: flag,
  notDevice: flag,
  initialized: flag,
  populated: flag,
  populatedBus: flag,
  suppliers: ids,
  consumers: ids,
});

const fwnodeLink = object<FwnodeLink>({
  consumer: id,
  supplier: id,
  cycle: flag,
  ignore: flag,
  causes: list(reference),
});

const neighbours = list(whole(UNLISTED, MOST));
const orderList = object<OrderList>({
  head: idOrNone,
  tail: idOrNone,
  next: neighbours,
  previous: neighbours,
});

/** A walk belongs to a task, and no task is part of a World. */
const noWalks = none<Walk>('a walk');
const idLists = object<IdLists>({
  head: list(idOrNone),
  tail: list(idOrNone),
  next: neighbours,
  previous: neighbours,
  walks: noWalks,
});

const SLEEP_JOBS: readonly SleepJob[] = [
  'device_suspend',
  'device_suspend_late',
  'device_suspend_noirq',
  'device_resume_noirq',
  'device_resume_early',
  'device_resume',
];

function attachItem<K extends 'driver-attach' | 'device-attach'>(kind: K) {
  return object<{ readonly kind: K; readonly device: number; readonly entry: number }>({
    kind: oneOf(kind),
    device: id,
    entry: count,
  } as never);
}

const FLUSHED = {
  'runtime-pm': object<Extract<WorkItem, { kind: 'runtime-pm' }>>({ kind: oneOf('runtime-pm'), device: id }),
  'domain-power-off': object<Extract<WorkItem, { kind: 'domain-power-off' }>>({
    kind: oneOf('domain-power-off'),
    domain: id,
  }),
  'deferred-probe': bare('deferred-probe'),
};

const workItem = tagged<WorkItem, 'kind'>('kind', {
  ...FLUSHED,
  'flush-barrier': object<Barrier>({
    kind: oneOf('flush-barrier'),
    of: tagged<FlushedItem, 'kind'>('kind', FLUSHED),
    barrier: count,
    chain: count,
  }),
  'link-release': bare('link-release'),
  'grace-period': object<Extract<WorkItem, { kind: 'grace-period' }>>({
    kind: oneOf('grace-period'),
    srcu: oneOf(...SRCU_DOMAINS),
  }),
  'driver-attach': attachItem('driver-attach'),
  'device-attach': attachItem('device-attach'),
  sleep: object<Extract<WorkItem, { kind: 'sleep' }>>({
    kind: oneOf('sleep'),
    job: oneOf(...SLEEP_JOBS),
    device: id,
    entry: count,
  }),
});

const awakeWorker = object<AwakeWorker>({
  pool: oneOf(...POOLS),
  active: flag,
  order: time,
  scheduled: list(workItem),
  ending: optional(workItem),
});

const lockWaiters = object<LockWaiters>({
  device: id,
  queue: list(count),
  tickets: count,
  woken: count,
  handoff: flag,
  handedTo: count,
});

const srcu = object<Srcu>({
  readers: list(count),
  side: whole(0, 1),
  tickets: count,
  taken: count,
  done: count,
  waiting: count,
  queued: flag,
  running: flag,
});

const sharedQueue = oneOf(...SHARED_QUEUES);
const waitQueue: Shape<WaitQueue> = (value) => (typeof value === 'string' ? sharedQueue(value) : id(value));

const work = object<WorkQueues>({
  percpu: list(workItem),
  unbound: list(workItem),
  woken: list(awakeWorker),
  idle: object<WorkQueues['idle']>({ percpu: list(time), unbound: list(time) }),
  wakes: time,
  executing: oneOf('none', ...POOLS),
  frozen: flag,
  frozenItems: list(workItem),
  later: object<WorkQueues['later']>({
    percpu: list(list(workItem)),
    unbound: list(list(workItem)),
    frozenItems: list(list(workItem)),
  }),
  releases: list(deviceLink),
  releasing: none<DeviceLink>('a worker that releases a link'),
  timers: list(object<Timer>({ at: time, device: id, order: time })),
  timersSet: time,
  blunt: ids,
  asyncEntries: object<AsyncEntries>({ free: list(count), made: count, jobs: count }),
  running: none<WorkItem>('a worker in the middle of its item'),
  awaited: none<SharedQueue>('a task that waits in a queue'),
  wakeUps: list(object<WakeUp>({ queue: waitQueue, order: time })),
});

const sleep = object<SystemSleep>({
  prepared: orderList,
  suspended: orderList,
  lateEarly: orderList,
  noirq: orderList,
  completed: orderList,
  async: flag,
  asyncError: int,
  running: flag,
  wakeupPending: flag,
});

/** A World of which each part is what its type says. */
export const worldShape: Shape<World> = object<World>({
  settings,
  board,
  fwnodes: list(fwnode),
  fwnodeLinks: list(maybe(fwnodeLink)),
  devices: list(device),
  children: idLists,
  links: list(maybe(deviceLink)),
  supplierLinks: idLists,
  consumerLinks: idLists,
  drivers: list(driver),
  driverDevices: idLists,
  buses: list(bus),
  busDevices: idLists,
  dpmList: orderList,
  devicesKset: orderList,
  deferred: object<World['deferred']>({
    pending: ids,
    active: ids,
    enabled: flag,
    triggers: count,
    initcallsDone: flag,
    workQueued: flag,
    flushing: count,
    begun: count,
    blocked: flag,
    probing: count,
    moved: count,
  }),
  deferSyncState: whole(-MOST, MOST),
  unaddedConsumers: ids,
  hasCircle: flag,
  deferredSync: ids,
  now: time,
  work,
  sleep,
  powerDomains: object<PowerDomains>({ all: list(powerDomain), listLocked: flag, irqSafeWarned: flag }),
  dma: dmaLayer,
  driverRegistrationDone: flag,
  searchSteps: count,
  lockWaiters: list(lockWaiters),
  wakeupSources: object<WakeupSources>({
    all: list(maybe(object<WakeupSource>({ device: id, inSysfs: flag, folder: count }))),
    free: count,
  }),
  linksLocked: flag,
  srcu: object<World['srcu']>({ links: srcu, wakeup: srcu }),
  cycles: list(ids),
  events: list(event),
  recording: flag,
  currentTask: count,
  interruptsOff: flag,
});
