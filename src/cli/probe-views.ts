/** What devgraph probe shows instead of the whole outcome: one view for each option of {@link VIEWS}. */
import { criticalChain } from '../analysis/probe-chain.ts';
import { probeClosure } from '../analysis/probe-closure.ts';
import type { ProbeResult } from '../analysis/probe-outcome.ts';
import { shuffleDrivers } from '../analysis/probe-shuffle.ts';
import { syncStateWaits, systemSyncStateWaits } from '../analysis/sync-state-waits.ts';
import { unblock } from '../analysis/unblock.ts';
import { deviceId, type World } from '../core/world.ts';
import type { NewDriver } from '../probe/index.ts';
import type { Style } from '../report/style.ts';
import { unblockText } from '../report/text-probe.ts';
import { chainText, closureText, shuffleText, syncStateText } from '../report/text-probe-views.ts';
import { seededChoice } from '../scenario-files/seeded-choice.ts';
import type { DriverChoice } from './driver-choice.ts';
import { UsageError } from './io.ts';
import { nearest, numberOf, optionValue, type ParsedOptions } from './options.ts';

/** The boot that is asked about, and ways to boot again. */
export interface Booted {
  readonly world: World;
  readonly result: ProbeResult;
  readonly choice: DriverChoice;
  /** With drivers for the devices of these nodes as well. */
  readonly withDriversFor: (nodes: readonly string[]) => ProbeResult;
  /** With the drivers of the choice that register after the devices exist replaced by these. */
  readonly withDrivers: (drivers: readonly NewDriver[]) => ProbeResult;
}

/** An answer as data, and in words. */
export interface View {
  readonly json: object;
  readonly text: (style: Style) => string;
}

/** The device that an option names: as bus:name, or by its name. Throws UsageError for none. */
function deviceNamed(world: World, name: string): number {
  const id = world.devices.findIndex(
    (device) => device.registered && (deviceId(device) === name || device.name === name),
  );
  if (id >= 0) return id;
  const off = world.board.nodes.find(
    ({ path, available, deviceName }) => !available && (path === name || deviceName === name),
  );
  if (off !== undefined)
    throw new UsageError(`${off.path} is disabled in the tree, so that no device is made of it`);
  const near = nearest(
    name,
    world.devices.map((device) => device.name),
  );
  throw new UsageError(
    `the board has no device '${name}'${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function closureView({ world, choice }: Booted, name: string): View {
  const modules = choice.kernel?.modules ?? choice.liveModules?.list;
  if (modules === undefined)
    throw new UsageError('--closure needs a kernel: --kernel DIR, or a snapshot with its lists of modules');
  const closure = probeClosure(world, deviceNamed(world, name), modules, choice.liveModules?.ofDriver);
  return { json: closure, text: (style) => closureText(closure, style) };
}

function unblockView({ world, withDriversFor }: Booted, name: string): View {
  const device = name === 'all' ? null : deviceId(world.devices[deviceNamed(world, name)]!);
  const answer = unblock(device, (fixes) => withDriversFor(fixes.map(({ node }) => node)));
  return { json: answer, text: (style) => unblockText(answer, style) };
}

function shuffleView({ choice, withDrivers }: Booted, options: ParsedOptions): View {
  const times = numberOf(options, 'shuffle', 1, { least: 1, most: 100_000 });
  const seed = numberOf(options, 'seed', 1, { least: 0, most: 2 ** 32 - 1 });
  const drivers = [...(choice.boot.builtin?.afterDevices ?? []), ...(choice.boot.drivers ?? [])];
  const pick = seededChoice(seed);
  const shuffling = shuffleDrivers(
    drivers.length,
    times,
    (order) => withDrivers(order.map((index) => drivers[index]!)),
    (below) => pick(undefined, below),
  );
  const names = drivers.map(({ name }) => name);
  const named = shuffling.difference && {
    ...shuffling.difference,
    first: shuffling.difference.first.map((index) => names[index]!),
    second: shuffling.difference.second.map((index) => names[index]!),
  };
  return { json: { ...shuffling, difference: named }, text: (style) => shuffleText(shuffling, names, style) };
}

/** The view that the options ask for; undefined for the whole outcome. Throws UsageError for two at once. */
export function viewOf(booted: Booted, options: ParsedOptions): View | undefined {
  const { world } = booted;
  const views: Record<string, (value: string) => View> = {
    unblock: (name) => unblockView(booted, name),
    closure: (name) => closureView(booted, name),
    chain: (name) => {
      const chain = criticalChain(world, deviceNamed(world, name));
      return { json: { chain }, text: (style) => chainText(chain, style) };
    },
    'sync-state': () => {
      const { system } = options;
      const suppliers = system === undefined ? syncStateWaits(world) : systemSyncStateWaits(world, system);
      return { json: { suppliers }, text: (style) => syncStateText(suppliers, style, system !== undefined) };
    },
    shuffle: () => shuffleView(booted, options),
  };
  const asked = Object.keys(views).filter(
    (name) => options.flags.has(name) || optionValue(options, name) !== undefined,
  );
  if (asked.length > 1) throw new UsageError(`--${asked[0]} and --${asked[1]} exclude each other`);
  return asked.length === 0 ? undefined : views[asked[0]!]!(optionValue(options, asked[0]!) ?? '');
}
