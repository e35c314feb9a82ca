/**
 * What the model does beyond Linux 6.12 when a client gets a channel by name, and before it gives it back: the link and the reference of
 * the policy, and then the callbacks of an engine that has them, which no driver of 6.12 can have. 6.12 does nothing here.
 */

import { DL_FLAG } from '../core/device-link.ts';
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { Task } from '../core/task.ts';
import { happened, linkOf, type World } from '../core/world.ts';
import { callEngine, channelOf, engineOf } from './engine-access.ts';
import { dropForChannel, holdForChannel } from './engine-power.ts';
import { dmaReleaseLink, dmaRequestLink } from './request-link.ts';

/** The link that a request makes: 0, or the error that it ends with. A stateless one is given back with the channel. */
function* makeLink(world: World, id: DmaChannelId): Task<number> {
  const channel = channelOf(world, id);
  const { device: engine } = engineOf(world, channel.engine);
  const { policy } = world.dma;
  const ends = { client: channel.slave, engine, channel: channel.device };
  const link = yield* dmaRequestLink(world, policy.link, ends);
  if (link.kind === 'refused') {
    const supplier = policy.link.target === 'engine' ? engine : channel.device;
    happened(world, { kind: 'link-refused', consumer: channel.slave, supplier, reason: link.reason });
    return link.error;
  }
  if (link.kind !== 'none' && linkOf(world, link.link).flags & DL_FLAG.STATELESS) channel.link = link.link;
  return 0;
}

function* dropLink(world: World, id: DmaChannelId): Task<void> {
  const channel = channelOf(world, id);
  const { link } = channel;
  channel.link = -1;
  if (link >= 0) yield* dmaReleaseLink(world, { kind: 'added', link });
}

/** The channel has its resources and its client: 0, or an error that makes the request fail, behind which nothing is left of it. */
export function* attachClient(world: World, channel: DmaChannelId): Task<number> {
  const held = yield* holdForChannel(world, channel);
  if (held < 0) return held;
  const linked = yield* makeLink(world, channel);
  if (linked < 0) {
    dropForChannel(world, channel);
    return linked;
  }
  const error = yield* callEngine(world, channel, 'client_attach');
  if (error >= 0) return error;
  yield* dropLink(world, channel);
  dropForChannel(world, channel);
  return error;
}

/** The client is about to give the channel back, whose resources are still there. */
export function* detachClient(world: World, channel: DmaChannelId): Task<void> {
  yield* callEngine(world, channel, 'client_detach');
  yield* dropLink(world, channel);
  dropForChannel(world, channel);
}
