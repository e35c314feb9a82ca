/**
 * Adding a device link: refusals, merging with a link that exists, initial state.
 * Follows drivers/base/core.c:device_link_add, ../semantics device-links.md sections 2 to 4.
 */
import type { BoardReference } from '../core/board.ts';
import { DL_FLAG, isSyncStateOnly } from '../core/device-link.ts';
import { linksWriteLock } from '../core/device-lock.ts';
import { appendId } from '../core/id-lists.ts';
import { nameExistsMessages } from '../core/sysfs-messages.ts';
import type { Task } from '../core/task.ts';
import { queueWork } from '../core/work-queues.ts';
import { type DeviceId, type DeviceLink, happened, type LinkId, linkOf, type World } from '../core/world.ts';
import {
  pmRuntimeGetSync,
  pmRuntimeNewLink,
  pmRuntimePut,
  pmRuntimePutNoidle,
  pmRuntimeResume,
} from '../pm/index.ts';
import { walkSubordinates } from './circles.ts';
import { linkTransition } from './link-transitions.ts';
import { deviceIsDependent, deviceReorderToTail } from './reorder.ts';

/** Why device_link_add() returns NULL; the kernel itself does not tell. */
export type LinkRefusal =
  | 'same device'
  | 'flags that callers may not pass'
  | 'STATELESS with a flag of managed links'
  | 'AUTOPROBE_CONSUMER with AUTOREMOVE_CONSUMER or AUTOREMOVE_SUPPLIER'
  | 'SYNC_STATE_ONLY with a flag other than INFERRED and CYCLE'
  | 'RPM_ACTIVE and the supplier cannot be resumed'
  | 'supplier is not registered'
  | 'supplier depends on the consumer'
  | 'SYNC_STATE_ONLY to a consumer that is bound or unbinding'
  | 'link of that name is registered';

export type LinkAddResult =
  | { readonly kind: 'added' | 'merged'; readonly link: LinkId }
  | { readonly kind: 'refused'; readonly reason: LinkRefusal };

const AUTOREMOVE = DL_FLAG.AUTOREMOVE_CONSUMER | DL_FLAG.AUTOREMOVE_SUPPLIER;
/** DL_MANAGED_LINK_FLAGS of core.c. */
const MANAGED_LINK_FLAGS =
  AUTOREMOVE | DL_FLAG.AUTOPROBE_CONSUMER | DL_FLAG.SYNC_STATE_ONLY | DL_FLAG.INFERRED | DL_FLAG.CYCLE;
/** DL_ADD_VALID_FLAGS of core.c. */
const VALID_FLAGS = MANAGED_LINK_FLAGS | DL_FLAG.STATELESS | DL_FLAG.PM_RUNTIME | DL_FLAG.RPM_ACTIVE;

/** The refusal that the flags alone decide, in the kernel's order of tests. */
function refusalByFlags(flags: number): LinkRefusal | undefined {
  if ((flags & ~VALID_FLAGS) !== 0) return 'flags that callers may not pass';
  if (flags & DL_FLAG.STATELESS && flags & MANAGED_LINK_FLAGS)
    return 'STATELESS with a flag of managed links';
  if (flags & DL_FLAG.AUTOPROBE_CONSUMER && flags & AUTOREMOVE) {
    return 'AUTOPROBE_CONSUMER with AUTOREMOVE_CONSUMER or AUTOREMOVE_SUPPLIER';
  }
  return undefined;
}

function refusalByDevices(
  world: World,
  consumer: DeviceId,
  supplier: DeviceId,
  flags: number,
): LinkRefusal | undefined {
  if (world.devices[supplier]!.power.list === 'none') return 'supplier is not registered';
  if (flags & DL_FLAG.SYNC_STATE_ONLY) {
    const { linksStatus } = world.devices[consumer]!;
    const free = linksStatus === 'no driver' || linksStatus === 'probing';
    return free ? undefined : 'SYNC_STATE_ONLY to a consumer that is bound or unbinding';
  }
  return deviceIsDependent(world, consumer, supplier) ? 'supplier depends on the consumer' : undefined;
}

/** The link between two devices; there is one at most. */
export function findLink(world: World, consumer: DeviceId, supplier: DeviceId): LinkId | undefined {
  const { supplierLinks, consumerLinks } = world;
  let one = supplierLinks.head[consumer]!;
  let other = consumerLinks.head[supplier]!;
  // The link stands in both lists, so the search ends with the shorter one.
  while (one >= 0 && other >= 0) {
    if (linkOf(world, one).supplier === supplier) return one;
    if (linkOf(world, other).consumer === consumer) return other;
    one = supplierLinks.next[one]!;
    other = consumerLinks.next[other]!;
  }
  return undefined;
}

