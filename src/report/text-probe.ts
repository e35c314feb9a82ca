/** `devgraph probe` for a terminal: the causes first, then what they hold back. */
import type { ProbeResult, ProbeRoot } from '../analysis/probe-outcome.ts';
import type { Unblocking } from '../analysis/unblock.ts';
import { clean, count, indented, type Style } from './style.ts';
import { systemProbeLines } from './text-system.ts';

export interface ProbeTextInput {
  readonly result: ProbeResult;
  /** The line that says what was looked at. */
  readonly heading: string;
  /** What could not be learned, in words. */
  readonly limits: readonly string[];
  /** Names every device, also those that nobody waits for. */
  readonly verbose: boolean;
}

function withoutBus(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

function rootName({ device, node }: ProbeRoot): string {
  return device === undefined ? node : withoutBus(device);
}

function rootLines(root: ProbeRoot, style: Style): string[] {
  const head = `${style.bold(clean(rootName(root)))}  ${root.kind}: ${clean(root.detail)}`;
  const lines = indented(head, 2, style.width + style.bold('').length);
  const namesOf = (ids: readonly string[]) => ids.map((id) => clean(withoutBus(id))).join(', ');
  const { blocks, without = [] } = root;
  const said = [
    ...(blocks.length > 0 ? [`holds back ${count(blocks.length, 'device')}: ${namesOf(blocks)}`] : []),
    ...(without.length > 0 ? [`bound without it: ${namesOf(without)}`] : []),
  ];
  return [...lines, ...said.flatMap((text) => indented(text, 4, style.width))];
}

/** Root causes that hold something back, then those that hold back only themselves, then deferrals. */
export function probeText({ result, heading, limits, verbose }: ProbeTextInput, style: Style): string {
  const blocking = result.roots.filter(({ blocks }) => blocks.length > 0);
  const passedOver = result.roots.filter(
    ({ blocks, without }) => blocks.length === 0 && without !== undefined,
  );
  const alone = result.roots.filter(({ blocks, without }) => blocks.length === 0 && without === undefined);
  const held = new Set(blocking.flatMap(({ blocks }) => blocks));
  const lines = [
    ...indented(clean(heading), 0, style.width).map(style.bold),
    ...limits.flatMap((limit) => indented(`Not known: ${clean(limit)}.`, 0, style.width)).map(style.dim),
    '',
  ];
  if (result.system !== undefined)
    lines.push(...systemProbeLines(result.system, result.bound.length + result.unbound.length, style), '');
  if (blocking.length === 0) lines.push('No device waits for another.');
  else {
    const verb = blocking.length === 1 ? 'holds' : 'hold';
    lines.push(`${count(blocking.length, 'root cause')} ${verb} back ${count(held.size, 'device')}:`);
  }
  for (const root of blocking) lines.push('', ...rootLines(root, style));
  if (passedOver.length > 0) {
    lines.push('', `${count(passedOver.length, 'supplier')} that the driver core does not wait for:`);
    for (const root of passedOver) lines.push('', ...rootLines(root, style));
  }
  if (alone.length > 0) {
    lines.push(
      '',
      `${count(alone.length, 'device')} without a driver that nobody waits for${verbose ? ':' : ' (--verbose names them).'}`,
    );
    if (verbose)
      for (const root of alone)
        lines.push(...indented(clean(`${rootName(root)}  ${root.kind}: ${root.detail}`), 2, style.width));
  }
  lines.push('', ...deferralLines(result, verbose, style));
  return `${lines.join('\n')}\n`;
}

function deferralLines({ deferrals, bound }: ProbeResult, verbose: boolean, style: Style): string[] {
  const isBound = new Set(bound);
  const bindLater = deferrals.filter(({ device }) => isBound.has(device));
  const total = deferrals.reduce((sum, { count: times }) => sum + times, 0);
  const lines = indented(
    `${count(bindLater.length, 'device')} bound after being deferred; ${count(total, 'deferral')} in all.`,
    0,
    style.width,
  );
  if (!verbose) return lines;
  for (const { device, count: times, reason } of deferrals) {
    const state = isBound.has(device) ? 'bound' : 'waiting';
    lines.push(
      ...indented(
        clean(
          `${withoutBus(device)}  ${count(times, 'time')}, ${state}${reason === null ? '' : `: ${reason}`}`,
        ),
        2,
        style.width,
      ),
    );
  }
  return lines;
}

/** What to mend so that a device binds, and whether that was enough when it was tried. */
export function unblockText({ device, fixes, unmendable, binds }: Unblocking, style: Style): string {
  const what = device === null ? 'everything that waits' : withoutBus(device);
  const lines: string[] = [];
  if (fixes.length === 0 && binds) lines.push(`${clean(what)} binds as it is.`);
  else if (fixes.length > 0) {
    lines.push(`${clean(what)} needs ${count(fixes.length, 'fix', 'fixes')}:`);
    for (const root of fixes)
      lines.push(...indented(clean(`${rootName(root)}  ${root.detail}`), 2, style.width));
  }
  for (const root of unmendable)
    lines.push(
      ...indented(
        clean(`no driver mends this: ${rootName(root)}  ${root.kind}: ${root.detail}`),
        2,
        style.width,
      ),
    );
  if (fixes.length > 0 || !binds)
    lines.push(
      binds
        ? 'Tried: with them it binds, and without any one of them it does not.'
        : 'Tried: with them it still does not bind.',
    );
  return `${lines.join('\n')}\n`;
}
