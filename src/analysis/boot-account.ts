/**
 * The account of a recorded boot: what became of each device, which of its messages names a root and which is only an echo of another
 * device's trouble.
 */
import type { Board } from '../core/board.ts';
import { errorText } from './errno-names.ts';

/** An event of a boot log; logs/boot-messages.ts makes them. */
export interface BootLogEvent {
  readonly kind: string;
  /** Microseconds, NaN for unknown. */
  readonly time: number;
  readonly line: number;
  readonly device: string;
  readonly driver?: string;
  readonly bus?: string;
  readonly reason?: string | undefined;
  readonly supplier?: string | undefined;
  readonly error?: number;
  readonly consumer?: string;
}

export type DeviceFate =
  | 'bound'
  /** Its driver failed. */
  | 'failed'
  /** Its driver failed because the deferred-probe timeout was over. */
  | 'timed out'
  /** Its driver does not want it. */
  | 'declined'
  /** On the deferred list to the end. */
  | 'deferred'
  /** The log does not say more. */
  | 'unknown';

/** One device of a log. */
export interface DeviceAccount {
  readonly device: string;
  readonly fate: DeviceFate;
  /** Driver of the last attempt, null if none is named. */
  readonly driver: string | null;
  /** Seconds of the kernel's clock at which its fate was sealed; null without a stamp. */
  readonly time: number | null;
  /** Line of the log that says so. */
  readonly line: number;
  /** How often it was put on the deferred list. */
  readonly deferrals: number;
  /** Seconds of its retries. */
  readonly retries: readonly number[];
  /** The last reason given, null if none. */
  readonly reason: string | null;
  /** What it waits for by its reason: a device or a node's path. */
  readonly supplier: string | null;
  readonly error: number | null;
}

/** Why a device of the log did not bind. */
export interface BootRoot {
  readonly device: string;
  readonly kind: 'failed' | 'timed out' | 'driver-deferral' | 'missing supplier' | 'no driver';
  readonly detail: string;
  readonly line: number;
  /** Devices that wait for it, directly or not: their messages are echoes. */
  readonly echoes: readonly string[];
}

export interface BootAccount {
  readonly devices: readonly DeviceAccount[];
  readonly roots: readonly BootRoot[];
  /** Suppliers whose sync_state waited, with the consumers named. */
  readonly syncState: readonly { readonly supplier: string; readonly consumers: readonly string[] }[];
  /** The log has debug messages of the driver core: without them, bound devices are not known. */
  readonly hasDebugMessages: boolean;
}

interface Growing {
  fate: DeviceFate;
  driver: string | null;
  time: number;
  line: number;
  deferrals: number;
  retries: number[];
  reason: string | null;
  supplier: string | null;
  error: number | null;
  timedOut: boolean;
}

function fresh(): Growing {
  return {
    fate: 'unknown',
    driver: null,
    time: Number.NaN,
    line: 0,
    deferrals: 0,
    retries: [],
    reason: null,
    supplier: null,
    error: null,
    timedOut: false,
  };
}

function settle(state: Growing, fate: DeviceFate, { time, line }: BootLogEvent): void {
  state.fate = fate;
  state.time = time;
  state.line = line;
}

/** What an event changes for its device. */
function apply(state: Growing, event: BootLogEvent): void {
  if (event.driver !== undefined) state.driver = event.driver;
  switch (event.kind) {
    case 'bound':
      settle(state, 'bound', event);
      return;
    case 'declined':
      // Another driver may have it by now.
      if (state.fate !== 'bound') settle(state, 'declined', event);
      state.error = event.error ?? null;
      return;
    case 'failed':
      settle(state, state.timedOut ? 'timed out' : 'failed', event);
      state.error = event.error ?? null;
      return;
    case 'timed-out':
      state.timedOut = true;
      return;
    case 'waits':
    case 'pending':
      state.reason = event.reason ?? state.reason;
      state.supplier = event.supplier ?? (event.reason === undefined ? state.supplier : null);
      settle(state, 'deferred', event);
      return;
    case 'driver-defers':
      state.reason = null;
      state.supplier = null;
      settle(state, 'deferred', event);
      return;
    case 'deferred':
      state.deferrals++;
      settle(state, 'deferred', event);
      return;
    case 'retried':
      if (!Number.isNaN(event.time)) state.retries.push(event.time / 1e6);
      return;
  }
}

