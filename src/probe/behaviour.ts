/**
 * What a probe does, from the moment the bus calls it: clock defaults, then the driver's own behaviour.
 * Follows drivers/base/platform.c:platform_probe, drivers/clk/clk-conf.c, drivers/bus/simple-pm-bus.c.
 */
import type { Task } from '../core/task.ts';
import type { DeviceId, Driver, World } from '../core/world.ts';
import { populateClients } from './client-devices.ts';
import { EINVAL, EIO, ENODEV, EPROBE_DEFER } from './errno.ts';
import { DEFAULT_BUSES, ofPlatformPopulate } from './of-platform.ts';
import { missingProvider } from './subsystems.ts';

/** Whether a clock provider has registered for a node; an early one counts. */
function hasClockProvider(world: World, node: number): boolean {
  return world.fwnodes[node]!.initialized;
}

/** of_clk_set_defaults(): asks each provider named in assigned-clock-* properties. */
function ofClkSetDefaults(world: World, node: number): number {
  for (const clock of world.board.nodes[node]!.assignedClocks ?? []) {
    if (clock === 'end') return 0;
    if (clock === 'error') return -EINVAL;
    if (!hasClockProvider(world, clock.provider)) return -EPROBE_DEFER;
  }
  return 0;
}

/** simple_pm_bus_probe(). */
function* simplePmBusProbe(world: World, id: DeviceId): Task<number> {
  const { node } = world.devices[id]!;
  const { compatible = [], references } = world.board.nodes[node]!;
  const entries = compatible.map((entry) => entry.toLowerCase());
  // of_match_device() takes the best score: the earliest of the node's compatibles that the driver's table knows.
  const match = entries.find((entry) => entry === 'simple-pm-bus' || DEFAULT_BUSES.includes(entry));
  if (match !== 'simple-pm-bus') return entries[0] === match ? 0 : -ENODEV;
  for (const { property, supplier } of references) {
    if (property === 'clocks' && !hasClockProvider(world, supplier)) return -EPROBE_DEFER;
  }
  yield* ofPlatformPopulate(world, node, id, { recurse: false });
  return 0;
}

/** A driver that nobody has described: its probe succeeds, registers what its node provides, and makes devices of the child nodes. */
function* typicalProbe(world: World, id: DeviceId, calls: boolean): Task<number> {
  const missing = missingProvider(world, id);
  if (missing !== undefined) return missing.error;
  if (calls) {
    const result = yield { kind: 'call', device: id, callback: 'probe', layer: 'drv' };
    if (result < 0) return result;
  }
  const { node } = world.devices[id]!;
  world.fwnodes[node]!.initialized = true;
  yield* populateClients(world, node, id);
  return 0;
}

/** Calls the probe of a driver on a device. Returns 0 or a negative errno. */
export function* probeOf(world: World, id: DeviceId, { probe, bus }: Driver): Task<number> {
  const { node } = world.devices[id]!;
  if (bus === 'platform' && node >= 0) {
    const defaults = ofClkSetDefaults(world, node);
    if (defaults < 0) return defaults;
  }
  switch (probe.kind) {
    case 'return':
      return probe.value;
    case 'simple-pm-bus':
      return yield* simplePmBusProbe(world, id);
    case 'fixed-factor-clock':
      if (!world.board.nodes[node]!.hasClockFactor) return -EIO;
      world.fwnodes[node]!.initialized = true;
      return 0;
    case 'clock-provider':
      world.fwnodes[node]!.initialized = true;
      return 0;
    case 'typical':
      return yield* typicalProbe(world, id, probe.calls === true);
    case 'populate':
      yield* ofPlatformPopulate(world, node, id, { recurse: false });
      return 0;
    case 'callback':
      return yield { kind: 'call', device: id, callback: 'probe', layer: 'drv' };
  }
}
