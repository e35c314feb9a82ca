/**
 * The critical chain of a device, as systemd-analyze has it for units: what bound last of all that the device waited for, what that
 * one waited for, and so on to a device that waited for nothing.
 */
import { DL_FLAG } from '../core/device-link.ts';
import {
  type DeviceId,
  deviceId,
  linkOf,
  PLATFORM_ROOT,
  supplierLinksOf,
  type World,
} from '../core/world.ts';

/** A link of the chain, the device asked for first. */
export interface ChainStep {
  readonly device: string;
  /** Position in the order of binding, from 1; null if it is not bound. */
  readonly position: number | null;
  /** How often it was put on the pending list. */
  readonly deferrals: number;
  /** Properties that make the step above depend on this one; empty for a parent, and for the first. */
  readonly properties: readonly string[];
  readonly relation: 'asked' | 'supplier' | 'parent';
}

interface Candidate {
  readonly id: DeviceId;
  readonly properties: readonly string[];
  readonly relation: 'supplier' | 'parent';
}

function candidatesOf(world: World, id: DeviceId): Candidate[] {
  let { parent } = world.devices[id]!;
  // An I2C adapter and its like are part of their controller.
  while (parent > PLATFORM_ROOT && world.devices[parent]!.node < 0) parent = world.devices[parent]!.parent;
  const suppliers = supplierLinksOf(world, id)
    .map((link) => linkOf(world, link))
    .filter(({ flags }) => (flags & DL_FLAG.MANAGED) !== 0 && (flags & DL_FLAG.SYNC_STATE_ONLY) === 0)
    .map(
      ({ supplier, causes = [] }): Candidate => ({
        id: supplier,
        properties: [...new Set(causes.map(({ property }) => property))],
        relation: 'supplier',
      }),
    );
  return parent > PLATFORM_ROOT
    ? [...suppliers, { id: parent, properties: [], relation: 'parent' }]
    : suppliers;
}

/** The chain of a device. An unbound one is followed first: nothing bound holds a device up longer. */
export function criticalChain(world: World, id: DeviceId): ChainStep[] {
  const positions = new Map<DeviceId, number>();
  for (const event of world.events)
    if (event.kind === 'bound') positions.set(event.device, positions.size + 1);
  const positionOf = (device: DeviceId) =>
    world.devices[device]!.bound ? (positions.get(device) ?? 0) : Number.POSITIVE_INFINITY;
  const step = (candidate: Candidate | { id: DeviceId; properties: []; relation: 'asked' }): ChainStep => ({
    device: deviceId(world.devices[candidate.id]!),
    position: world.devices[candidate.id]!.bound ? (positions.get(candidate.id) ?? null) : null,
    deferrals: world.devices[candidate.id]!.deferrals,
    properties: candidate.properties,
    relation: candidate.relation,
  });
  const chain = [step({ id, properties: [], relation: 'asked' })];
  const seen = new Set([id]);
  for (let at = id; ; ) {
    const candidates = candidatesOf(world, at).filter((one) => !seen.has(one.id));
    const last = candidates.reduce<Candidate | undefined>(
      (best, one) => (best === undefined || positionOf(one.id) > positionOf(best.id) ? one : best),
      undefined,
    );
    if (last === undefined) return chain;
    chain.push(step(last));
    seen.add(last.id);
    at = last.id;
  }
}
