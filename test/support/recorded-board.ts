/**
 * What a running 6.12.117 kernel made of a board, and how the model's answer differs from it.
 * The format is described in ../shared/data/kernel-6.12/README.md.
 */
import { linksOf, treeDevices } from '../../src/analysis/links.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import {
  type Board,
  type DeviceId,
  DL_FLAG,
  type Driver,
  type FwDevlinkMode,
  listValues,
  type World,
} from '../../src/core/index.ts';
import { type BootOptions, bootBoard } from '../../src/probe/index.ts';

interface RecordedDevice {
  name: string;
  of: string;
  parent: string;
  driver: string | null;
  waiting: number;
  deferred: number;
  defer_reason?: string;
  dl_status: number;
  fw: string[];
}

interface RecordedLink {
  supplier: string;
  consumer: string;
  status: string;
  flags: number;
}

interface RecordedState {
  platform: RecordedDevice[];
  links: RecordedLink[];
  dpm: string[];
  kset: string[];
  fwlinks: [string, string, number][];
  not_device: string[];
}

export interface RecordedBoard extends RecordedState {
  dtb: string;
  error?: string;
  /** In the runs with drivers. */
  events?: { e: string; d: string }[];
  after_timeout: Record<string, unknown>;
  suspend_is_reverse_dpm?: boolean;
  resume_is_dpm?: boolean;
}

/** The recorded state after the timeout: the one before it with the recorded changes applied. */
function stateAfterTimeout(record: RecordedBoard): RecordedState {
  const { platform, links, dpm, kset, fwlinks, not_device } = record;
  const state = structuredClone({ platform, links, dpm, kset, fwlinks, not_device });
  for (const [key, value] of Object.entries(record.after_timeout)) {
    if (key.endsWith('_changed')) {
      const list = state[key.slice(0, -'_changed'.length) as keyof RecordedState] as unknown[];
      for (const [index, changed] of value as [number, unknown][]) list[index] = changed;
    } else {
      (state as unknown as Record<string, unknown>)[key] = value;
    }
  }
  return state;
}

/** The same state in the same words, from the model. */
function modelState(world: World): Record<string, unknown[]> {
  const { nodes } = world.board;
  const path = (node: number) => nodes[node]!.path;
  const devices = treeDevices(world).map((id) => world.devices[id]!);
  const names = (ids: number[]) =>
    ids.filter((id) => world.devices[id]!.node >= 0).map((id) => world.devices[id]!.name);
  return {
    devices: devices.map((device) => {
      const fwnode = world.fwnodes[device.node]!;
      return [
        device.name,
        path(device.node),
        world.devices[device.parent]!.name,
        device.bound ? world.drivers[device.driver]!.name : null,
        fwnode.suppliers.length > 0 ? 1 : 0,
        device.deferred === 'none' ? 0 : 1,
        device.deferredReason ?? null,
        ['no driver', 'probing', 'driver bound', 'unbinding'].indexOf(device.linksStatus),
        fwnode.initialized,
        device.node === world.board.stdout,
      ];
    }),
    links: linksOf(world).links.map((link) => [
      link.supplier,
      link.consumer,
      link.status,
      link.flags.reduce((bits, name) => bits | DL_FLAG[name], 0),
    ]),
    dpm: names(listValues(world.dpmList)),
    kset: names(listValues(world.devicesKset)),
    fwlinks: world.fwnodes
      .flatMap((fwnode) => fwnode.suppliers.toReversed())
      .map((id) => world.fwnodeLinks[id]!)
      .map((link) => [path(link.consumer), path(link.supplier), link.cycle ? 1 : 0]),
    notDevice: nodes.filter((_, index) => world.fwnodes[index]!.notDevice).map((node) => node.path),
  };
}

