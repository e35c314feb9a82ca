/**
 * DMA engines whose driver in Linux 6.12 stops them late in system sleep, and clients that nothing else orders: where a phase stands in
 * for a link.
 */
import type { DeviceId, World } from '../core/world.ts';
import { type EngineSleepPhase, engineDriverOf } from '../dma/index.ts';
import { orderingPath } from './dependencies.ts';
import { idOf } from './words.ts';

export interface EnginePhaseRow {
  readonly engine: string;
  /** The driver of its compatibles in Linux 6.12, and the first phase in which that has a callback. */
  readonly driver: string;
  readonly phase: EngineSleepPhase;
  /** Clients whose `dmas` name the engine. */
  readonly clients: number;
  /** Those that no path of parents and links orders before the engine. */
  readonly unordered: readonly string[];
}

/** Clients by engine: devices of nodes with `dmas`, by the devices that these name. */
function clientsByEngine(world: World): Map<DeviceId, Set<DeviceId>> {
  const clients = new Map<DeviceId, Set<DeviceId>>();
  for (const [node, { dmaClient }] of world.board.nodes.entries()) {
    const client = world.fwnodes[node]!.device;
    if (client < 0) continue;
    for (const entry of dmaClient?.entries ?? []) {
      const engine = entry === null ? -1 : world.fwnodes[entry.controller]!.device;
      if (engine < 0 || engine === client) continue;
      clients.set(engine, (clients.get(engine) ?? new Set()).add(client));
    }
  }
  return clients;
}

/** Engines with a known driver and with clients, in registration order. */
export function enginePhases(world: World): EnginePhaseRow[] {
  return [...clientsByEngine(world)]
    .sort(([one], [other]) => one - other)
    .flatMap(([engine, clients]) => {
      const { compatible = [] } = world.board.nodes[world.devices[engine]!.node]!;
      const known = engineDriverOf(compatible);
      if (known === undefined) return [];
      const unordered = [...clients].filter((client) => orderingPath(world, client, engine) === undefined);
      return [
        {
          engine: idOf(world, engine),
          driver: known.driver,
          phase: known.sleep,
          clients: clients.size,
          unordered: unordered.map((client) => idOf(world, client)),
        },
      ];
    });
}
