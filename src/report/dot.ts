/**
 * Pictures in the DOT language of Graphviz.
 *
 * Reference: the DOT language and the escString type in the documentation of Graphviz. In a quoted string only `\"` is an
 * escape of the language itself; in a label a backslash and an `&` have meanings of their own.
 */
import type { LinksResult } from '../analysis/links.ts';
import type { OrderResult } from '../analysis/order.ts';
import {
  linksPicture,
  nestedLines,
  orderPicture,
  type Picture,
  type PictureEdge,
  type PictureEdgeKind,
  type PictureNode,
  type PictureOptions,
} from './picture.ts';
import { visible, visibleLabel } from './visible.ts';

const EDGE_STYLE: Record<PictureEdgeKind, string> = {
  orders: '',
  'sync state only': 'style=dashed, color=gray55, fontcolor=gray40',
  cycle: 'style=dashed, color=red, fontcolor=red',
  waits: 'style=dotted, fontcolor=gray40',
  luck: 'style=dotted, penwidth=1.5, color=darkorange, fontcolor=darkorange3',
};
const FRAME_STYLE = 'style="dashed,rounded"; color=gray60; fontsize=9; fontcolor=gray40; labeljust=l;';

/** A quoted string whose text is shown as it is: a label. */
function quotedLabel(lines: readonly string[]): string {
  const shown = lines.map((line) =>
    visibleLabel(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;'),
  );
  return `"${shown.join('\\n')}"`;
}

/** A quoted string that names a node; different keys give different names. */
function nodeName(key: string): string {
  return `"${visible(key.replaceAll('\\', '\\\\')).replaceAll('"', '\\"')}"`;
}

function nodeText({ key, kind, lines }: PictureNode): string {
  const style = kind === 'waited for' ? ', shape=box, style=dotted' : '';
  return `${nodeName(key)} [label=${quotedLabel(lines)}${style}];`;
}

function nodeLines(nodes: readonly PictureNode[]): string[] {
  return nestedLines(nodes, {
    node: (index) => nodeText(nodes[index]!),
    open: (parent) => {
      const label = quotedLabel([`children of ${nodes[parent]!.lines[0]}`]);
      return `subgraph cluster_${parent} { ${FRAME_STYLE} label=${label};`;
    },
    close: '}',
  });
}

function edgeText({ nodes, layout }: Picture, { from, to, kind, lines }: PictureEdge): string {
  const attributes = [
    `label=${quotedLabel(lines)}`,
    EDGE_STYLE[kind],
    layout === 'down' ? 'constraint=false' : '',
  ];
  const text = attributes.filter((attribute) => attribute !== '').join(', ');
  return `  ${nodeName(nodes[from]!.key)} -> ${nodeName(nodes[to]!.key)} [${text}];`;
}

/** Invisible edges that hold the nodes in their order, one below the other. */
function chainLines(nodes: readonly PictureNode[]): string[] {
  return nodes
    .slice(1)
    .map(
      (node, index) => `  ${nodeName(nodes[index]!.key)} -> ${nodeName(node.key)} [style=invis, weight=100];`,
    );
}

function dotText(picture: Picture): string {
  const { title, layout, nodes, edges } = picture;
  const heading = title === undefined ? '' : `, labelloc=t, label=${quotedLabel([title])}`;
  return [
    'digraph devgraph {',
    `  graph [rankdir=${layout === 'down' ? 'TB' : 'LR'}, charset="UTF-8"${heading}];`,
    '  node [shape=ellipse, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
    ...nodeLines(nodes),
    ...edges.map((edge) => edgeText(picture, edge)),
    ...(layout === 'down' ? chainLines(nodes) : []),
    '}',
    '',
  ].join('\n');
}

/**
 * Devices and their links as a DOT graph, edges from consumer to supplier, labelled with the properties behind them.
 *
 * `result` is drawn whole: cut it down first. Links that order are solid, SYNC_STATE_ONLY ones dashed and grey, those of a
 * cycle dashed and red; a firmware node that a device waits for is a dotted box; the children of a device stand in a dashed
 * frame. Nodes of the graph are named by device id or node path. Returns text that ends in a line break.
 */
export function linksDot(result: LinksResult, options: PictureOptions = {}): string {
  return dotText(linksPicture(result, options));
}

/**
 * The suspend order as a DOT graph: devices one below the other in the order in which they are suspended, numbered by
 * their places in the whole order, with the links that order them, and dotted orange edges for the dependencies that only
 * list position keeps (or does not keep).
 *
 * Drawn are the devices of `order.steps`, the ends of its lucky pairs, and what `links` (of the same board) has between
 * them. Returns text that ends in a line break.
 */
export function orderDot(order: OrderResult, links: LinksResult, options: PictureOptions = {}): string {
  return dotText(orderPicture(order, links, options));
}