/** devlink_dev_release(): what a link still holds is given back later. */
export function queueRelease(world: World, link: DeviceLink): void {
  world.work.releases.push(link);
  queueWork(world, { kind: 'link-release' });
}

/**
 * device_register() of a link, which is named after its ends: refused while a consumer that was given up before it was added has left
 * a link of that name. What is left of the new one goes as a removed link does.
 */
function refusedByName(world: World, consumer: DeviceId, link: DeviceLink): boolean {
  const { name, bus, registered } = world.devices[consumer]!;
  const isTaken = world.unaddedConsumers.some((other) => {
    const before = world.devices[other]!;
    const isNamesake = other !== consumer && before.name === name && before.bus === bus;
    return isNamesake && findLink(world, other, link.supplier) !== undefined;
  });
  if (!registered && !world.unaddedConsumers.includes(consumer)) world.unaddedConsumers.push(consumer);
  if (!isTaken) return false;
  const supplier = world.devices[link.supplier]!;
  const entry = `${supplier.bus}:${supplier.name}--${bus}:${name}`;
  nameExistsMessages(world, `/devices/virtual/devlink/${entry}`, entry);
  queueRelease(world, { ...link, rpmActive: 1 });
  return true;
}

/** A new link that is in no list yet; undefined where its name is taken. */
function createLink(
  world: World,
  consumer: DeviceId,
  supplier: DeviceId,
  flags: number,
  causes: readonly BoardReference[],
): LinkId | undefined {
  const stateless = (flags & DL_FLAG.STATELESS) !== 0;
  const link: DeviceLink = {
    supplier,
    consumer,
    flags,
    status: 'not tracked',
    references: 1,
    rpmActive: holdsSupplier(flags) ? 2 : 1,
    supplierPreactivated: false,
    causes: causes.length > 0 ? [...causes] : undefined,
  };
  if (refusedByName(world, consumer, link)) return undefined;
  if (!stateless) linkTransition(world, link, 'device_link_init_status');
  if (flags & DL_FLAG.PM_RUNTIME) pmRuntimeNewLink(world, consumer);
  return world.links.push(link) - 1;
}

/** The end of device_link_add() for a new link. */
function enterLists(world: World, id: LinkId): void {
  const { supplier, consumer, flags } = linkOf(world, id);
  appendId(world.consumerLinks, supplier, id);
  appendId(world.supplierLinks, consumer, id);
  happened(world, { kind: 'link-add', link: id });
  if (!(flags & DL_FLAG.SYNC_STATE_ONLY))
    deviceReorderToTail(world, consumer, { by: 'link', link: id, root: consumer });
}

function addCauses(link: DeviceLink, causes: readonly BoardReference[]): void {
  if (causes.length > 0) link.causes = [...(link.causes ?? []), ...causes];
}

/** Lifetime only ever grows: AUTOREMOVE_CONSUMER, then AUTOREMOVE_SUPPLIER, then persistent. */
function mergeLifetime(link: DeviceLink, flags: number): void {
  if (flags & DL_FLAG.AUTOREMOVE_SUPPLIER) {
    if (link.flags & DL_FLAG.AUTOREMOVE_CONSUMER) {
      link.flags = (link.flags & ~DL_FLAG.AUTOREMOVE_CONSUMER) | DL_FLAG.AUTOREMOVE_SUPPLIER;
    }
  } else if (!(flags & DL_FLAG.AUTOREMOVE_CONSUMER)) {
    link.flags &= ~AUTOREMOVE;
  }
}

/** PM_RUNTIME with RPM_ACTIVE: the link holds its supplier active. */
function holdsSupplier(flags: number): boolean {
  return (flags & DL_FLAG.PM_RUNTIME) !== 0 && (flags & DL_FLAG.RPM_ACTIVE) !== 0;
}

