/**
 * Pictures as Mermaid flowcharts, which forges draw from a fenced block of Markdown.
 *
 * Reference: the flowchart syntax of Mermaid. Labels are quoted strings in which `#60;` stands for a character; all that is
 * not plainly harmless is written so, since Mermaid reads HTML and some Markdown in labels. A renderer with Mermaid's
 * default limits refuses text of more than 50,000 characters or 500 edges: cut a large result down first.
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
import { visibleLabel } from './visible.ts';

const ARROW: Record<PictureEdgeKind, string> = {
  orders: '-->',
  'sync state only': '-.->',
  cycle: '-.->',
  waits: '-.->',
  luck: '-.->',
};
const EDGE_STYLE: Record<PictureEdgeKind, string | undefined> = {
  orders: undefined,
  'sync state only': 'stroke:gray,stroke-dasharray:6 4',
  cycle: 'stroke:red,color:red,stroke-dasharray:6 4',
  waits: 'stroke-dasharray:2 3',
  luck: 'stroke:darkorange,color:darkorange,stroke-dasharray:2 3',
};

/** Letters and digits, a space between two of them, and the punctuation of device names directly before a letter or digit. */
const HARMLESS =
  /[A-Za-z0-9]|(?<=[A-Za-z0-9,:]) (?=[A-Za-z0-9])|[.@/-](?=[A-Za-z0-9])|,(?= ?[A-Za-z0-9])|:(?= ?[A-Za-z0-9])(?!fa-)/;
const NOT_HARMLESS = new RegExp(`(?!${HARMLESS.source}).`, 'gsu');

/** A quoted string whose text is shown as it is. */
function quotedLabel(lines: readonly string[]): string {
  const shown = lines.map((line) =>
    visibleLabel(line).replace(NOT_HARMLESS, (character) => `#${character.codePointAt(0)};`),
  );
  // The grammar has no empty string.
  return `"${shown.join('<br/>') || '#32;'}"`;
}

function nodeText({ lines, kind }: PictureNode, index: number): string {
  return kind === 'device'
    ? `n${index}([${quotedLabel(lines)}])`
    : `n${index}[${quotedLabel(lines)}]:::waited`;
}

function nodeLines(nodes: readonly PictureNode[]): string[] {
  return nestedLines(nodes, {
    node: (index) => nodeText(nodes[index]!, index),
    open: (parent) => `subgraph g${parent}[${quotedLabel([`children of ${nodes[parent]!.lines[0]}`])}]`,
    close: 'end',
  });
}

/** Styles go by the numbers of the edges in the text. */
function styleLines(edges: readonly PictureEdge[]): string[] {
  return Object.entries(EDGE_STYLE).flatMap(([kind, style]) => {
    const numbers = edges.flatMap((edge, index) => (edge.kind === kind ? [index] : []));
    return style === undefined || numbers.length === 0 ? [] : [`  linkStyle ${numbers.join(',')} ${style}`];
  });
}

/** Invisible edges that hold the nodes in their order; last, since they count among the edges. */
function chainLines(nodes: readonly PictureNode[]): string[] {
  return nodes.slice(1).map((_, index) => `  n${index} ~~~ n${index + 1}`);
}

function mermaidText({ title, layout, nodes, edges }: Picture): string {
  return [
    ...(title === undefined ? [] : ['---', `title: ${JSON.stringify(visibleLabel(title))}`, '---']),
    `flowchart ${layout === 'down' ? 'TB' : 'LR'}`,
    ...nodeLines(nodes),
    ...edges.map(({ from, to, kind, lines }) => `  n${from} ${ARROW[kind]}|${quotedLabel(lines)}| n${to}`),
    ...(layout === 'down' ? chainLines(nodes) : []),
    ...styleLines(edges),
    ...(nodes.some((node) => node.kind === 'waited for') ? ['  classDef waited stroke-dasharray:2 3'] : []),
    '',
  ].join('\n');
}

/**
 * Devices and their links as a Mermaid flowchart, edges from consumer to supplier, labelled with the properties behind
 * them; drawn as linksDot() draws them. Returns text that ends in a line break, without the fence of a Markdown block.
 */
export function linksMermaid(result: LinksResult, options: PictureOptions = {}): string {
  return mermaidText(linksPicture(result, options));
}

/**
 * The suspend order as a Mermaid flowchart, drawn as orderDot() draws it. Returns text that ends in a line break, without
 * the fence of a Markdown block.
 */
export function orderMermaid(order: OrderResult, links: LinksResult, options: PictureOptions = {}): string {
  return mermaidText(orderPicture(order, links, options));
}
