/** What the requests for DMA channels came to on a board that was booted with a link policy. */
import { EPROBE_DEFER } from '../core/errno.ts';
import type { DeviceId, World } from '../core/world.ts';
import { idOf } from './words.ts';

type RequestEvent = Extract<World['events'][number], { readonly kind: 'dma-request' }>;

/** The last request of a client for a channel name. */
export interface DmaRequestRow {
  readonly client: string;
  /** The entry of `dma-names`. */
  readonly name: string;
  /** 0 or a negative errno. */
  readonly result: number;
  /** The engine and the channel's own device; null where the request came to none. */
  readonly engine: string | null;
  readonly channel: string | null;
  /** Supplier of the link that the request made or found, null for no link. */
  readonly link: string | null;
  /** Why device_link_add() refused the link; null if it did not. */
  readonly refused: string | null;
  /** How many requests before this one ended in -EPROBE_DEFER. */
  readonly deferrals: number;
}

/** A WARN_ON of the kernel, by its place. */
export interface WarningRow {
  readonly place: string;
  readonly times: number;
}

export interface DmaRequests {
  /** In the order in which each was first made. */
  readonly requests: readonly DmaRequestRow[];
  /** Probes that were put off because a channel request ended in -EPROBE_DEFER. */
  readonly deferredByRequest: number;
  /** Probes of DMA clients that were put off because of a device link or a firmware link, before they could request. */
  readonly deferredByLink: number;
  /** WARN_ONs of the boot. */
  readonly warnings: readonly WarningRow[];
}

function row(world: World, event: RequestEvent, deferrals: number): DmaRequestRow {
  const idOrNull = (id: DeviceId) => (id < 0 ? null : idOf(world, id));
  const link = event.link < 0 ? undefined : world.links[event.link];
  return {
    client: idOf(world, event.client),
    name: event.name,
    result: event.result,
    engine: idOrNull(event.engine),
    channel: idOrNull(event.channel),
    link: link === undefined ? null : idOf(world, link.supplier),
    refused: event.refused === '' ? null : event.refused,
    deferrals,
  };
}

/** Requests by client and name, deferrals and warnings of a boot with channel requests. */
export function dmaRequestsOf(world: World): DmaRequests {
  const last = new Map<string, { event: RequestEvent; deferrals: number }>();
  const places = new Map<string, number>();
  const isClient = (id: DeviceId) => {
    const { node } = world.devices[id]!;
    return node >= 0 && world.board.nodes[node]!.dmaClient?.names !== undefined;
  };
  let deferredByRequest = 0;
  let deferredByLink = 0;
  /** Clients whose probe, now running, has had a request that was deferred. */
  const asked = new Set<DeviceId>();
  for (const event of world.events) {
    switch (event.kind) {
      case 'dma-request': {
        const key = `${event.client} ${event.name}`;
        const before = last.get(key);
        const wasDeferred = before?.event.result === -EPROBE_DEFER ? 1 : 0;
        last.set(key, { event, deferrals: (before?.deferrals ?? 0) + wasDeferred });
        if (event.result === -EPROBE_DEFER) asked.add(event.client);
        break;
      }
      case 'defer':
        if (asked.delete(event.device)) deferredByRequest++;
        else if (isClient(event.device)) deferredByLink++;
        break;
      case 'warning':
        places.set(event.place, (places.get(event.place) ?? 0) + 1);
        break;
    }
  }
  return {
    requests: [...last.values()].map(({ event, deferrals }) => row(world, event, deferrals)),
    deferredByRequest,
    deferredByLink,
    warnings: [...places].map(([place, times]) => ({ place, times })),
  };
}
