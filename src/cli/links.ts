/** devgraph links: what depends on what, and which property says so. */
import { cyclesOf } from '../analysis/cycles.ts';
import { focusLinks, matchingDevices } from '../analysis/focus.ts';
import { type LinksResult, linksOf } from '../analysis/links.ts';
import { systemLinks } from '../analysis/system-links.ts';
import type { RunningSystem } from '../core/system.ts';
import { dmaLinkPolicyText } from '../dma/index.ts';
import { driverAssumption } from '../report/assumptions.ts';
import type { PictureOptions } from '../report/picture.ts';
import { count } from '../report/style.ts';
import { linksText } from '../report/text-links.ts';
import { bareSystemLinksText } from '../report/text-system.ts';
import { type Io, UsageError } from './io.ts';
import { nearest, numberOf, optionValues, type ParsedOptions } from './options.ts';
import {
  bootWorld,
  dmaLinksOf,
  driverSetOf,
  emit,
  formatOf,
  headingText,
  jsonText,
  onlyOperand,
  openSubject,
  styleOf,
} from './session.ts';

/** The ids that --device names; undefined without it. Throws UsageError for a pattern that names nothing. */
export function focusOf(result: LinksResult, options: ParsedOptions): string[] | undefined {
  const patterns = optionValues(options, 'device');
  if (patterns.length === 0) return undefined;
  return patterns.flatMap((pattern) => {
    const ids = matchingDevices(result, pattern);
    if (ids.length > 0) return ids;
    const near = nearest(
      pattern,
      result.devices.map((device) => device.name),
    );
    throw new UsageError(
      `the board has no device '${pattern}'${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  });
}

export function depthOf(options: ParsedOptions): number {
  return numberOf(options, 'depth', 1, { least: 0, most: 1000 });
}

/** The links of a system without a device tree: there is no model to hold them against. */
async function bareLinks(system: RunningSystem, options: ParsedOptions, io: Io): Promise<number> {
  const { noTree } = await import('./snapshot-input.ts');
  const there = { release: system.release, links: system.links, same: 0, differences: [] };
  const nothing = { version: 1, kernel: '6.12', devices: [], links: [], waiting: [], cycles: [] } as const;
  const format = formatOf(options);
  if (format !== 'text' && format !== 'json') throw noTree(system);
  const text =
    format === 'json'
      ? jsonText({ ...nothing, system: there })
      : bareSystemLinksText(there, 'the snapshot has no device tree', styleOf(options, io));
  await emit(text, options, io);
  return 0;
}

export async function run(given: ParsedOptions, outside: Io): Promise<number> {
  const depth = depthOf(given);
  const subject = await openSubject(onlyOperand(given, 'board'), given, outside);
  const { board, options, io, system } = subject;
  if (board === undefined) return bareLinks(system!, options, io);
  const world = await bootWorld(board, options, io);
  const whole = linksOf(world);
  const focus = focusOf(whole, options);
  const focused = focus === undefined ? whole : focusLinks(whole, focus, depth);
  const there = system && systemLinks(world, system, focus && new Set(focus));
  const result = { ...focused, ...(there && { system: there }) };
  const picture = async (): Promise<[LinksResult, PictureOptions]> => {
    const { pictureFocus } = await import('../analysis/picture-focus.ts');
    const narrowed = focus === undefined ? pictureFocus(world) : undefined;
    if (narrowed === undefined) return [result, {}];
    return [focusLinks(whole, narrowed.ids, narrowed.depth), { title: narrowed.title }];
  };
  switch (formatOf(options)) {
    case 'json':
      await emit(jsonText(result), options, io);
      break;
    case 'dot':
      await emit((await import('../report/dot.ts')).linksDot(...(await picture())), options, io);
      break;
    case 'mermaid':
      await emit((await import('../report/mermaid.ts')).linksMermaid(...(await picture())), options, io);
      break;
    default: {
      const kept = new Set(result.cycles.map((cycle) => cycle.join(' ')));
      const cycles = cyclesOf(world).filter((cycle) =>
        kept.has(cycle.edges.map((edge) => edge.from).join(' ')),
      );
      const counts = `${count(result.devices.length, 'device')}, ${count(result.links.length, 'link')}`;
      const heading = headingText(world, focus === undefined ? counts : `${counts} shown`, options);
      // What the requests came to is told of the whole board.
      const policy = focus === undefined ? dmaLinksOf(options) : undefined;
      const dmaPolicy = policy && dmaLinkPolicyText(policy);
      await emit(
        linksText(
          {
            result,
            cycles,
            heading,
            assumptions: driverAssumption(driverSetOf(options)),
            ...(dmaPolicy !== undefined && { dmaPolicy }),
          },
          styleOf(options, io),
        ),
        options,
        io,
      );
    }
  }
  return 0;
}
