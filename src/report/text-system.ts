/** What a running system has beside what the model says, for a terminal. */

import type { LinkDifference, SystemLinks } from '../analysis/system-links.ts';
import type { SystemOrder } from '../analysis/system-order.ts';
import type { OrderAgreement, SystemProbe } from '../analysis/system-probe.ts';
import { clean, count, indented, type Style } from './style.ts';
import { rootLines } from './text-boot.ts';

function withoutBus(id: string): string {
  return clean(id.slice(id.indexOf(':') + 1));
}

const LINK_TITLES = {
  'other state': 'In another state:',
  'only on the system': 'Only on the system:',
  'only in the model': 'Only in the model:',
} as const;

function linkLines(differences: readonly LinkDifference[], style: Style): string[] {
  const kinds = Object.keys(LINK_TITLES) as (keyof typeof LINK_TITLES)[];
  return kinds.flatMap((kind) => {
    const rows = differences.filter(({ what }) => what === kind);
    if (rows.length === 0) return [];
    return [
      `  ${LINK_TITLES[kind]}`,
      ...rows.flatMap(({ supplier, consumer, explanation }) =>
        indented(`${withoutBus(consumer)} <- ${withoutBus(supplier)}  ${clean(explanation)}`, 4, style.width),
      ),
    ];
  });
}

/** The links of the system beside those of the model. */
export function systemLinksLines({ release, links, same, differences }: SystemLinks, style: Style): string[] {
  const number = (kind: LinkDifference['what']) => differences.filter(({ what }) => what === kind).length;
  const sentence =
    `The system (Linux ${clean(release)}) has ${count(links.length, 'device link')}: ${same} as in the model, ` +
    `${number('other state')} in another state, ${number('only on the system')} that the model has not; ` +
    `${number('only in the model')} only in the model.`;
  return [...indented(sentence, 0, style.width), ...linkLines(differences, style)];
}

/** The links of a system of which there is no model. */
export function bareSystemLinksText(
  { release, links }: Pick<SystemLinks, 'release' | 'links'>,
  why: string,
  style: Style,
): string {
  const lines = [
    ...indented(
      `The system (Linux ${clean(release)}) has ${count(links.length, 'device link')}.`,
      0,
      style.width,
    ).map(style.bold),
    ...indented(`No model beside them: ${clean(why)}.`, 0, style.width).map(style.dim),
  ];
  if (links.length > 0) lines.push('');
  for (const { supplier, consumer, status, runtimePm, autoRemoveOn, syncStateOnly } of links) {
    const state = [
      status,
      ...(runtimePm ? ['runtime_pm'] : []),
      ...(autoRemoveOn === 'never' ? [] : [`removed on ${autoRemoveOn}`]),
      ...(syncStateOnly ? ['sync_state_only'] : []),
    ].join(', ');
    lines.push(
      ...indented(`${withoutBus(consumer)} <- ${withoutBus(supplier)}  ${clean(state)}`, 2, style.width),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Two orders of the same devices: `what` names the order. */
function orderLines(
  what: string,
  { compared, outOfPlace }: OrderAgreement,
  noun: string,
  style: Style,
): string[] {
  if (outOfPlace.length === 0)
    return indented(`${what} on the system: all ${compared} devices in the model's order.`, 0, style.width);
  const verb = outOfPlace.length === 1 ? 'stands' : 'stand';
  return [
    ...indented(
      `${what} on the system: ${compared - outOfPlace.length} of ${compared} devices in the model's order; ${outOfPlace.length} ${verb} elsewhere.`,
      0,
      style.width,
    ),
    ...outOfPlace.flatMap(({ device, after }) =>
      indented(
        `${withoutBus(device)}  ${noun} ${after === null ? 'first' : `right after ${withoutBus(after)}`}`,
        2,
        style.width,
      ),
    ),
  ];
}

/** What is bound there and not in the model, or the other way round, and the order of binding. */
export function systemProbeLines(system: SystemProbe, devices: number, style: Style): string[] {
  const { release, agree, differences, order } = system;
  const lines = indented(
    `The system (Linux ${clean(release)}) has bound ${system.bound.length} of ${count(devices, 'device')} of the tree; ` +
      `model and system agree on ${agree} and differ on ${differences.length}.`,
    0,
    style.width,
  );
  for (const { device, what, explanation } of differences)
    lines.push(...indented(`${withoutBus(device)}  ${what}: ${clean(explanation)}`, 2, style.width));
  if (order !== null) lines.push(...orderLines('Order of binding', order, 'bound', style));
  const { logRoots } = system;
  if (logRoots !== null && logRoots.length > 0)
    lines.push(
      `Its kernel log has ${count(logRoots.length, 'root')}:`,
      ...logRoots.flatMap((root) => rootLines(root, style)),
    );
  return lines;
}

/** The order of registration, and of a recorded suspend. */
export function systemOrderLines({ registration, suspend }: SystemOrder, style: Style): string[] {
  const lines: string[] = [];
  if (registration !== null)
    lines.push(...orderLines('Order of registration', registration, 'registered', style));
  if (suspend !== null)
    lines.push(...orderLines('The last suspend in the kernel log', suspend, 'suspended', style));
  if (suspend === null)
    lines.push(
      ...indented(
        'The order of dpm_list is not in sysfs, and the kernel log has no suspend with pm_print_times.',
        0,
        style.width,
      ),
    );
  return lines;
}
