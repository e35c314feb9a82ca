/** The shapes of devices, links, drivers and power domains, typed against their files as world-shape.ts is. */
import { reference } from './board-shape.ts';
import {
  type Bus,
  createDevice,
  type Device,
  type DeviceLink,
  type Driver,
  type ProbeBehaviour,
} from './device.ts';
import type { DeviceLinkStatus } from './device-link.ts';
import {
  createDevicePower,
  type DevicePower,
  type PmList,
  RUNTIME_REQUESTS,
  type RuntimeStatus,
} from './device-power.ts';
import {
  DOMAIN_GOVERNORS,
  type DomainMembership,
  type DomainTiming,
  type GovernorData,
  NO_LATENCY_CONSTRAINT,
  type PowerDomain,
} from './power-domain.ts';
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
  tagged,
  text,
  time,
  whole,
} from './shape.ts';

const RUNTIME_STATUSES: readonly RuntimeStatus[] = ['active', 'resuming', 'suspended', 'suspending'];
const PM_LISTS: readonly PmList[] = [
  'none',
  'dpm',
  'prepared',
  'suspended',
  'late-early',
  'noirq',
  'completed',
];

const power = object<DevicePower>(
  {
    runtimeStatus: oneOf(...RUNTIME_STATUSES),
    lastStatus: oneOf(...RUNTIME_STATUSES, 'invalid', 'blocked'),
    disableDepth: count,
    usageCount: whole(-MOST, MOST),
    childCount: count,
    runtimeError: int,
    request: oneOf(...RUNTIME_REQUESTS),
    requestPending: flag,
    deferredResume: flag,
    idleNotification: flag,
    timerExpires: time,
    timerPlace: idOrNone,
    timerAutosuspends: flag,
    useAutosuspend: flag,
    autosuspendDelay: int,
    lastBusy: time,
    ignoreChildren: flag,
    noCallbacks: flag,
    irqSafe: flag,
    runtimeAuto: flag,
    needsForceResume: flag,
    list: oneOf(...PM_LISTS),
    isPrepared: flag,
    isSuspended: flag,
    isLateSuspended: flag,
    isNoirqSuspended: flag,
    directComplete: flag,
    smartSuspend: flag,
    mustResume: flag,
    maySkipResume: flag,
    wakeupSource: idOrNone,
    wakeupPath: flag,
    syscore: flag,
    noPmCallbacks: flag,
    asyncInProgress: flag,
    completed: flag,
    resumeLatency: whole(0, NO_LATENCY_CONSTRAINT),
    latencyRequested: flag,
    qos: oneOf('none', 'allocated', 'gone'),
    driverFlags: count,
  },
  createDevicePower,
);

const nanoseconds = whole(-1, Number.MAX_SAFE_INTEGER);

const timing = object<DomainTiming>({
  suspendLatency: nanoseconds,
  resumeLatency: nanoseconds,
  effectiveConstraint: nanoseconds,
  constraintChanged: flag,
  cachedSuspendOk: flag,
});

const membership = object<DomainMembership>({ domain: id, rpmAlwaysOn: flag, timing: maybe(timing) });

const NOBODY = { name: '', bus: '', parent: -1, node: -1 };

export const device = object<Device>(
  {
    name: text,
    bus: text,
    parent: idOrNone,
    node: idOrNone,
    namedAsParent: count,
    sameName: idOrNone,
    linksStatus: oneOf('no driver', 'probing', 'driver bound', 'unbinding'),
    canMatch: flag,
    driver: idOrNone,
    bound: flag,
    deferred: oneOf('none', 'pending', 'active'),
    deferredReason: maybe(text),
    deferredBy: text,
    deferrals: count,
    triggersBefore: idOrNone,
    asyncSuspend: flag,
    stateSynced: flag,
    linksCount: whole(-MOST, MOST),
    movedWith: idOrNone,
    movedForLink: idOrNone,
    registered: flag,
    sysfsGone: flag,
    dead: flag,
    readyToProbe: flag,
    joined: flag,
    locked: flag,
    awaited: count,
    asyncDriver: idOrNone,
    typeOps: maybe(count),
    domainOps: maybe(count),
    membership: maybe(membership),
    power,
  },
  () => createDevice(NOBODY),
);

const LINK_STATUSES: readonly DeviceLinkStatus[] = [
  'not tracked',
  'dormant',
  'available',
  'consumer probing',
  'active',
  'supplier unbinding',
];

export const deviceLink = object<DeviceLink>({
  supplier: id,
  consumer: id,
  flags: count,
  status: oneOf(...LINK_STATUSES),
  references: count,
  rpmActive: count,
  supplierPreactivated: flag,
  causes: maybe(list(reference)),
});

const probe = tagged<ProbeBehaviour, 'kind'>('kind', {
  return: object<Extract<ProbeBehaviour, { kind: 'return' }>>({ kind: oneOf('return'), value: int }),
  'simple-pm-bus': bare('simple-pm-bus'),
  'clock-provider': bare('clock-provider'),
  'fixed-factor-clock': bare('fixed-factor-clock'),
  populate: bare('populate'),
  typical: object<Extract<ProbeBehaviour, { kind: 'typical' }>>({
    kind: oneOf('typical'),
    calls: optional(flag),
  }),
  callback: bare('callback'),
});

export const driver = object<Driver>({
  name: text,
  bus: text,
  compatibles: list(text),
  matchesAll: optional(flag),
  matchesAllBut: optional(list(text)),
  matches: optional(list(text)),
  probe,
  ops: optional(count),
  syncState: optional(flag),
  asyncProbe: optional(flag),
});

export const bus = object<Bus>({
  name: text,
  drivers: ids,
  walks: none<number>('a walk over the drivers of a bus'),
});

const governorData = object<GovernorData>({
  maxOffTime: nanoseconds,
  maxOffTimeChanged: flag,
  cachedPowerDownOk: flag,
});

export const powerDomain = object<PowerDomain>({
  name: text,
  governor: oneOf(...DOMAIN_GOVERNORS),
  alwaysOn: flag,
  rpmAlwaysOn: flag,
  irqSafe: flag,
  activeWakeup: flag,
  devOps: flag,
  status: oneOf('on', 'off'),
  devices: ids,
  parents: ids,
  subdomains: ids,
  subdomainsOn: count,
  preparedCount: whole(-MOST, MOST),
  suspendedCount: whole(-MOST, MOST),
  usage: count,
  rejected: count,
  powerOnLatency: nanoseconds,
  powerOffLatency: nanoseconds,
  governorData: maybe(governorData),
  powerOffQueued: flag,
  locked: flag,
  lockQueue: none('a task that waits for a lock'),
  unlockedAt: whole(0, 0),
});