/** Collects the events of a log. */
export class BootAccounts {
  readonly #devices = new Map<string, Growing>();
  readonly #syncState = new Map<string, Set<string>>();
  #bound = false;

  readonly onEvent = (event: BootLogEvent): void => {
    if (event.kind === 'sync-state-pending') {
      const consumers = this.#syncState.get(event.device) ?? new Set<string>();
      this.#syncState.set(event.device, consumers.add(event.consumer!));
      return;
    }
    const state = this.#devices.get(event.device) ?? fresh();
    this.#devices.set(event.device, state);
    if (event.kind === 'bound') this.#bound = true;
    apply(state, event);
  };

  /** Adds what devices_deferred says: these are deferred at the end of the log. */
  addDeferred(
    lines: readonly { readonly device: string; readonly reason: string | undefined }[],
    supplierOf: (reason: string) => string | undefined,
  ): void {
    for (const { device, reason } of lines) {
      const state = this.#devices.get(device) ?? fresh();
      this.#devices.set(device, state);
      state.fate = 'deferred';
      if (reason === undefined) continue;
      state.reason = reason;
      state.supplier = supplierOf(reason) ?? null;
    }
  }

  /** The account; with a board, waits that no message tells are looked for in the tree. */
  end(board?: Board): BootAccount {
    const devices = [...this.#devices].map(([device, state]): DeviceAccount => {
      const { fate, driver, time, line, deferrals, retries, reason, supplier, error } = state;
      const seconds = Number.isNaN(time) ? null : time / 1e6;
      return { device, fate, driver, time: seconds, line, deferrals, retries, reason, supplier, error };
    });
    return {
      devices,
      roots: rootsOf(devices, board),
      syncState: [...this.#syncState].map(([supplier, consumers]) => ({
        supplier,
        consumers: [...consumers],
      })),
      hasDebugMessages: this.#bound,
    };
  }
}

/** Names of devices by the node they are made from, for what a message or a reference calls by its path. */
function deviceNames(board: Board): ReadonlyMap<string, string> {
  return new Map(
    board.nodes.flatMap(({ path, deviceName }) => (deviceName === undefined ? [] : [[path, deviceName]])),
  );
}

