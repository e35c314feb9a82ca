/** The device link of a channel request, and what becomes of it when the channel is released. */
import type { BoardReference } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { DmaLinkPolicy } from '../core/dma-engine.ts';
import { EINVAL } from '../core/errno.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, type LinkId, linkOf, type World } from '../core/world.ts';
import { deviceLinkAdd, deviceLinkDel, type LinkRefusal } from '../links/index.ts';

/** Flags of the links that fw_devlink=rpm makes. */
export const FW_DEVLINK_FLAGS = DL_FLAG.AUTOPROBE_CONSUMER | DL_FLAG.PM_RUNTIME | DL_FLAG.INFERRED;

/** Whose link it is. */
export interface DmaLinkEnds {
  readonly client: DeviceId;
  readonly engine: DeviceId;
  /** The device of the channel. */
  readonly channel: DeviceId;
}

export type DmaLinkResult =
  /** The policy wants none at a request. */
  | { readonly kind: 'none' }
  | { readonly kind: 'added' | 'merged'; readonly link: LinkId }
  /** The request fails with this error; the caller gives the channel back. */
  | { readonly kind: 'refused'; readonly reason: LinkRefusal; readonly error: number };

/** pm_runtime_active(): a device whose runtime PM is disabled counts as active, whatever its status. */
export function pmRuntimeActive(world: World, id: DeviceId): boolean {
  const { runtimeStatus, disableDepth } = world.devices[id]!.power;
  return runtimeStatus === 'active' || disableDepth > 0;
}

/**
 * The link that a granted request makes, by device_link_add() with the policy's target and flags; `causes` are the references of
 * the board behind the request. A refusal carries device_link_add()'s reason and the error that the request ends with.
 */
export function* dmaRequestLink(
  world: World,
  policy: DmaLinkPolicy,
  { client, engine, channel }: DmaLinkEnds,
  causes: readonly BoardReference[] = [],
): Task<DmaLinkResult> {
  if (policy.target === 'none' || policy.made === 'at creation') return { kind: 'none' };
  const isHeld = policy.rpmActive && pmRuntimeActive(world, client);
  const flags = isHeld ? policy.flags | DL_FLAG.RPM_ACTIVE : policy.flags;
  const supplier = policy.target === 'engine' ? engine : channel;
  const added = yield* deviceLinkAdd(world, client, supplier, flags, causes);
  return added.kind === 'refused' ? { ...added, error: -EINVAL } : added;
}

/**
 * What a release does about the link: a stateless one is given back; a managed one is the driver core's, which drops it with its
 * consumer (AUTOREMOVE_CONSUMER), with its supplier (AUTOREMOVE_SUPPLIER), or not at all.
 */
export function* dmaReleaseLink(world: World, result: DmaLinkResult): Task<void> {
  if (result.kind !== 'added' && result.kind !== 'merged') return;
  if (world.links[result.link] === undefined) return;
  if (linkOf(world, result.link).flags & DL_FLAG.STATELESS) yield* deviceLinkDel(world, result.link);
}
