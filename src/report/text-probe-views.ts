/** The views of `devgraph probe` on one device or one question. */
import type { ChainStep } from '../analysis/probe-chain.ts';
import type { ProbeClosure } from '../analysis/probe-closure.ts';
import type { Shuffling } from '../analysis/probe-shuffle.ts';
import type { SyncStateRow } from '../analysis/sync-state-waits.ts';
import { clean, count, indented, type Style } from './style.ts';

function withoutBus(id: string): string {
  return clean(id.slice(id.indexOf(':') + 1));
}

/** Modules first, one a line, as a list for an initramfs; then why. */
export function closureText({ device, modules, devices }: ProbeClosure, style: Style): string {
  const missing = devices.filter(({ from }) => from === 'nothing');
  const lines = [
    `${withoutBus(device)} needs ${count(modules.length, 'module')}, in this order:`,
    ...modules.map((name) => `  ${clean(name)}`),
    '',
    ...devices.flatMap(({ device: id, driver, from, neededBy }) => {
      const what = from === 'nothing' ? 'no driver' : `${clean(driver!)} (${from})`;
      const why = id === neededBy ? '' : `, needed by ${withoutBus(neededBy)}`;
      return indented(`${withoutBus(id)}  ${what}${why}`, 2, style.width);
    }),
  ];
  if (missing.length > 0)
    lines.push(
      '',
      `Not enough: ${count(missing.length, 'device')} of these ${missing.length === 1 ? 'has' : 'have'} no driver.`,
    );
  return `${lines.join('\n')}\n`;
}

/** As systemd-analyze critical-chain prints it: the device first, what it waited for below. */
export function chainText(chain: readonly ChainStep[], style: Style): string {
  const lines = chain.flatMap(({ device, position, deferrals, properties, relation }, depth) => {
    const place = position === null ? 'not bound' : `bound as number ${position}`;
    const waits = deferrals === 0 ? '' : `, deferred ${count(deferrals, 'time')}`;
    const because =
      relation === 'supplier'
        ? ` (${clean(properties.join(', '))})`
        : relation === 'parent'
          ? ' (parent)'
          : '';
    return indented(
      `${depth === 0 ? '' : '└─'}${withoutBus(device)}  ${place}${waits}${because}`,
      2 * Math.min(depth, 20),
      style.width,
    );
  });
  return `${lines.join('\n')}\n`;
}

const VERDICTS = {
  real: 'will bind or should',
  'by design': 'no driver, or one that leaves it alone',
  'wrong domain': 'uses another of its domains only',
} as const;

/** What the running system says of a supplier. */
function systemSyncText({ waits, consumers }: NonNullable<SyncStateRow['system']>): string {
  const open = consumers
    .map(({ consumer, status }) => `${withoutBus(consumer)} (${clean(status)})`)
    .join(', ');
  if (waits) return `the system waits too (state_synced 0)${open === '' ? '' : `, for ${open}`}`;
  return 'the system does not: its sync_state has been called';
}

/** Suppliers that wait, each with its consumers and a verdict. */
export function syncStateText(rows: readonly SyncStateRow[], style: Style, isOfSystem = false): string {
  if (rows.length === 0)
    return isOfSystem
      ? 'No supplier waits: no state_synced of the system is 0, and drivers without sync_state wait for nobody.\n'
      : 'No supplier waits: sync_state has been called for all that are bound.\n';
  const lines = rows.flatMap(({ supplier, waits, system }) => [
    `${style.bold(withoutBus(supplier))} waits for ${count(waits.length, 'consumer')}${system === undefined ? ':' : ' in the model:'}`,
    ...(system === undefined ? [] : indented(systemSyncText(system), 2, style.width)),
    ...waits.flatMap(({ consumer, verdict, because, onBehalfOf }) => {
      const properties = [...new Set(because.map(({ property }) => property))].join(', ');
      const behalf = onBehalfOf === null ? '' : `, on behalf of ${clean(onBehalfOf)}`;
      return indented(
        `${withoutBus(consumer)}  ${verdict} (${VERDICTS[verdict]})  ${clean(properties)}${behalf}`,
        2,
        style.width,
      );
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Whether order matters; `names` are the drivers by index. */
export function shuffleText(
  { tried, outcomes, difference }: Shuffling,
  names: readonly string[],
  style: Style,
): string {
  if (difference === null) return `All ${tried} orders of registration bind the same devices.\n`;
  const order = (indices: readonly number[]) => indices.map((index) => clean(names[index]!)).join(', ');
  const only = (ids: readonly string[]) =>
    ids.length === 0 ? 'nothing more' : ids.map(withoutBus).join(', ');
  return `${[
    `${count(tried, 'order')} of registration, ${outcomes} outcomes. The shortest two that differ:`,
    ...indented(order(difference.first), 2, style.width),
    ...indented(`binds ${only(difference.onlyFirst)}`, 4, style.width),
    ...indented(order(difference.second), 2, style.width),
    ...indented(`binds ${only(difference.onlySecond)}`, 4, style.width),
  ].join('\n')}\n`;
}