/** The device of a path: of the node itself, or of the nearest node above that has one. */
function deviceOfPath(path: string, names: ReadonlyMap<string, string>): string | undefined {
  for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const name = names.get(at);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Devices that a device of the tree refers to in any property and that are not bound: what a silent deferral may be about. */
function unboundReferences(
  device: string,
  board: Board,
  names: ReadonlyMap<string, string>,
  accounts: ReadonlyMap<string, DeviceAccount>,
): { readonly device: string; readonly property: string }[] {
  const node = board.nodes.find(({ deviceName }) => deviceName === device);
  const found = new Map<string, string>();
  for (const { property, supplier } of node?.references ?? []) {
    const name = deviceOfPath(board.nodes[supplier]!.path, names);
    const fate = name === undefined ? undefined : accounts.get(name)?.fate;
    if (
      name !== undefined &&
      fate !== undefined &&
      fate !== 'bound' &&
      fate !== 'declined' &&
      name !== device
    )
      found.set(name, property);
  }
  return [...found].map(([name, property]) => ({ device: name, property }));
}

/** Properties whose subsystems give up at the timeout: callers of driver_deferred_probe_check_state(). */
const TIMED = /^(power-domains|iommus|pinctrl-\d+)$/;

/** What a device that timed out has asked for, and what became of its provider. */
function timedOutOn(
  device: string,
  board: Board,
  names: ReadonlyMap<string, string>,
  accounts: ReadonlyMap<string, DeviceAccount>,
): string {
  const node = board.nodes.find(({ deviceName }) => deviceName === device);
  const asked = (node?.references ?? [])
    .filter(({ property }) => TIMED.test(property))
    .map(({ property, supplier }) => {
      const name = deviceOfPath(board.nodes[supplier]!.path, names) ?? board.nodes[supplier]!.path;
      const fate = accounts.get(name)?.fate ?? 'unknown';
      return `${property} of ${name} (${fate === 'unknown' ? 'not in the log' : fate})`;
    });
  return asked.length === 0 ? '' : `; it had asked for ${[...new Set(asked)].join(', ')}`;
}

interface Blocked {
  readonly on: readonly string[];
  readonly root: Omit<BootRoot, 'echoes'> | undefined;
}

function blockedBy(
  account: DeviceAccount,
  board: Board | undefined,
  names: ReadonlyMap<string, string>,
  accounts: ReadonlyMap<string, DeviceAccount>,
): Blocked {
  const { device, fate, line, reason, supplier, driver, error } = account;
  if (fate === 'failed' || fate === 'timed out') {
    const when = fate === 'timed out' ? ' when the deferred-probe timeout was over' : '';
    const detail = `probe with driver ${driver ?? 'unknown'} failed${when}${error === null ? '' : `: ${errorText(error)}`}`;
    const asked =
      fate === 'timed out' && board !== undefined ? timedOutOn(device, board, names, accounts) : '';
    return { on: [], root: { device, kind: fate, detail: detail + asked, line } };
  }
  if (supplier !== null) {
    const name = supplier.startsWith('/') ? (deviceOfPath(supplier, names) ?? supplier) : supplier;
    const other = accounts.get(name);
    if (other !== undefined && other.fate !== 'bound' && name !== device)
      return { on: [name], root: undefined };
    return { on: [], root: { device, kind: 'missing supplier', detail: reason ?? '', line } };
  }
  const silent = board === undefined ? [] : unboundReferences(device, board, names, accounts);
  if (silent.length > 0) return { on: silent.map((one) => one.device), root: undefined };
  const detail = reason ?? `driver ${driver ?? 'unknown'} asks for deferral and says no reason`;
  return { on: [], root: { device, kind: 'driver-deferral', detail, line } };
}

/** Roots with their echoes, those with most echoes first, then by line. */
function rootsOf(devices: readonly DeviceAccount[], board: Board | undefined): BootRoot[] {
  const accounts = new Map(devices.map((account) => [account.device, account]));
  const names = board === undefined ? new Map<string, string>() : deviceNames(board);
  const stuck = devices.filter(
    ({ fate }) => fate === 'deferred' || fate === 'failed' || fate === 'timed out',
  );
  const blocked = new Map(
    stuck.map((account) => [account.device, blockedBy(account, board, names, accounts)]),
  );
  const echoes = new Map<string, Set<string>>();
  for (const { device } of stuck) {
    const seen = new Set([device]);
    const queue = [...blocked.get(device)!.on];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const next = blocked.get(at);
      if (next === undefined || next.root !== undefined)
        echoes.set(at, (echoes.get(at) ?? new Set()).add(device));
      queue.push(...(next?.on ?? []));
    }
  }
  const roots = [...blocked].flatMap(([device, { root }]) =>
    root === undefined ? [] : [{ ...root, echoes: [...(echoes.get(device) ?? [])] }],
  );
  // A device that others wait for and of which the log knows no attempt has no driver, as far as the log tells.
  const silent = [...echoes]
    .filter(([device]) => !blocked.has(device))
    .map(([device, waiting]): BootRoot => {
      const account = accounts.get(device);
      const detail =
        account?.fate === 'declined' ? `driver ${account.driver} does not want it` : 'no driver has tried it';
      return { device, kind: 'no driver', detail, line: account?.line ?? 0, echoes: [...waiting] };
    });
  return [...roots, ...silent].sort(
    (a, b) => b.echoes.length - a.echoes.length || a.line - b.line || (a.device < b.device ? -1 : 1),
  );
}
