/** Requests that are DMA transfers: on which channel, and whose engine has to be awake for them. */
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { DeviceId, World } from '../core/world.ts';
import { channelOf, countTransfer, dropTransfer, engineOf, pmRuntimeActive } from '../dma/index.ts';
import type { PolicyPlan, WorkPlan } from '../scenario-files/index.ts';
import type { Session } from '../scenarios/index.ts';
import type { WorkingDevice } from './working-device.ts';
import { WorkloadFault } from './workload-fault.ts';

/** What requests of a stream are transfers on. */
export interface Transfer {
  readonly channel: DmaChannelId;
  /** The device of its engine. */
  readonly engine: DeviceId;
}

/**
 * The transfers of each stream, undefined for one that has none. Throws {@link WorkloadFault} where a client has no channel under the
 * policy, and for a policy about DMA in a scenario without an engine.
 */
export function transfersOf(
  { world, dmaHandles }: Session,
  { streams }: WorkPlan,
  { name, dma }: PolicyPlan,
): (Transfer | undefined)[] {
  if (dma !== undefined && world.dma.engines.length === 0)
    throw new WorkloadFault(
      'no device is a DMA engine when the workload begins',
      'register one in the probe of its driver: dma_async_device_register',
      ['policies', name, 'dma'],
    );
  return streams.map((plan, at) => {
    if (plan.dma === undefined) return undefined;
    const handle = dmaHandles.get(plan.dma);
    if (handle?.held !== true)
      throw new WorkloadFault(
        `with the policy '${name}' nobody has a DMA channel '${plan.dma}' when the workload begins`,
        'request it in the probe of its client, or leave out a policy whose link is refused',
        ['workload', 'streams', at, 'dma'],
      );
    const { engine } = channelOf(world, handle.channel);
    return { channel: handle.channel, engine: engineOf(world, engine).device };
  });
}

/** Engines, by the device that works, without which none of its requests can be worked on. */
export function enginesNeeded(
  { streams }: WorkPlan,
  transfers: readonly (Transfer | undefined)[],
): Map<string, readonly DeviceId[]> {
  const found = new Map<string, readonly DeviceId[]>();
  for (const [at, { device }] of streams.entries()) {
    const known = found.get(device);
    const engine = transfers[at]?.engine;
    const isNeeded = engine !== undefined && (known === undefined || known.includes(engine));
    found.set(device, isNeeded ? [engine] : []);
  }
  return found;
}

/** The engines of a run, and the transfers that they carry out. */
export class Engines {
  readonly #world: World;
  /** Devices that work, and engines by the transfers that they carry out. */
  readonly holding: ({ held: number } | undefined)[];
  readonly #own = new Map<DeviceId, { held: number }>();
  /** An engine that is asleep has been asked for, and no worker has run since. */
  hasAsked = false;

  constructor(
    world: World,
    devices: readonly (WorkingDevice | undefined)[],
    transfers: readonly (Transfer | undefined)[],
  ) {
    this.#world = world;
    this.holding = [...devices];
    for (const transfer of transfers) {
      if (transfer === undefined || this.holding[transfer.engine] !== undefined) continue;
      const carried = { held: 0 };
      this.holding[transfer.engine] = carried;
      this.#own.set(transfer.engine, carried);
    }
  }

  /**
   * The transfer that the next request of an active device is: true if it begins. Where transfers are counted the engine is asked for
   * here, and the transfer waits for it. Throws {@link WorkloadFault} for an engine that nobody keeps awake.
   */
  begin(device: WorkingDevice, { channel, engine }: Transfer, now: number): boolean {
    const { devices, dma } = this.#world;
    const isAsking = device.askedAt < 0;
    if (isAsking) {
      countTransfer(this.#world, channel);
      device.askedAt = now;
    }
    if (pmRuntimeActive(this.#world, engine)) {
      const carried = this.#own.get(engine);
      if (carried !== undefined) carried.held++;
      return true;
    }
    if (dma.policy.power !== 'descriptor')
      throw new WorkloadFault(
        `a transfer of '${device.name}' begins while its engine '${devices[engine]!.name}' is asleep: nobody keeps it awake`,
        'take a policy that does, or call dmaengine_prepare in runtime_resume of the client',
      );
    if (isAsking) this.hasAsked = true;
    return false;
  }

  end({ channel, engine }: Transfer): void {
    const carried = this.#own.get(engine);
    if (carried !== undefined) carried.held--;
    dropTransfer(this.#world, channel);
  }

  /** The requests of a device are given up, and with the first of them the engine that it waits for. */
  giveUp(device: WorkingDevice): void {
    const transfer = device.waiting[device.first]?.transfer;
    if (transfer !== undefined && device.askedAt >= 0) dropTransfer(this.#world, transfer.channel);
    device.askedAt = -1;
  }
}
