/** `devgraph links` for a terminal. */

import { type Cycle, cycleText } from '../analysis/cycles.ts';
import type { DeviceRow, LinkRow, LinksResult } from '../analysis/links.ts';
import { type DeviceLinkFlag, DL_FLAG } from '../core/device-link.ts';
import { clean, count, indented, type Style } from './style.ts';
import { dmaRequestLines } from './text-dma.ts';
import { systemLinksLines } from './text-system.ts';

export interface LinksTextInput {
  readonly result: LinksResult;
  readonly cycles: readonly Cycle[];
  /** The line that says what was looked at. */
  readonly heading: string;
  /** What the model assumed, in words. */
  readonly assumptions: string;
  /** The link that a request for a DMA channel makes, in words, where drivers request some. */
  readonly dmaPolicy?: string;
}

/** Flags in the kernel's own spelling of a refused link: 0x180. */
function flagBits(flags: readonly DeviceLinkFlag[]): string {
  return `0x${flags.reduce((bits, flag) => bits | DL_FLAG[flag], 0).toString(16)}`;
}

/** Properties by node: `clocks, resets`, or with the node's path where it is not the consumer's own. */
function causeText(link: LinkRow, own: string): string {
  const byNode = new Map<string, string[]>();
  for (const { property, consumerNode } of link.causes) {
    const known = byNode.get(consumerNode);
    if (known === undefined) byNode.set(consumerNode, [property]);
    else if (!known.includes(property)) known.push(property);
  }
  return [...byNode]
    .map(([node, properties]) => `${properties.join(', ')}${node === own ? '' : ` in ${node}`}`)
    .join('; ');
}

function linkLines(link: LinkRow, device: DeviceRow, nameWidth: number, style: Style): string[] {
  const supplier = link.supplier.slice(link.supplier.indexOf(':') + 1);
  const orders = !link.flags.includes('SYNC_STATE_ONLY');
  const bits = flagBits(link.flags).padEnd(5);
  const head = `  <- ${clean(supplier).padEnd(nameWidth)}  ${link.status.padEnd(9)} ${bits} `;
  const cause = clean(causeText(link, device.node));
  const paint = orders ? (text: string) => text : style.dim;
  if (head.length + cause.length <= style.width) return [paint(head + cause)];
  return [paint(head.trimEnd()), ...indented(cause, 7, style.width).map((line) => paint(line))];
}

/** Devices in registration order, each with its suppliers and with what it waits for; cycles; the flags used. */
export function linksText(input: LinksTextInput, style: Style): string {
  const { result, cycles, heading, assumptions, dmaPolicy } = input;
  const lines: string[] = [
    ...indented(clean(heading), 0, style.width).map(style.bold),
    ...indented(assumptions, 0, style.width).map(style.dim),
    '',
  ];
  if (result.system !== undefined) lines.push(...systemLinksLines(result.system, style), '');
  const suppliers = new Map<string, LinkRow[]>();
  for (const link of result.links) {
    const known = suppliers.get(link.consumer);
    if (known === undefined) suppliers.set(link.consumer, [link]);
    else known.push(link);
  }
  const waiting = new Map(result.waiting.map((row) => [row.device, row.nodes]));
  const nameWidth = result.links.reduce(
    (width, { supplier }) => Math.min(34, Math.max(width, supplier.length - supplier.indexOf(':') - 1)),
    0,
  );
  for (const device of result.devices) {
    const bus = device.bus === 'platform' ? '' : ` (${device.bus})`;
    const driver = device.driver === null ? '' : style.green(`  bound to ${clean(device.driver)}`);
    lines.push(`${style.bold(clean(device.name))}${bus}${driver}`);
    for (const link of suppliers.get(device.id) ?? [])
      lines.push(...linkLines(link, device, nameWidth, style));
    for (const node of waiting.get(device.id) ?? []) lines.push(style.yellow(`  waits for ${clean(node)}`));
  }
  if (cycles.length > 0) {
    lines.push(
      '',
      style.bold(`${count(cycles.length, 'dependency cycle')}: the kernel relaxes the links of each`),
    );
    for (const [index, cycle] of cycles.entries()) {
      lines.push(
        `${index + 1}.`,
        ...cycleText(cycle).flatMap((line) => indented(clean(line), 3, style.width)),
      );
    }
  }
  if (result.dma !== undefined && dmaPolicy !== undefined)
    lines.push('', ...dmaRequestLines(result.dma, dmaPolicy, style));
  const used = new Map(result.links.map((link) => [flagBits(link.flags), link.flags]));
  if (used.size > 0) {
    lines.push('', style.bold('flags'));
    for (const [bits, flags] of [...used].sort(([a], [b]) => Number(a) - Number(b))) {
      lines.push(`  ${bits.padEnd(6)}${flags.join(' ')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
