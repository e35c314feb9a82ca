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

/**
 * of_parse_phandle_with_args() of `dmas`: the entry of that index; undefined where it is empty or behind the end, or where it or one
 * before it cannot be read, of which the kernel tells.
 */
export function parseDmaSpecifier(world: World, client: DmaNode, index: number): DmaPhandleArgs | undefined {
  const { dmas = [] } = client;
  let at = 0;
  for (let entry = 0; at < dmas.length; entry++) {
    const phandle = dmas[at++]!;
    if (phandle === 0) {
      if (entry === index) return undefined;
      continue;
    }
    const node = nodeOfDmaPhandle(phandle);
    const controller = world.dma.nodes[node];
    if (controller === undefined) {
      kernelMessage(world, `OF: ${client.path}: could not find phandle ${phandle}`);
      return undefined;
    }
    const { cells, path } = controller;
    if (cells < 0) {
      kernelMessage(world, `OF: ${client.path}: could not get #dma-cells for ${path}`);
      return undefined;
    }
    if (at + cells > dmas.length) {
      kernelMessage(world, `OF: ${client.path}: #dma-cells = ${cells} found ${dmas.length - at}`);
      return undefined;
    }
    if (entry === index) return { controller: node, args: dmas.slice(at, at + cells) };
    at += cells;
  }
  return undefined;
}
