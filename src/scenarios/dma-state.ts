/** The lines that show engines, channels and the table of public channels. */
import {
  DMA_CAPABILITIES,
  type DmaChannelId,
  type DmaEngineId,
  dmaCapabilityNames,
} from '../core/dma-engine.ts';
import type { World } from '../core/world.ts';
import { channelOf, dmaChanName, dmaFindChannel, engineOf } from '../dma/index.ts';
import type { Session } from './session.ts';
import { writeEvent } from './trace-writer.ts';

function nameOf(world: World, device: number): string | null {
  return device < 0 ? null : world.devices[device]!.name;
}

const LISTS = ['allocated', 'submitted', 'issued', 'completed', 'terminated'] as const;

/** A `chan` line. */
function writeChannel(session: Session, id: DmaChannelId): void {
  const { world } = session;
  const channel = channelOf(world, id);
  writeEvent(session, {
    e: 'chan',
    ch: dmaChanName(world, id),
    use: channel.clientCount,
    tab: channel.tableCount,
    slave: nameOf(world, channel.slave),
    name: channel.name ?? null,
    router: nameOf(world, channel.router),
    cookie: channel.virtual.cookie,
    done: channel.virtual.completedCookie,
    run: channel.virtual.running >= 0 ? 1 : 0,
    lists: LISTS.map((list) => channel.virtual[list].length).join(','),
  });
}

/** A `dma` line, and a `chan` line for each channel; nothing for an engine that is gone. */
function writeEngine(session: Session, id: DmaEngineId): void {
  const { world } = session;
  const engine = engineOf(world, id);
  if (engine.references <= 0) return;
  writeEvent(session, {
    e: 'dma',
    d: world.devices[engine.device]!.name,
    caps: dmaCapabilityNames(engine.capabilities),
    n: engine.channelCount,
    priv: engine.privateCount,
    ref: engine.references,
    on: world.dma.list.includes(id) ? 1 : 0,
  });
  for (const channel of engine.channels) writeChannel(session, channel);
}

/** All `dma` and `chan` lines, and the `table` line; nothing where no engine was registered. */
export function writeDmaEngines(session: Session): void {
  const { world, dmaEngines } = session;
  if (dmaEngines.size === 0) return;
  for (const id of dmaEngines.values()) writeEngine(session, id);
  const found = DMA_CAPABILITIES.flatMap((capability) => {
    const channel = dmaFindChannel(world, capability);
    return channel < 0 ? [] : [`${capability}:${dmaChanName(world, channel)}`];
  });
  writeEvent(session, { e: 'table', users: world.dma.publicUsers, rows: found });
}