function recordedState(state: RecordedState): Record<string, unknown[]> {
  return {
    devices: state.platform.map((device) => [
      device.name,
      device.of,
      device.parent,
      device.driver,
      device.waiting,
      device.deferred,
      // The record has the reason as devices_deferred prints it: the driver or bus, then the words.
      device.defer_reason?.trim().replace(/^\S+: /, '') ?? null,
      device.dl_status,
      device.fw.includes('initialized'),
      device.fw.includes('best_effort'),
    ]),
    links: state.links.map((link) => [link.supplier, link.consumer, link.status, link.flags]),
    dpm: state.dpm,
    kset: state.kset,
    fwlinks: state.fwlinks,
    notDevice: state.not_device,
  };
}

/** The recorded runs with drivers hid these properties from the kernel. */
function withoutAssignedClocks(board: Board): Board {
  return { ...board, nodes: board.nodes.map(({ assignedClocks: _, ...node }) => node) };
}

/** Which drivers were registered after boot when a board was recorded. */
export type RecordedDrivers = 'none' | 'all-drivers' | 'driver-per-compatible' | 'listed';

/** The drivers of the recorded run, in the order in which they were registered. */
function driversOf(board: Board, kind: Exclude<RecordedDrivers, 'listed'>): Driver[] {
  const common = { bus: 'platform', compatibles: [], syncState: true };
  if (kind === 'none') return [];
  if (kind === 'all-drivers') {
    return [{ ...common, name: 'univ', matchesAll: true, probe: { kind: 'return', value: 0 } }];
  }
  const compatibles = new Set(board.nodes.flatMap(({ compatible }) => compatible?.slice(0, 1) ?? []));
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...compatibles].sort(byBytes).map(
    (compatible): Driver => ({
      ...common,
      name: `u:${compatible}`,
      compatibles: [compatible.toLowerCase()],
      probe: { kind: 'populate' },
    }),
  );
}

/** The events after boot in the words of the record. */
function modelEvents(world: World): unknown[] {
  const { events } = world;
  const words: [string, DeviceId][] = [];
  for (const event of events.slice(events.findIndex(({ kind }) => kind === 'booted'))) {
    if (event.kind === 'device-add') words.push(['add', event.device]);
    // The built-in drivers' probes were not recorded.
    if (event.kind === 'probe' && world.drivers[event.driver]!.syncState !== undefined)
      words.push(['probe', event.device]);
    if (event.kind === 'sync-state') words.push(['sync_state', event.device]);
    if (event.kind === 'bound') words.push(['bound', event.device]);
    if (event.kind === 'timeout') break;
  }
  return words.map(([what, device]) => [what, world.devices[device]!.name]);
}

/** One line for each part of the state in which the model and the record differ, with the first difference. */
export function differencesFromRecord(
  record: RecordedBoard,
  bytes: Uint8Array,
  mode: FwDevlinkMode,
  kind: RecordedDrivers = 'none',
  listed: Pick<BootOptions, 'drivers' | 'lateDrivers'> = {},
): string[] {
  const read = readDeviceTree(bytes, { input: record.dtb });
  const board = kind === 'none' ? read : withoutAssignedClocks(read);
  const drivers = kind === 'listed' ? listed : { drivers: driversOf(board, kind) };
  const differences: string[] = [];
  for (const afterTimeout of [false, true]) {
    const world = bootBoard(board, { fwDevlink: mode, environment: 'uml', afterTimeout, ...drivers });
    const model = modelState(world);
    const recorded = recordedState(afterTimeout ? stateAfterTimeout(record) : record);
    if (record.events !== undefined && !afterTimeout) {
      recorded.events = record.events.map(({ e, d }) => [e, d]);
      model.events = modelEvents(world);
    }
    for (const [part, expected] of Object.entries(recorded)) {
      const found = model[part]!;
      const at = expected.findIndex((entry, index) => JSON.stringify(entry) !== JSON.stringify(found[index]));
      if (at < 0 && found.length === expected.length) continue;
      const index = at < 0 ? expected.length : at;
      differences.push(
        `${record.dtb} (${mode}${afterTimeout ? ', after the timeout' : ''}): ${part}[${index}] is ` +
          `${JSON.stringify(found[index])}, the kernel has ${JSON.stringify(expected[index])}`,
      );
    }
  }
  return differences;
}
