/** Commands that say what a callback does: `ret`, `on`, `off`, `delay`. */
import { DOMAIN_CALLBACKS } from '../core/power-domain.ts';
import type { Command, ScriptedCallback } from './command.ts';
import { BAD, type CallbackScript, type Result, type Session, scriptOf } from './session.ts';

/** Commands that one callback can hold. */
const COMMANDS_PER_CALLBACK = 8;

export type ScriptCommand = Command & { readonly kind: 'ret' | 'on' | 'off' | 'delay' };

/** The script of a callback of the device, or of the domain, of that name; undefined where there is none. */
function namedScript(session: Session, name: string, callback: ScriptedCallback): CallbackScript | undefined {
  const isOfDomain = DOMAIN_CALLBACKS.some((known) => known === callback);
  const id = isOfDomain ? session.domains.get(name) : session.devices.get(name);
  if (id === undefined) return undefined;
  return scriptOf(isOfDomain ? session.domainScripts : session.scripts, id, callback);
}

/** Carries out a command that says what a callback does. */
export function carryOutScripting(session: Session, command: ScriptCommand): Result {
  const script = namedScript(session, command.device, command.callback);
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
