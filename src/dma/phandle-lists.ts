/** Reading `dmas` and `dma-names`. Follows drivers/of/base.c of Linux 6.12: of_parse_phandle_with_args(). */
import { type DmaNode, type DmaNodeId, type DmaPhandleArgs, nodeOfDmaPhandle } from '../core/dma-engine.ts';
import { type DeviceId, kernelMessage, type World } from '../core/world.ts';

/** The node of a device, -1 for none. */
export function dmaNodeOf(world: World, device: DeviceId): DmaNodeId {
  const { node } = world.devices[device]!;
  return world.dma.nodes.findIndex((each) => each.device === device || (node >= 0 && each.node === node));
}

/** The node of a device, made where there is none. */
export function makeDmaNode(world: World, device: DeviceId): DmaNode {
  const known = dmaNodeOf(world, device);
  if (known >= 0) return world.dma.nodes[known]!;
  const { name, node } = world.devices[device]!;
  const path = node < 0 ? `/${name}` : world.board.nodes[node]!.path;
  const made: DmaNode = { path, device, node: -1, cells: -1, names: undefined, dmas: undefined };
  world.dma.nodes.push(made);
  return made;
}

/** An entry of `dmas`, or why there is none: left out on purpose, behind the end, or a fault, of which the kernel tells. */
export type DmaSpecifierAt =
  | { readonly kind: 'entry'; readonly args: DmaPhandleArgs }
  | { readonly kind: 'empty' | 'end' }
  | { readonly kind: 'fault'; readonly message: string };

/** The entry of that index; a fault in one before it ends the list too. */
export function dmaSpecifierAt(world: World, client: DmaNode, index: number): DmaSpecifierAt {
  const { dmas = [] } = client;
  const fault = (words: string): DmaSpecifierAt => ({
    kind: 'fault',
    message: `OF: ${client.path}: ${words}`,
  });
  let at = 0;
  for (let entry = 0; at < dmas.length; entry++) {
    const phandle = dmas[at++]!;
    if (phandle === 0) {
      if (entry === index) return { kind: 'empty' };
      continue;
    }
    const node = nodeOfDmaPhandle(phandle);
    const controller = world.dma.nodes[node];
    if (controller === undefined) return fault(`could not find phandle ${phandle}`);
    const { cells, path } = controller;
    if (cells < 0) return fault(`could not get #dma-cells for ${path}`);
    if (at + cells > dmas.length) return fault(`#dma-cells = ${cells} found ${dmas.length - at}`);
    if (entry === index)
      return { kind: 'entry', args: { controller: node, args: dmas.slice(at, at + cells) } };
    at += cells;
  }
  return { kind: 'end' };
}

/**
 * of_parse_phandle_with_args() of `dmas`: the entry of that index; undefined where it is empty or behind the end, or where it or one
 * before it cannot be read, of which the kernel tells.
 */
export function parseDmaSpecifier(world: World, client: DmaNode, index: number): DmaPhandleArgs | undefined {
  const found = dmaSpecifierAt(world, client, index);
  if (found.kind === 'fault') kernelMessage(world, found.message);
  return found.kind === 'entry' ? found.args : undefined;
}
