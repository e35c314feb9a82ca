/**
 * What a picture of links or of an order shows, before any drawing language: nodes, and edges that point at what is
 * depended upon (consumer to supplier). dot.ts and mermaid.ts write it down.
 */
import type { LinkRow, LinksResult } from '../analysis/links.ts';
import type { LuckyPair, OrderResult } from '../analysis/order.ts';
import { someOf } from '../analysis/words.ts';
import { DL_FLAG, isSyncStateOnly } from '../core/device-link.ts';

export interface PictureOptions {
  /** A heading; default none. */
  readonly title?: string;
}

export interface PictureNode {
  /** Device id (`bus:name`) or node path: what tells it from the others. */
  readonly key: string;
  /** `waited for`: a firmware node without a device. */
  readonly kind: 'device' | 'waited for';
  /** Label, line by line, unescaped. */
  readonly lines: readonly string[];
  /** Index of the node whose children this one is drawn among, -1 for none. */
  readonly parent: number;
}

export type PictureEdgeKind =
  /** A link that orders probe and suspend. */
  | 'orders'
  | 'sync state only'
  /** A link on a dependency cycle, which orders nothing. */
  | 'cycle'
  /** From a device to a firmware node that it waits for. */
  | 'waits'
  /** A dependency without a link. */
  | 'luck';

export interface PictureEdge {
  /** Indices of nodes. */
  readonly from: number;
  readonly to: number;
  readonly kind: PictureEdgeKind;
  readonly lines: readonly string[];
}

export interface Picture {
  readonly title: string | undefined;
  /** `across`: consumers left, suppliers right. `down`: one below the other in the order of `nodes`. */
  readonly layout: 'across' | 'down';
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** What a link does: the flags that decide it are the kernel's (device_link_flag_is_sync_state_only). */
export function linkKind({ flags }: LinkRow): 'orders' | 'sync state only' | 'cycle' {
  const bits = flags.reduce((sum, flag) => sum | DL_FLAG[flag], 0);
  if (!isSyncStateOnly(bits)) return 'orders';
  return flags.includes('CYCLE') ? 'cycle' : 'sync state only';
}

const KIND_WORDS = { orders: [], 'sync state only': ['sync_state only'], cycle: ['cycle: orders nothing'] };

/** `clocks, resets`, then what a link that does not order is for. */
function linkLines(link: LinkRow): string[] {
  const properties = [...new Set(link.causes.map((cause) => cause.property))];
  return [
    properties.length === 0 ? 'asked for by a driver' : someOf(properties),
    ...KIND_WORDS[linkKind(link)],
  ];
}

/** The part of a device id behind its bus. */
function nameIn(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** Nodes under their keys, in the order in which they are first mentioned. */
class NodeList {
  readonly nodes: PictureNode[] = [];
  readonly #indices = new Map<string, number>();

  find(key: string): number | undefined {
    return this.#indices.get(key);
  }

  /** Index of the node with this key, which is made if it is new. */
  add(key: string, lines: readonly string[], kind: PictureNode['kind'] = 'device', parent = -1): number {
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    this.#indices.set(key, this.nodes.length);
    this.nodes.push({ key, kind, lines, parent });
    return this.nodes.length - 1;
  }

  /** A device that may not be among the devices of the result: its id has its name. */
  addById(id: string): number {
    return this.add(id, [nameIn(id)]);
  }
}

/**
 * Devices among the children of their parents, links, and the nodes that devices wait for, as `links` answers them. A
 * parent that is not in the result is not drawn; it stands before its children as in registration order.
 */
export function linksPicture(result: LinksResult, options: PictureOptions = {}): Picture {
  const list = new NodeList();
  const deviceAt = new Map(result.devices.map(({ node, id }) => [node, id]));
  for (const { id, name, parent } of result.devices) {
    list.add(id, [name], 'device', parent === null ? -1 : (list.find(parent) ?? -1));
  }
  const edges: PictureEdge[] = result.links.map((link) => ({
    from: list.addById(link.consumer),
    to: list.addById(link.supplier),
    kind: linkKind(link),
    lines: linkLines(link),
  }));
  for (const { device, nodes } of result.waiting) {
    const from = list.addById(device);
    for (const path of nodes) {
      const known = deviceAt.get(path);
      const to = known === undefined ? list.add(path, [path], 'waited for') : list.addById(known);
      edges.push({ from, to, kind: 'waits', lines: ['waits for'] });
    }
  }
  return { title: options.title, layout: 'across', nodes: list.nodes, edges };
}

function luckLines({ property, kind }: LuckyPair): string[] {
  return [property, kind === 'against' ? 'no link: wrong order' : 'no link: list position only'];
}

/**
 * Devices in the order in which they are suspended, with what keeps that order. Drawn are the devices of `steps` and both
 * ends of every lucky pair, numbered by their places in `suspend`; `links` gives names, parents and the links that order,
 * of which those between drawn devices are drawn.
 */
export function orderPicture(order: OrderResult, links: LinksResult, options: PictureOptions = {}): Picture {
  const list = new NodeList();
  const asynchronous = new Set(order.steps.filter((step) => step.asynchronous).map((step) => step.device));
  const rows = new Map(links.devices.map((row) => [row.id, row]));
  const drawn = new Set([
    ...order.steps.map((step) => step.device),
    ...order.luck.flatMap((pair) => [pair.consumer, pair.supplier]),
  ]);
  for (const [index, id] of order.suspend.entries()) {
    if (!drawn.has(id)) continue;
    const row = rows.get(id);
    const lines = [`#${index + 1} ${row?.name ?? nameIn(id)}`];
    if (row !== undefined && row.parent !== null) lines.push(`child of ${nameIn(row.parent)}`);
    if (asynchronous.has(id)) lines.push('async');
    list.add(id, lines);
  }
  const between = (consumer: string, supplier: string, kind: PictureEdgeKind, lines: readonly string[]) => {
    const from = list.find(consumer);
    const to = list.find(supplier);
    return from === undefined || to === undefined ? [] : [{ from, to, kind, lines }];
  };
  const edges: PictureEdge[] = [
    ...links.links
      .filter((link) => linkKind(link) === 'orders')
      .flatMap((link) => between(link.consumer, link.supplier, 'orders', linkLines(link))),
    ...order.luck.flatMap((pair) => between(pair.consumer, pair.supplier, 'luck', luckLines(pair))),
  ];
  return { title: options.title, layout: 'down', nodes: list.nodes, edges };
}

/** How a drawing language writes nodes and the frame around the children of one. */
export interface NestingWords {
  readonly node: (index: number) => string;
  readonly open: (parent: number) => string;
  readonly close: string;
}

/** Lines for all nodes, the children of each in a frame behind it, two spaces further in at each level. */
export function nestedLines(nodes: readonly PictureNode[], words: NestingWords): string[] {
  const children = new Map<number, number[]>();
  for (const [index, { parent }] of nodes.entries()) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [index]);
    else siblings.push(index);
  }
  const lines: string[] = [];
  const stack = [{ members: children.get(-1) ?? [], next: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const index = top.members[top.next++];
    const indent = '  '.repeat(stack.length);
    if (index === undefined) {
      stack.pop();
      if (stack.length > 0) lines.push(`${'  '.repeat(stack.length)}${words.close}`);
      continue;
    }
    lines.push(indent + words.node(index));
    const below = children.get(index);
    if (below === undefined) continue;
    lines.push(indent + words.open(index));
    stack.push({ members: below, next: 0 });
  }
  return lines;
}
