/**
 * What the driver core and the buses ask of other subsystems before a driver's own probe, whatever the driver: pins, an IOMMU, a
 * power domain. A provider counts as registered once the driver of its device is bound.
 * Follows drivers/base/pinctrl.c:pinctrl_bind_pins, drivers/iommu/of_iommu.c:of_iommu_configure,
 * drivers/pmdomain/core.c:genpd_dev_pm_attach.
 */
import type { BoardReference, NodeIndex } from '../core/board.ts';
import type { DeviceId, World } from '../core/world.ts';
import { EPROBE_DEFER, ETIMEDOUT } from './errno.ts';

/** A provider that a device cannot do without, and that is not there. */
export interface MissingProvider {
  readonly property: string;
  readonly provider: NodeIndex;
  /** What the probe comes to. */
  readonly error: number;
}

/** Whether the nearest device at or above a node is bound, or the node was set up early. */
function isRegistered(world: World, node: NodeIndex): boolean {
  for (let at = node; at > 0; at = world.board.nodes[at]!.parent) {
    const { initialized, device } = world.fwnodes[at]!;
    if (initialized) return true;
    if (device >= 0) return world.devices[device]!.bound;
  }
  return false;
}

/** Whether a node is another one or lies below it. */
function isWithin(world: World, node: NodeIndex, above: NodeIndex): boolean {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) if (at === above) return true;
  return false;
}

function ownReferences(
  world: World,
  node: NodeIndex,
  isWanted: (property: string) => boolean,
): BoardReference[] {
  return world.board.nodes[node]!.references.filter(
    ({ property, consumer }) => consumer === node && isWanted(property),
  );
}

/** driver_deferred_probe_check_state() of a kernel with modules: it waits until the deferred-probe timeout is over. */
function deferredProbeCheckState(world: World): number {
  return world.driverRegistrationDone ? -ETIMEDOUT : -EPROBE_DEFER;
}

/** pinctrl_bind_pins(): with modules it waits for its pin controllers for ever, but not for itself (a hog). */
function missingPinController(world: World, node: NodeIndex): MissingProvider | undefined {
  for (const { property, supplier } of ownReferences(world, node, (name) => /^pinctrl-\d+$/.test(name))) {
    const { parent } = world.board.nodes[supplier]!;
    if (isWithin(world, supplier, node) || isRegistered(world, parent)) continue;
    return { property, provider: supplier, error: -EPROBE_DEFER };
  }
  return undefined;
}

/** of_iommu_configure(): every error but a deferral means to carry on without one. */
function missingIommu(world: World, node: NodeIndex): MissingProvider | undefined {
  if (world.driverRegistrationDone) return undefined;
  for (const { property, supplier } of ownReferences(world, node, (name) => name === 'iommus')) {
    if (!world.board.nodes[supplier]!.available) return undefined;
    if (!isRegistered(world, supplier)) return { property, provider: supplier, error: -EPROBE_DEFER };
  }
  return undefined;
}

/** genpd_dev_pm_attach(): a device with several domains is left to its driver. */
function missingPowerDomain(world: World, node: NodeIndex): MissingProvider | undefined {
  const [domain, second] = ownReferences(world, node, (name) => name === 'power-domains');
  if (domain === undefined || second !== undefined || isRegistered(world, domain.supplier)) return undefined;
  return {
    property: domain.property,
    provider: domain.supplier,
    error: deferredProbeCheckState(world),
  };
}

/** The first provider for want of which a probe of the device ends before its driver is asked; undefined if there is none. */
export function missingProvider(world: World, id: DeviceId): MissingProvider | undefined {
  const { node, bus } = world.devices[id]!;
  if (node < 0) return undefined;
  return (
    missingPinController(world, node) ??
    (bus === 'platform' || bus === 'amba' ? missingIommu(world, node) : undefined) ??
    missingPowerDomain(world, node)
  );
}
