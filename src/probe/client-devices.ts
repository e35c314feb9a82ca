/**
 * Devices that a bound controller makes of its child nodes: clients on the I2C and SPI buses, platform devices otherwise.
 * Follows drivers/i2c/i2c-core-of.c:of_i2c_register_devices, drivers/spi/spi.c:of_register_spi_devices, and for all others
 * drivers/of/platform.c:of_platform_populate, as glue and multi-function drivers call it.
 *
 * Which node is an I2C or SPI controller is told by the generic names that the device-tree specification recommends; numbers of
 * buses come from aliases, and above the highest of them in the order of probing.
 */
import type { Board, BoardNode, NodeIndex } from '../core/board.ts';
import { deviceOfName } from '../core/device-names.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import { deviceRegister } from './device-add.ts';
import { ofPlatformPopulate } from './of-platform.ts';

/** Buses of client devices. */
export const CLIENT_BUSES = ['i2c', 'spi'] as const;
type ClientBus = (typeof CLIENT_BUSES)[number];

const CONTROLLER_NAMES: Readonly<Record<string, ClientBus>> = { i2c: 'i2c', spi: 'spi', qspi: 'spi' };

function lastName(path: string): { readonly name: string; readonly unit: string } {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const at = last.indexOf('@');
  return at < 0 ? { name: last, unit: '' } : { name: last.slice(0, at), unit: last.slice(at + 1) };
}

function clientBusOf(world: World, node: NodeIndex): ClientBus | undefined {
  const { name } = lastName(world.board.nodes[node]!.path);
  const bus = Object.hasOwn(CONTROLLER_NAMES, name) ? CONTROLLER_NAMES[name] : undefined;
  return world.buses.some((known) => known.name === bus) ? bus : undefined;
}

function aliasNumber(alias: string | undefined, bus: ClientBus): number | undefined {
  const digits = alias?.startsWith(bus) ? alias.slice(bus.length) : '';
  return /^\d{1,4}$/.test(digits) ? Number(digits) : undefined;
}

/** The number of a controller's bus: by alias, else the next one above all aliases (of_alias_get_highest_id). */
function busNumber(world: World, node: NodeIndex, bus: ClientBus): number {
  const own = aliasNumber(world.board.nodes[node]!.alias, bus);
  if (own !== undefined) return own;
  let next = 0;
  for (const { alias } of world.board.nodes) next = Math.max(next, (aliasNumber(alias, bus) ?? -1) + 1);
  while (deviceOfName(world, controllerName(bus, next)) >= 0) next++;
  return next;
}

/** `i2c-0`, `spi0`. */
function controllerName(bus: ClientBus, number: number): string {
  return bus === 'i2c' ? `i2c-${number}` : `spi${number}`;
}

/** `0-001b`, `spi0.1`. */
function clientName(bus: ClientBus, number: number, unit: string): string | undefined {
  const address = /^[0-9a-f]{1,4}/i.exec(unit)?.[0];
  if (address === undefined) return undefined;
  return bus === 'i2c'
    ? `${number}-${address.padStart(4, '0')}`
    : `spi${number}.${Number.parseInt(address, 16)}`;
}

function* registerClients(world: World, node: NodeIndex, controller: DeviceId, bus: ClientBus): Task<void> {
  const number = busNumber(world, node, bus);
  const parent = yield* deviceRegister(world, {
    name: controllerName(bus, number),
    bus: bus === 'i2c' ? bus : '',
    parent: controller,
    node: -1,
  });
  if (parent === undefined) return;
  for (const child of world.board.nodes[node]!.children) {
    const { available, compatible, path } = world.board.nodes[child]!;
    const fwnode = world.fwnodes[child]!;
    const name = clientName(bus, number, lastName(path).unit);
    if (!available || compatible === undefined || fwnode.populated || name === undefined) continue;
    fwnode.populated = true;
    const device = yield* deviceRegister(world, { name, bus, parent, node: child });
    if (device === undefined) fwnode.populated = false;
  }
}

/** scmi_bus_type, on which the driver of `arm,scmi` makes a device of each protocol (drivers/firmware/arm_scmi/bus.c). */
export const SCMI_BUS = 'scmi_protocol';

/** Nodes of protocols of a System Control and Management Interface: they have no compatible, and others refer to them. */
function protocolNodes(world: World, node: NodeIndex): NodeIndex[] {
  const { nodes } = world.board;
  const isScmi =
    nodes[node]!.compatible?.some((entry) => entry.toLowerCase().startsWith('arm,scmi')) ?? false;
  return isScmi
    ? nodes[node]!.children.filter((child) => lastName(nodes[child]!.path).name === 'protocol')
    : [];
}

/** `scmi_dev.1`, one for each protocol of the board. */
export function scmiDeviceNames({ nodes }: Board): string[] {
  const isProtocol = ({ path, compatible }: BoardNode) =>
    compatible === undefined && lastName(path).name === 'protocol';
  return nodes.filter(isProtocol).map((_, index) => `scmi_dev.${index + 1}`);
}

function* registerProtocols(world: World, protocols: readonly NodeIndex[], scmi: DeviceId): Task<void> {
  let next = 1;
  for (const node of protocols) {
    if (!world.board.nodes[node]!.available || world.fwnodes[node]!.device >= 0) continue;
    while (deviceOfName(world, `scmi_dev.${next}`) >= 0) next++;
    yield* deviceRegister(world, { name: `scmi_dev.${next}`, bus: SCMI_BUS, parent: scmi, node });
  }
}

/** Makes devices of the children of a controller that is being probed. */
export function* populateClients(world: World, node: NodeIndex, controller: DeviceId): Task<void> {
  const protocols = protocolNodes(world, node);
  if (protocols.length > 0) {
    yield* registerProtocols(world, protocols, controller);
    return;
  }
  const bus = clientBusOf(world, node);
  if (bus === undefined) yield* ofPlatformPopulate(world, node, controller, { recurse: false });
  else yield* registerClients(world, node, controller, bus);
}
