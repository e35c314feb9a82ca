/**
 * Small worlds from a few words, for tests of rules:
 *
 *     tinyWorld(['soc', 'uart < soc', 'dma < soc'], ['uart -> dma'])
 *
 * `a < b` is a device below another one. `a -> b` makes `a` a consumer of `b` over a managed link, `a ~> b` over a
 * SYNC_STATE_ONLY one. Devices are added and links made in the order given.
 */
import type { Board, BoardNode, BoardReference } from '../../src/core/board.ts';
import {
  createWorld,
  type DeviceId,
  DL_FLAG,
  listValues,
  runToEnd,
  type World,
} from '../../src/core/index.ts';
import { deviceLinkAdd } from '../../src/links/index.ts';
import { deviceRegister } from '../../src/probe/index.ts';

/** A board whose nodes are given as `path` or `path -> supplier path, ...`; parents stand before their children. */
export function tinyBoard(lines: readonly string[]): Board {
  const parsed = lines.map((line) => {
    const [path, suppliers = ''] = line.split(' -> ');
    return { path: path!, suppliers: suppliers.split(', ').filter((name) => name !== '') };
  });
  const index = (path: string) => parsed.findIndex((node) => node.path === path);
  const parentOf = (path: string) => (path === '/' ? -1 : index(path.slice(0, path.lastIndexOf('/')) || '/'));
  const nodes = parsed.map(
    ({ path, suppliers }, at): BoardNode => ({
      path,
      parent: parentOf(path),
      children: parsed.flatMap((other, child) =>
        child !== at && parentOf(other.path) === at ? [child] : [],
      ),
      available: true,
      compatible: ['test,device'],
      deviceName: path.slice(1).replaceAll('/', ':'),
      hasResource: false,
      references: suppliers.map(
        (supplier, entry): BoardReference => ({
          kind: 'supplier',
          property: 'clocks',
          entry,
          consumer: at,
          supplier: index(supplier),
        }),
      ),
      problems: [],
    }),
  );
  return {
    input: 'tiny',
    model: undefined,
    compatible: [],
    kernel: '6.12',
    nodes,
    stdout: undefined,
    nodesTooDeep: 0,
  };
}

export function emptyWorld(board: Board = tinyBoard(['/'])): World {
  return createWorld(board, {
    kernel: '6.12',
    fwDevlink: 'rpm',
    fwDevlinkStrict: false,
    amba: false,
    modules: true,
    deferredProbeTimeout: 10,
    ticksPerMillisecond: 1,
    history: true,
  });
}

export function idNamed(world: World, name: string): DeviceId {
  const id = world.devices.findIndex((device) => device.name === name);
  if (id < 0) throw new Error(`no device ${name}`);
  return id;
}

export function tinyWorld(devices: readonly string[], links: readonly string[] = []): World {
  const world = emptyWorld();
  for (const line of devices) {
    const [name, parent] = line.split(' < ');
    const added = runToEnd(
      deviceRegister(world, {
        name: name!,
        bus: 'platform',
        parent: parent === undefined ? -1 : idNamed(world, parent),
        node: -1,
      }),
    );
    if (added === undefined) throw new Error(`${name} exists`);
  }
  for (const line of links) {
    const [, consumer, arrow, supplier] = /^(\S+) (->|~>) (\S+)$/.exec(line)!;
    const flags = arrow === '~>' ? DL_FLAG.SYNC_STATE_ONLY : DL_FLAG.AUTOPROBE_CONSUMER;
    const added = runToEnd(deviceLinkAdd(world, idNamed(world, consumer!), idNamed(world, supplier!), flags));
    if (added.kind === 'refused') throw new Error(`${line}: ${added.reason}`);
  }
  return world;
}

/** Names in dpm_list order. */
export function dpmNames(world: World): string[] {
  return listValues(world.dpmList).map((id) => world.devices[id]!.name);
}
