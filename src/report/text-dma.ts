/** Requests for DMA channels for a terminal. */
import type { DmaRequestRow, DmaRequests } from '../analysis/dma-requests.ts';
import { errorText } from '../analysis/errno-names.ts';
import { clean, count, indented, type Style } from './style.ts';

/** Requests of one outcome that are named; the rest is counted. */
const NAMED = 6;

function nameOfId(id: string): string {
  return clean(id.slice(id.indexOf(':') + 1));
}

function requestNames(rows: readonly DmaRequestRow[]): string {
  const names = rows.slice(0, NAMED).map(({ client, name }) => `${nameOfId(client)} ${clean(name)}`);
  const more = rows.length > NAMED ? ` and ${rows.length - NAMED} more` : '';
  return `${names.join(', ')}${more}`;
}

/** Requests that ended in an error, by what refused them. */
export function failureLines(requests: readonly DmaRequestRow[], style: Style): string[] {
  const groups = new Map<string, DmaRequestRow[]>();
  for (const row of requests) {
    if (row.result === 0) continue;
    const why =
      row.refused === null
        ? `ended in ${errorText(row.result)}`
        : `ended in ${errorText(row.result)}, as device_link_add() refused the link: ${row.refused}`;
    groups.set(why, [...(groups.get(why) ?? []), row]);
  }
  return [...groups].flatMap(([why, rows]) => [
    ...indented(`${count(rows.length, 'request')} ${why}`, 2, style.width).map(style.yellow),
    ...indented(requestNames(rows), 4, style.width).map(style.dim),
  ]);
}

/** How many channels were granted, what was put off or refused, and what the kernel warned of. */
export function dmaRequestLines(dma: DmaRequests, policy: string, style: Style): string[] {
  const granted = dma.requests.filter(({ result }) => result === 0);
  const engines = new Set(granted.map(({ engine }) => engine));
  const clients = new Set(granted.map(({ client }) => client));
  const pairs = new Set(granted.flatMap(({ client, link }) => (link === null ? [] : [`${client} ${link}`])));
  return [
    style.bold(`DMA channels: each granted request makes ${policy}`),
    ...indented(
      `${count(granted.length, 'channel')} of ${count(engines.size, 'engine')} granted to ${count(clients.size, 'client')}, ${count(pairs.size, 'link')}; ` +
        `client probes put off: ${dma.deferredByRequest} by -EPROBE_DEFER of a request, ${dma.deferredByLink} by a missing supplier`,
      2,
      style.width,
    ),
    ...failureLines(dma.requests, style),
    ...dma.warnings.flatMap(({ place, times }) =>
      indented(`kernel: WARNING at ${clean(place)}, ${count(times, 'time')}`, 2, style.width).map(
        style.yellow,
      ),
    ),
  ];
}
