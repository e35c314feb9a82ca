/**
 * Why one device is suspended before another: the answer of `devgraph why`.
 */
import { listValues } from '../core/order-list.ts';
import type { DeviceId, World } from '../core/world.ts';
import { type Hop, orderingPath, type UnlinkedDependency, unlinkedDependencies } from './dependencies.ts';
import { dmaRequestsOf } from './dma-requests.ts';
import { errorText } from './errno-names.ts';
import { becauseText, causesText, idOf, nameOf, referenceText } from './words.ts';

export interface WhyHop {
  readonly from: string;
  readonly to: string;
  readonly via: 'parent' | 'link';
  /** The properties behind a link. */
  readonly cause: string | null;
}

export interface WhyResult {
  readonly version: 1;
  readonly kernel: string;
  /** Suspended first. For `nothing`, the first device asked about. */
  readonly first: string;
  readonly second: string;
  /**
   * `path`: parents and links order them. `list position`: only their places in dpm_list do. `nothing`: one is
   * asynchronous and nothing makes it wait.
   */
  readonly ordered: 'path' | 'list position' | 'nothing';
  readonly path: readonly WhyHop[];
  /** Dependencies between the two that make no ordering link, each a sentence. */
  readonly unlinked: readonly string[];
  /** What would order them, each a sentence; found by trying it. */
  readonly remedies: readonly string[];
  /** The answer in one sentence. */
  readonly sentence: string;
  /** What the running system has of the path, each a sentence, if the board comes from a snapshot of one. */
  readonly system?: readonly string[];
}

/** Devices that a user may mean: an id `bus:name`, a name, or the path of a node. */
export function findDevices(world: World, wanted: string): DeviceId[] {
  return [...world.devices.keys()].filter((id) => {
    const device = world.devices[id]!;
    if (device.name === wanted || idOf(world, id) === wanted) return true;
    return device.node >= 0 && world.board.nodes[device.node]!.path === wanted;
  });
}

function hopRow(world: World, { from, to, link }: Hop): WhyHop {
  return {
    from: idOf(world, from),
    to: idOf(world, to),
    via: link === undefined ? 'parent' : 'link',
    cause: link === undefined ? null : causesText(world, link),
  };
}

function unlinkedText(world: World, { consumer, supplier, reference, because }: UnlinkedDependency): string {
  const what = `${referenceText(world, reference)} ${becauseText(world, because)}`;
  return `${nameOf(world, consumer)} uses ${nameOf(world, supplier)}, but ${what}`;
}

/** What fw_devlink.strict=1 would do for a dependency, found by booting with it. */
function strictRemedy(world: World, strict: World, { consumer, supplier }: UnlinkedDependency): string {
  const [from] = findDevices(strict, idOf(world, consumer));
  const [to] = findDevices(strict, idOf(world, supplier));
  if (from === undefined || to === undefined) return 'With --strict: one of the two is no device.';
  const path = orderingPath(strict, from, to);
  if (path === undefined)
    return 'With --strict (fw_devlink.strict=1): still no path; its link lies on a cycle.';
  const [hop] = path;
  return path.length === 1 && hop!.link !== undefined
    ? 'With --strict (fw_devlink.strict=1): ordered by a link.'
    : `With --strict (fw_devlink.strict=1): ordered by a path of ${path.length} steps.`;
}

/** What a request for a DMA channel that makes a link to the engine would do, found by booting with it. */
function dmaRemedy(world: World, linked: World, { consumer, supplier }: UnlinkedDependency): string {
  const [from] = findDevices(linked, idOf(world, consumer));
  const [to] = findDevices(linked, idOf(world, supplier));
  if (from === undefined || to === undefined) return 'With --dma-links engine: one of the two is no device.';
  const requests = dmaRequestsOf(linked).requests.filter(({ client }) => client === idOf(linked, from));
  if (requests.length === 0)
    return `With --dma-links engine: no link; ${nameOf(world, consumer)} requests no channel by name.`;
  const refused = requests.find(
    ({ engine, refused: reason }) => engine === idOf(linked, to) && reason !== null,
  );
  if (refused !== undefined)
    return `With --dma-links engine: the link is refused, ${refused.refused}; so is the channel.`;
  const path = orderingPath(linked, from, to);
  if (path === undefined) {
    const { result, name } = requests.at(-1)!;
    return `With --dma-links engine: no link; the request for ${name} ends in ${errorText(result)}.`;
  }
  const cycle = orderingPath(linked, to, from) === undefined ? 'no cycle' : 'a cycle of parents and links';
  return path.length === 1 && path[0]!.link !== undefined
    ? `With --dma-links engine: ordered by the link; ${cycle}.`
    : `With --dma-links engine: ordered by a path of ${path.length} steps; ${cycle}.`;
}

/**
 * What orders `a` and `b` in the suspend phase. `strictWorld` boots the same board with fw_devlink.strict=1, `linkedWorld` with
 * drivers whose channel requests make a link to the engine; they are asked only where an optional supplier is what ties the two.
 */
export function whyOrdered(
  world: World,
  a: DeviceId,
  b: DeviceId,
  strictWorld: () => World,
  linkedWorld?: () => World,
): WhyResult {
  const forward = orderingPath(world, a, b);
  const path = forward ?? orderingPath(world, b, a);
  const position = new Map(listValues(world.dpmList).map((id, index) => [id, index]));
  const aFirst = path === undefined ? position.get(a)! > position.get(b)! : forward !== undefined;
  const [first, second] = aFirst ? [a, b] : [b, a];
  const asynchronous = [a, b].filter((id) => world.devices[id]!.asyncSuspend);
  const ordered = path !== undefined ? 'path' : asynchronous.length > 0 ? 'nothing' : 'list position';
  const pair = `${nameOf(world, first)} and ${nameOf(world, second)}`;
  const before = `${nameOf(world, first)} suspends before ${nameOf(world, second)}`;
  const between = unlinkedDependencies(world).filter(
    ({ consumer, supplier }) => [a, b].includes(consumer) && [a, b].includes(supplier),
  );
  const against = between.some(({ supplier }) => supplier === first);
  const sentence = {
    path: `${before}, by a path of ${path?.length ?? 0} ${path?.length === 1 ? 'step' : 'steps'}.`,
    'list position': `${before} by list position only${against ? ', against a dependency' : ''}.`,
    nothing: `Nothing orders ${pair}: ${asynchronous.map((id) => nameOf(world, id)).join(' and ')} ${
      asynchronous.length === 1 ? 'is' : 'are'
    } asynchronous and no path of links and parents leads from one to the other.`,
  }[ordered];
  const optional = ordered === 'path' ? undefined : between.find(({ because }) => because === 'optional');
  const remedies = optional === undefined ? [] : [strictRemedy(world, strictWorld(), optional)];
  if (optional?.reference.property === 'dmas' && linkedWorld !== undefined)
    remedies.push(dmaRemedy(world, linkedWorld(), optional));
  return {
    version: 1,
    kernel: world.settings.kernel,
    first: idOf(world, first),
    second: idOf(world, second),
    ordered,
    path: (path ?? []).map((hop) => hopRow(world, hop)),
    unlinked: between.map((dependency) => unlinkedText(world, dependency)),
    remedies,
    sentence,
  };
}