/** Section 3: a request for a pair that has a link already. */
function mergeLink(world: World, id: LinkId, flags: number): void {
  const link = linkOf(world, id);
  const reorder = () =>
    deviceReorderToTail(world, link.consumer, { by: 'link', link: id, root: link.consumer });
  if (!(flags & DL_FLAG.INFERRED)) link.flags &= ~DL_FLAG.INFERRED;
  if (flags & DL_FLAG.PM_RUNTIME) {
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) {
      pmRuntimeNewLink(world, link.consumer);
      link.flags |= DL_FLAG.PM_RUNTIME;
    }
    if (flags & DL_FLAG.RPM_ACTIVE) link.rpmActive++;
  }
  if (flags & DL_FLAG.STATELESS) {
    link.references++;
    const upgraded = link.flags & DL_FLAG.SYNC_STATE_ONLY && !(link.flags & DL_FLAG.STATELESS);
    link.flags |= DL_FLAG.STATELESS;
    if (upgraded) reorder();
    return;
  }
  mergeLifetime(link, flags);
  if (!(link.flags & DL_FLAG.MANAGED)) {
    link.references++;
    link.flags |= DL_FLAG.MANAGED;
    linkTransition(world, link, 'device_link_init_status');
  }
  if (link.flags & DL_FLAG.SYNC_STATE_ONLY && !(flags & DL_FLAG.SYNC_STATE_ONLY)) {
    link.flags &= ~DL_FLAG.SYNC_STATE_ONLY;
    reorder();
  }
}

/** device_link_add() behind its tests of flags: the supplier is resumed already if it shall be. */
function* addOrMerge(
  world: World,
  consumer: DeviceId,
  supplier: DeviceId,
  flags: number,
  causes: readonly BoardReference[],
): Task<LinkAddResult> {
  if (world.linksLocked) yield* linksWriteLock(world);
  const isInWalk = !(flags & DL_FLAG.SYNC_STATE_ONLY) && world.devices[supplier]!.power.list !== 'none';
  if (isInWalk) yield* walkSubordinates(world, consumer, supplier);
  const refuse = (reason: LinkRefusal): LinkAddResult => {
    if (holdsSupplier(flags)) pmRuntimePut(world, supplier);
    return { kind: 'refused', reason };
  };
  const refused = refusalByDevices(world, consumer, supplier, flags);
  if (refused !== undefined) return refuse(refused);
  const wanted = flags & DL_FLAG.AUTOREMOVE_SUPPLIER ? flags & ~DL_FLAG.AUTOREMOVE_CONSUMER : flags;
  const existing = findLink(world, consumer, supplier);
  if (existing === undefined) {
    const link = createLink(world, consumer, supplier, wanted, causes);
    if (link === undefined) return refuse('link of that name is registered');
    if (flags & DL_FLAG.PM_RUNTIME && linkOf(world, link).status === 'consumer probing') {
      // The consumer is in its probe; nothing keeps the supplier up afterwards.
      world.linksLocked = true;
      yield* pmRuntimeResume(world, supplier);
      world.linksLocked = false;
    }
    enterLists(world, link);
    return { kind: 'added', link };
  }
  addCauses(linkOf(world, existing), causes);
  mergeLink(world, existing, wanted);
  return { kind: 'merged', link: existing };
}

/**
 * device_link_add(): makes `consumer` depend on `supplier`.
 *
 * `flags` are DL_FLAG_* bits as a caller may pass them; `causes` are the references of the board behind the request. A
 * pair has one link at most, so a second request changes the first link. A refusal says which rule refused. As in the
 * kernel, a supplier that RPM_ACTIVE resumed is put again on most refusals, but not where SYNC_STATE_ONLY has a flag too
 * many: that reference is lost.
 */
export function* deviceLinkAdd(
  world: World,
  consumer: DeviceId,
  supplier: DeviceId,
  flags: number,
  causes: readonly BoardReference[] = [],
): Task<LinkAddResult> {
  const refused = consumer === supplier ? 'same device' : refusalByFlags(flags);
  if (refused !== undefined) return { kind: 'refused', reason: refused };
  if (holdsSupplier(flags) && (yield* pmRuntimeGetSync(world, supplier)) < 0) {
    pmRuntimePutNoidle(world, supplier);
    return { kind: 'refused', reason: 'RPM_ACTIVE and the supplier cannot be resumed' };
  }
  const wanted = flags & DL_FLAG.STATELESS ? flags : flags | DL_FLAG.MANAGED;
  if (wanted & DL_FLAG.SYNC_STATE_ONLY && !isSyncStateOnly(wanted)) {
    return { kind: 'refused', reason: 'SYNC_STATE_ONLY with a flag other than INFERRED and CYCLE' };
  }
  return yield* addOrMerge(world, consumer, supplier, wanted, causes);
}
