/**
 * References of devices to nodes that are disabled. The kernel makes no link of them (drivers/of/property.c:of_link_to_phandle), so
 * the driver core holds nothing back; a driver that needs the supplier waits for ever, or fails.
 */
import type { BoardReference, NodeIndex } from '../core/board.ts';
import type { DeviceId, World } from '../core/world.ts';

/** The node whose status disables another one: itself or one above it; undefined where none does, or where a device stands between. */
export function disablingNode(world: World, node: NodeIndex): NodeIndex | undefined {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) {
    if (world.fwnodes[at]!.device >= 0) return undefined;
    if (!world.board.nodes[at]!.available) return at;
  }
  return undefined;
}

export interface DisabledSupplier {
  readonly consumer: DeviceId;
  readonly reference: BoardReference;
  /** The node with the status. */
  readonly disabled: NodeIndex;
}

/** All of them, in registration order of the consumer; ends of graphs name each other by design and are left out. */
export function disabledSuppliers(world: World): DisabledSupplier[] {
  return [...world.devices.entries()].flatMap(([consumer, { node }]) =>
    (node < 0 ? [] : world.board.nodes[node]!.references).flatMap((reference) => {
      if (reference.kind !== 'supplier' || reference.property === 'remote-endpoint') return [];
      const disabled = disablingNode(world, reference.supplier);
      return disabled === undefined ? [] : [{ consumer, reference, disabled }];
    }),
  );
}
