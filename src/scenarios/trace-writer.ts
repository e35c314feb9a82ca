/**
 * The trace of a scenario in the recorded format: one JSON object a line, with the recorded keys in the recorded order.
 * ../shared/data/kernel-6.12/README.md, "Events".
 */
import type { DeviceLinkStatus, DeviceLinksStatus } from '../core/device-link.ts';
import { RUNTIME_REQUESTS } from '../core/device-power.ts';
import { listValues, type OrderList } from '../core/order-list.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import { type DeviceId, domainOf, type LinkId, linkOf, supplierLinksOf } from '../core/world.ts';
import { driverCoreEvent, enter } from './journal.ts';
import type { Session } from './session.ts';
import type { TraceEvent } from './trace-event.ts';

const LINK_STATUS_WORDS: Readonly<Record<DeviceLinkStatus, string>> = {
  'not tracked': 'none',
  dormant: 'dormant',
  available: 'available',
  'consumer probing': 'consumer-probe',
  active: 'active',
  'supplier unbinding': 'supplier-unbind',
};

const LINKS_STATUS_NUMBERS: readonly DeviceLinksStatus[] = [
  'no driver',
  'probing',
  'driver bound',
  'unbinding',
];

/** Milliseconds since the session's start. */
function sinceStart({ world, start }: Session, time: number): number {
  return (time - start) / world.settings.ticksPerMillisecond;
}

function timeOf(session: Session, time: number): number {
  return sinceStart(session, session.frozenTime ?? time);
}

/** One line of the trace, or an entry of the journal where there is one. */
function write(session: Session, time: number, event: TraceEvent): void {
  const t = timeOf(session, time);
  const { journal, world } = session;
  if (journal === undefined) session.trace.push(JSON.stringify({ t, ...event }));
  else enter(journal, { kind: 'trace', time: sinceStart(session, time), task: world.currentTask, t, event });
}

/** What stands in the trace is forgotten where nobody else will ask, so that a long scenario needs no more memory than a short one. */
function forgetEvents(session: Session): void {
  const { world } = session;
  if (world.recording || world.settings.history) return;
  world.events.length = 0;
  session.eventsSeen = 0;
}

/** What the model did since the last line: kernel messages and warnings, and in a journal also what the driver core did. */
export function writeKernelMessages(session: Session): void {
  if (session.silent) return;
  const { world, journal } = session;
  const { events, now } = world;
  for (; session.eventsSeen < events.length; session.eventsSeen++) {
    const event = events[session.eventsSeen]!;
    if (event.kind === 'message') write(session, event.time, { e: 'msg', m: event.text });
    else if (event.kind === 'warning') write(session, event.time, { e: 'warn', m: event.place });
    else if (journal !== undefined) {
      const known = driverCoreEvent(world, event);
      const time = 'time' in event ? event.time : now;
      if (known !== undefined)
        enter(journal, { kind: 'driver-core', time: sinceStart(session, time), event: known });
    }
  }
  forgetEvents(session);
}

/** One line; what the kernel printed before it stands before it. */
export function writeEvent(session: Session, event: TraceEvent): void {
  if (session.silent) return;
  writeKernelMessages(session);
  write(session, session.world.now, event);
}

/** The last line of a trace: its end, or where the kernel hung or died. */
export function writeEnd(session: Session, hang: 'script' | 'cleanup' | undefined, crashed = false): void {
  writeKernelMessages(session);
  const e = crashed ? 'crash' : 'hang';
  session.trace.push(JSON.stringify(hang === undefined ? { e: 'end' } : { e, in: hang }));
}

/** A `dev` line. */
export function writeDevice(session: Session, id: DeviceId): void {
  const { world } = session;
  const device = world.devices[id]!;
  const { power } = device;
  const why = device.deferredReason;
  writeEvent(session, {
    e: 'dev',
    d: device.name,
    rpm: power.runtimeStatus,
    usage: power.usageCount,
    child: power.childCount,
    disable: power.disableDepth,
    err: power.runtimeError,
    auto: power.runtimeAuto ? 1 : 0,
    req: power.requestPending ? RUNTIME_REQUESTS.indexOf(power.request) : 0,
    timer: power.timerExpires > 0 ? 1 : 0,
    links: device.linksCount,
    last: power.lastStatus,
    idle_n: power.idleNotification ? 1 : 0,
    defres: power.deferredResume ? 1 : 0,
    drv: device.bound ? world.drivers[device.driver]!.name : null,
    dl: LINKS_STATUS_NUMBERS.indexOf(device.linksStatus),
    deferred: device.deferred === 'none' ? 0 : 1,
    synced: device.stateSynced ? 1 : 0,
    ...(why === undefined ? {} : { why: `${device.deferredBy}: ${why}` }),
  });
}

function writeLink(session: Session, id: LinkId): void {
  const { world } = session;
  const link = linkOf(world, id);
  writeEvent(session, {
    e: 'link',
    con: world.devices[link.consumer]!.name,
    sup: world.devices[link.supplier]!.name,
    st: LINK_STATUS_WORDS[link.status],
    fl: link.flags,
    rpm: link.rpmActive,
    ref: link.references,
    spp: link.supplierPreactivated ? 1 : 0,
  });
}

/** All `dev` lines. */
export function writeDevices(session: Session): void {
  for (const id of session.devices.values()) writeDevice(session, id);
}

/** All `link` lines, by consumer. */
export function writeLinks(session: Session): void {
  for (const id of session.devices.values()) {
    for (const link of supplierLinksOf(session.world, id)) writeLink(session, link);
  }
}

/** A `gpd` line: a power domain. */
export function writeDomain(session: Session, id: PowerDomainId): void {
  const { world } = session;
  const domain = domainOf(world, id);
  writeEvent(session, {
    e: 'gpd',
    d: domain.name,
    st: domain.status,
    sd: domain.subdomainsOn,
    devs: domain.devices.map((device) => world.devices[device]!.name),
    prep: domain.preparedCount | 0,
    susp: domain.suspendedCount | 0,
    parents: domain.parents.map((parent) => domainOf(world, parent).name),
    off_n: domain.usage,
    rej: domain.rejected,
  });
}

/** All `gpd` lines. */
export function writeDomains(session: Session): void {
  for (const id of session.domains.values()) writeDomain(session, id);
}

/** The `list` line: dpm_list and devices_kset. */
export function writeLists(session: Session): void {
  const names = (list: OrderList) => listValues(list).map((id) => session.world.devices[id]!.name);
  writeEvent(session, {
    e: 'list',
    dpm: names(session.world.dpmList),
    kset: names(session.world.devicesKset),
  });
}
