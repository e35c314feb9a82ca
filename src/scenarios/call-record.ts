/** Callbacks in the events of a World that records. */
import type { CallbackEffect } from '../core/task.ts';
import { record, type World } from '../core/world.ts';

export function recordBegin(world: World, call: CallbackEffect): void {
  if (!world.recording) return;
  if (call.kind === 'call-domain') {
    const { domain, callback } = call;
    record(world, { kind: 'domain-callback-begin', domain, callback });
  } else {
    const { device, callback, layer } = call;
    const { driver } = world.devices[device]!;
    record(world, { kind: 'callback-begin', device, callback, layer, driver });
  }
}

export function recordEnd(world: World, call: CallbackEffect, value: number): void {
  if (!world.recording) return;
  if (call.kind === 'call-domain') {
    const { domain, callback } = call;
    record(world, { kind: 'domain-callback-end', domain, callback, value });
  } else {
    const { device, callback } = call;
    record(world, { kind: 'callback-end', device, callback, value });
  }
}
