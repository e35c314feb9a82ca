/**
 * A recorded boot beside the model's: the model boots the board with the drivers that the log shows, in the order of the log, each
 * failing where it failed there. What still differs is what the model does not know.
 */
import type { Board } from '../core/board.ts';
import type { World } from '../core/world.ts';
import type { BootAccount, BootLogEvent } from './boot-account.ts';

/** A driver as the log shows it. */
export interface LoggedDriver {
  readonly name: string;
  readonly bus: string;
  /** Names of devices that it matched. */
  readonly devices: readonly string[];
  /** What its probe returned for them at last. */
  readonly returns: number;
}

/** Drivers of a log in the order of their first match. A driver that ended differently for two devices stands twice. */
export class LoggedDrivers {
  readonly #pairs = new Map<string, { name: string; bus: string; device: string; returns: number }>();

  readonly onEvent = ({ kind, device, driver, bus, error }: BootLogEvent): void => {
    if (driver === undefined) return;
    const key = `${driver}\n${device}`;
    if (kind === 'matched' && !this.#pairs.has(key))
      this.#pairs.set(key, { name: driver, bus: bus ?? 'platform', device, returns: 0 });
    const pair = this.#pairs.get(key);
    if (pair === undefined) return;
    if (kind === 'failed' || kind === 'declined') pair.returns = error ?? -22;
    if (kind === 'bound') pair.returns = 0;
  };

  end(): LoggedDriver[] {
    const drivers = new Map<string, LoggedDriver & { devices: string[] }>();
    for (const { name, bus, device, returns } of this.#pairs.values()) {
      const key = `${bus}\n${name}\n${returns}`;
      const driver = drivers.get(key) ?? { name, bus, devices: [], returns };
      driver.devices.push(device);
      drivers.set(key, driver);
    }
    return [...drivers.values()];
  }
}

export interface Disagreement {
  readonly device: string;
  readonly what:
    | 'bound only in the log'
    | 'bound only in the model'
    | 'other reason'
    | 'deferred only in the log'
    | 'deferred only in the model';
  readonly explanation: string;
}

export interface BootAgreement {
  /** Devices of the tree of which log and model say the same. */
  readonly agree: number;
  /** Devices of the log that the tree does not make: a driver or the kernel itself did. */
  readonly notInTree: readonly string[];
  readonly disagreements: readonly Disagreement[];
}

/** Names of devices that the tree may make. */
function treeNames(board: Board): ReadonlySet<string> {
  return new Set(board.nodes.flatMap(({ deviceName }) => (deviceName === undefined ? [] : [deviceName])));
}

/** Names that come from an address of the board: other boards seldom have them. */
const ADDRESSED = /^[0-9a-f]{4,}\./;

export interface LogOrigin {
  /** No device with an address is one of the board's: nothing in the log speaks for this board. */
  readonly foreign: boolean;
  /** What makes the log one of another board, or may: null if nothing does. */
  readonly doubt: string | null;
}

/**
 * Is a log of this board? `machine` is the machine's name by the log. Boot loaders change a model's name, so another name alone is
 * a doubt.
 */
export function originOfLog({ devices }: BootAccount, board: Board, machine: string | undefined): LogOrigin {
  const names = treeNames(board);
  const name = board.model ?? board.input;
  const addressed = devices.filter(({ device }) => ADDRESSED.test(device));
  const foreign = addressed.length > 0 && !addressed.some(({ device }) => names.has(device));
  const otherName = machine !== undefined && board.model !== undefined && machine !== board.model;
  const doubts = [
    ...(otherName ? [`its machine is ${machine}, the board ${name}`] : []),
    ...(foreign ? [`none of its ${addressed.length} devices with an address is a device of ${name}`] : []),
  ];
  return { foreign, doubt: doubts.length === 0 ? null : doubts.join(', and ') };
}

/**
 * Compares an account with a world that was booted with the log's drivers. Compared are the devices of the tree: whether each is bound,
 * whether it was ever deferred, and the reason where both name one.
 */
export function bootAgreement(account: BootAccount, world: World): BootAgreement {
  const names = treeNames(world.board);
  const byName = new Map(world.devices.map((device) => [device.name, device]));
  const reasons = new Map<string, string[]>();
  for (const event of world.events) {
    if (event.kind !== 'defer' || event.reason === undefined) continue;
    const { name } = world.devices[event.device]!;
    reasons.set(name, [...(reasons.get(name) ?? []), event.reason]);
  }
  const disagreements: Disagreement[] = [];
  let agree = 0;
  const inTree = account.devices.filter(({ device }) => names.has(device));
  for (const { device, fate, deferrals, reason, supplier } of inTree) {
    const model = byName.get(device);
    const differs = (what: Disagreement['what'], explanation: string) =>
      disagreements.push({ device, what, explanation });
    if (fate === 'bound' && model?.bound !== true)
      differs(
        'bound only in the log',
        model?.deferredReason ??
          (model === undefined ? 'the model makes no such device' : 'no driver took it'),
      );
    else if (fate !== 'bound' && model?.bound === true)
      differs(
        'bound only in the model',
        fate === 'deferred' && supplier === null
          ? `its driver asks for deferral${reason === null ? ' and says no reason' : `: ${reason}`}; the driver core knows of no missing supplier`
          : `the log leaves it ${fate}`,
      );
    else if (deferrals > 0 && (model?.deferrals ?? 0) === 0)
      differs('deferred only in the log', reason === null ? 'by its driver, not by the driver core' : reason);
    else if (deferrals === 0 && (model?.deferrals ?? 0) > 0 && account.hasDebugMessages)
      differs('deferred only in the model', reasons.get(device)?.[0] ?? 'no reason');
    else if (
      supplier !== null &&
      reasons.has(device) &&
      !reasons.get(device)!.some((one) => one.endsWith(reason!))
    )
      differs('other reason', `the log says '${reason}', the model '${reasons.get(device)![0]}'`);
    else agree++;
  }
  return {
    agree,
    notInTree: account.devices.filter(({ device }) => !names.has(device)).map(({ device }) => device),
    disagreements,
  };
}

/** What `devgraph probe --log` answers. */
export interface RecordedBoot extends BootAccount {
  readonly version: 1;
  readonly kernel: '6.12';
  readonly log: {
    readonly input: string;
    readonly lines: number;
    readonly understood: number;
    readonly cut: number;
    readonly machine: string | null;
    /** null without a board. */
    readonly origin: LogOrigin | null;
  };
  /** null without a board, and where the log is of another one. */
  readonly agreement: BootAgreement | null;
}
