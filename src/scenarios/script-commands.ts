/** Commands that say what a callback does: `ret`, `on`, `off`, `delay`. */
import { DOMAIN_CALLBACKS } from '../core/power-domain.ts';
import { domainOf } from '../core/world.ts';
import type { Command, ScriptedCallback } from './command.ts';
import {
  BAD,
  type CallbackScript,
  deviceNamed,
  driverScriptOf,
  type Result,
  type Session,
  scriptOf,
} from './session.ts';

/** Commands that one callback of a device or domain can hold, as in the recorder. */
const COMMANDS_PER_CALLBACK = 8;
/** Commands that one callback of a driver can hold. */
const DRIVER_COMMANDS_PER_CALLBACK = 64;

/** Stands before the name of a driver where a command is about all its devices. */
const DRIVER_PREFIX = 'driver:';

export type ScriptCommand = Command & { readonly kind: 'ret' | 'on' | 'off' | 'delay' };

function isOfDomain(callback: ScriptedCallback): boolean {
  return DOMAIN_CALLBACKS.some((known) => known === callback);
}

/**
 * The script of a callback of the device, domain or driver of that name; undefined where there is none. The callbacks of an
 * interrupt-safe domain run under a spinlock: they can return values, but take no time and do nothing.
 */
function namedScript(session: Session, command: ScriptCommand): CallbackScript | undefined {
  const { device: name, callback, kind } = command;
  if (!isOfDomain(callback)) {
    const device = deviceNamed(session, name);
    if (device !== undefined) return scriptOf(session.scripts, device, callback);
    const isDriver = name.startsWith(DRIVER_PREFIX);
    return isDriver ? driverScriptOf(session, name.slice(DRIVER_PREFIX.length), callback) : undefined;
  }
  const domain = session.domains.get(name);
  if (domain === undefined) return undefined;
  const mayNotSleep = (kind === 'on' || kind === 'delay') && domainOf(session.world, domain).irqSafe;
  return mayNotSleep ? undefined : scriptOf(session.domainScripts, domain, callback);
}

function mostCommands(name: string): number {
  return name.startsWith(DRIVER_PREFIX) ? DRIVER_COMMANDS_PER_CALLBACK : COMMANDS_PER_CALLBACK;
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
      if (script.commands.length >= mostCommands(command.device)) return BAD;
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
