/** Commands that say what a callback does: `ret`, `on`, `off`, `delay`. */
import { DOMAIN_CALLBACKS } from '../core/power-domain.ts';
import { domainOf } from '../core/world.ts';
import type { Command, ScriptedCallback } from './command.ts';
import { BAD, type CallbackScript, type Result, type Session, scriptOf } from './session.ts';

/** Commands that one callback can hold. */
const COMMANDS_PER_CALLBACK = 8;

export type ScriptCommand = Command & { readonly kind: 'ret' | 'on' | 'off' | 'delay' };

function isOfDomain(callback: ScriptedCallback): boolean {
  return DOMAIN_CALLBACKS.some((known) => known === callback);
}

/**
 * The script of a callback of the device, or of the domain, of that name; undefined where there is none. The callbacks of an
 * interrupt-safe domain run under a spinlock: they can return values, but take no time and do nothing.
 */
function namedScript({ world, ...session }: Session, command: ScriptCommand): CallbackScript | undefined {
  const { device: name, callback, kind } = command;
  if (!isOfDomain(callback)) {
    const device = session.devices.get(name);
    return device === undefined ? undefined : scriptOf(session.scripts, device, callback);
  }
  const domain = session.domains.get(name);
  if (domain === undefined) return undefined;
  const mayNotSleep = (kind === 'on' || kind === 'delay') && domainOf(world, domain).irqSafe;
  return mayNotSleep ? undefined : scriptOf(session.domainScripts, domain, callback);
}

/** Carries out a command that says what a callback does. */
export function carryOutScripting(session: Session, command: ScriptCommand): Result {
  const script = namedScript(session, command);
  if (script === undefined) return BAD;
  switch (command.kind) {
    case 'ret':
      script.values = [...command.values];
      script.repeat = command.repeat;
      return 0;
    case 'on':
      if (script.commands.length >= COMMANDS_PER_CALLBACK) return BAD;
      script.commands.push(command.command);
      return 0;
    case 'off':
      script.commands.length = 0;
      return 0;
    case 'delay':
      script.delay = command.milliseconds;
      return 0;
  }
}
