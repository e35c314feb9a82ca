/**
 * The journal of a run: its trace lines with what the lines do not tell, and what the driver core did that no recorder sees.
 */
import { deviceLinkFlagNames } from '../core/device-link.ts';
import type { RuntimeStatus } from '../core/device-power.ts';
import type { DmaMisuse } from '../core/dma-misuse.ts';
import type { ModelEvent } from '../core/model-event.ts';
import { domainOf, type World } from '../core/world.ts';
import { dmaChanName } from '../dma/index.ts';
import type { TraceEvent } from './trace-event.ts';

/** What the driver core did, with names instead of ids: it is kept when those may be gone. */
export type DriverCoreEvent =
  | { readonly kind: 'bound' | 'unbound'; readonly device: string; readonly driver: string }
  | { readonly kind: 'deferred'; readonly device: string; readonly reason: string | null }
  | {
      readonly kind: 'link-added';
      readonly consumer: string;
      readonly supplier: string;
      /** Names of the flags, without DL_FLAG_, in lower case. */
      readonly flags: readonly string[];
    }
  | {
      readonly kind: 'link-refused';
      readonly consumer: string;
      readonly supplier: string;
      readonly reason: string;
    }
  /** What a driver did against the rules of the DMA engine layer: the client, or the engine where nobody asked by name. */
  | {
      readonly kind: 'dma-misuse';
      readonly device: string;
      /** null: there was none. */
      readonly channel: string | null;
      readonly what: DmaMisuse;
    }
  /** power.runtime_status has changed. */
  | { readonly kind: 'runtime-status'; readonly device: string; readonly status: RuntimeStatus }
  | { readonly kind: 'domain-status'; readonly domain: string; readonly status: 'on' | 'off' };

/**
 * `time` is in virtual milliseconds since the session's start and goes on during a sleep cycle, where the `t` of the lines stands
 * still. `task` is 1 for the script, and another number for each worker that is at work at the same time.
 */
export type JournalEntry =
  | {
      readonly kind: 'trace';
      readonly time: number;
      readonly task: number;
      readonly t: number;
      readonly event: TraceEvent;
    }
  | { readonly kind: 'driver-core'; readonly time: number; readonly event: DriverCoreEvent };

/** Most entries of a journal. */
export const JOURNAL_LIMIT = 1_000_000;

/** Ends a run whose journal is full. */
export class JournalFull extends Error {}

/** Enters what happened; throws {@link JournalFull} past the limit. */
export function enter(journal: JournalEntry[], entry: JournalEntry): void {
  if (journal.length >= JOURNAL_LIMIT) throw new JournalFull();
  journal.push(entry);
}

/** An event of the model by names; undefined for one that a journal leaves out. */
export function driverCoreEvent(world: World, event: ModelEvent): DriverCoreEvent | undefined {
  const nameOf = (device: number) => world.devices[device]!.name;
  switch (event.kind) {
    case 'bound':
    case 'unbound': {
      const { device } = event;
      const driver = event.kind === 'bound' ? world.devices[device]!.driver : event.driver;
      return { kind: event.kind, device: nameOf(device), driver: world.drivers[driver]?.name ?? '' };
    }
    case 'defer':
      return { kind: 'deferred', device: nameOf(event.device), reason: event.reason ?? null };
    case 'link-add': {
      const link = world.links[event.link];
      if (link === undefined) return undefined;
      const flags = deviceLinkFlagNames(link.flags).map((flag) => flag.toLowerCase());
      return { kind: 'link-added', consumer: nameOf(link.consumer), supplier: nameOf(link.supplier), flags };
    }
    case 'link-refused': {
      const { consumer, supplier, reason } = event;
      return { kind: 'link-refused', consumer: nameOf(consumer), supplier: nameOf(supplier), reason };
    }
    case 'dma-misuse': {
      const { device, channel, what } = event;
      return {
        kind: 'dma-misuse',
        device: nameOf(device),
        channel: channel < 0 ? null : dmaChanName(world, channel),
        what,
      };
    }
    case 'runtime-status':
      return { kind: 'runtime-status', device: nameOf(event.device), status: event.status };
    case 'domain-status':
      return { kind: 'domain-status', domain: domainOf(world, event.domain).name, status: event.status };
    default:
      return undefined;
  }
}

/** The lines of a trace that was kept as a journal. */
export function journalLines(journal: readonly JournalEntry[]): string[] {
  return journal.flatMap((entry) =>
    entry.kind === 'trace' ? [JSON.stringify({ t: entry.t, ...entry.event })] : [],
  );
}
