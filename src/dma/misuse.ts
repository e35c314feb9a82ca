/**
 * Notes what drivers do against the rules of the DMA engine layer, and trees say that nobody can get a channel by: core/dma-misuse.ts.
 * The kernel's answer is its own.
 */
import type { DmaChannelId, DmaNode, OfDmaController } from '../core/dma-engine.ts';
import type { DmaMisuse } from '../core/dma-misuse.ts';
import { type DeviceId, happened, type World } from '../core/world.ts';
import { channelOf, engineOf } from './engine-access.ts';
import { dmaSpecifierAt } from './phandle-lists.ts';

/** Notes a misuse: the client if there is one known, else who asked for the channel by name, else the engine. */
export function misused(world: World, what: DmaMisuse, channel: DmaChannelId, client: DeviceId = -1): void {
  const { slave, engine } = channelOf(world, channel);
  const known = client >= 0 ? client : slave;
  const device = known >= 0 ? known : engineOf(world, engine).device;
  happened(world, { kind: 'dma-misuse', what, device, channel });
}

/** Whether a controller has a channel for arguments, be it taken or not. */
function hasChannel(world: World, { translation, node }: OfDmaController, args: readonly number[]): boolean {
  if (translation.kind === 'router') return true;
  if (args.length !== 1) return false;
  const isOfNumber = (id: DmaChannelId) => channelOf(world, id).number === args[0];
  if (translation.kind === 'chan_id') return engineOf(world, translation.engine).channels.some(isOfNumber);
  const { device } = world.dma.nodes[node]!;
  return world.dma.list.some((id) => {
    const engine = engineOf(world, id);
    return engine.device === device && engine.channels.some(isOfNumber);
  });
}

function requestMisuse(world: World, node: DmaNode, name: string): DmaMisuse | undefined {
  const { dmas, names } = node;
  if (dmas !== undefined && names === undefined) return 'dmas without dma-names';
  let found: DmaMisuse | undefined;
  for (const [index, each] of (names ?? []).entries()) {
    if (each !== name) continue;
    const entry = dmaSpecifierAt(world, node, index);
    if (entry.kind === 'empty') return undefined;
    if (entry.kind === 'end') found = 'name without an entry in dmas';
    else if (entry.kind === 'fault') found = 'entry of dmas that cannot be read';
    else if (entry.kind === 'entry') {
      const controller = world.dma.controllers.find((one) => one.node === entry.args.controller);
      if (controller === undefined || hasChannel(world, controller, entry.args.args)) return undefined;
      found = 'channel that the engine lacks';
    }
  }
  return found;
}

/**
 * Notes why a request for a channel by name can never come to one, where the tree is to blame. A name that the tree does not have is no
 * fault: a channel may be optional.
 */
export function noteRequestMisuse(world: World, client: DeviceId, node: DmaNode, name: string): void {
  const what = requestMisuse(world, node, name);
  if (what !== undefined) happened(world, { kind: 'dma-misuse', what, device: client, channel: -1 });
}
