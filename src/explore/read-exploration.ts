/**
 * Files of explorations in the command language: commands that make the world, and behind them sections
 *
 *     actor NAME [repeats] [unfreezable]
 *     outcome DEV CALLBACK VALUE,VALUE...
 *
 * An `actor` line begins the commands of an actor; `outcome` lines may stand anywhere. Blank lines and lines that begin with `#` say nothing.
 */
import { CALLBACKS } from '../core/callbacks.ts';
import { InputError, printable } from '../core/diagnostic.ts';
import { DMA_CALLBACKS } from '../core/dma-engine.ts';
import { DOMAIN_CALLBACKS, DOMAIN_DEVICE_CALLBACKS } from '../core/power-domain.ts';
import { type Command, CommandError, parseNested, type ScriptedCallback } from '../scenarios/index.ts';
import type { Actor, ActorCommand, Exploration, Outcome } from './exploration.ts';

/** Most actors, commands of all, and outcomes of one callback. */
const MOST_ACTORS = 100;
const MOST_COMMANDS = 10_000;
const MOST_OUTCOMES = 100;

const SCRIPTED: readonly ScriptedCallback[] = [
  ...CALLBACKS,
  ...DOMAIN_DEVICE_CALLBACKS,
  ...DOMAIN_CALLBACKS,
  ...DMA_CALLBACKS,
];

interface Place {
  readonly input: string;
  readonly line: number;
}

function fail(place: Place, what: string, hint = 'see docs/explore.md'): never {
  throw new InputError('exploration', place, what, hint);
}

function understood(text: string, place: Place): readonly [Command, ...Command[]] {
  try {
    return parseNested(text);
  } catch (error) {
    if (error instanceof CommandError) fail(place, error.message);
    throw error;
  }
}

function readActor(
  [name, ...options]: readonly string[],
  place: Place,
): Actor & { commands: ActorCommand[] } {
  if (name === undefined) fail(place, 'the actor has no name');
  const unknown = options.find((option) => option !== 'repeats' && option !== 'unfreezable');
  if (unknown !== undefined)
    fail(place, `an actor is not '${printable(unknown)}'`, 'it may be repeats and unfreezable');
  return {
    name,
    commands: [],
    repeats: options.includes('repeats'),
    freezes: !options.includes('unfreezable'),
  };
}

function readOutcome([name, word, values, rest]: readonly string[], place: Place): Outcome {
  const callback = SCRIPTED.find((known) => known === word);
  if (name === undefined || callback === undefined)
    fail(place, `'${printable(word ?? '')}' is no callback`, `there are ${SCRIPTED.join(' ')}`);
  if (values === undefined || rest !== undefined)
    fail(place, 'an outcome has one list of values', 'write 0,-16');
  const numbers = values.split(',').map(Number);
  if (!numbers.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31) || values === '')
    fail(place, `'${printable(values)}' is no list of whole numbers`, 'write 0,-16');
  if (numbers.length > MOST_OUTCOMES) fail(place, `a callback has more than ${MOST_OUTCOMES} outcomes`);
  return { name, callback, values: [...new Set(numbers)] };
}

/** What a name must be that no command makes: the device that the kernel makes for a channel of a DMA engine, or each device of a driver. */
const NAMED_BY_THE_KERNEL = /^(dma\d+chan\d+$|driver:)/;

/** Names of devices and power domains: those that commands make, and where each is used first. */
class Names {
  readonly #made = new Set<string>();
  readonly #used = new Map<string, Place>();

  read(commands: readonly Command[], place: Place): void {
    for (const command of commands) {
      if (command.kind === 'dev') this.#made.add(command.name);
      else if (command.kind === 'genpd') this.#made.add(command.wanted.name);
      else if ('device' in command && command.device !== undefined) this.use(command.device, place);
    }
  }

  use(name: string, place: Place): void {
    if (!this.#used.has(name)) this.#used.set(name, place);
  }

  /** Refuses a name that is nobody's: what it stands for would say nothing, and an exploration would hold for the wrong reason. */
  check(): void {
    for (const [name, place] of this.#used) {
      if (this.#made.has(name) || NAMED_BY_THE_KERNEL.test(name)) continue;
      fail(
        place,
        `nothing is ever called '${printable(name)}'`,
        "a device is made by 'dev NAME', a power domain by 'genpd NAME'",
      );
    }
  }
}

/** The exploration that a text in the command language is. Throws {@link InputError} with the line of what is not understood. */
export function readExploration(text: string, input: string): Exploration {
  const setup: string[] = [];
  const actors: (Actor & { commands: ActorCommand[] })[] = [];
  const outcomes: Outcome[] = [];
  const names = new Names();
  let count = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const place = { input, line: index + 1 };
    const [word, ...words] = line.split(/\s+/);
    if (word === 'actor') {
      const actor = readActor(words, place);
      if (actors.some(({ name }) => name === actor.name))
        fail(place, `a second actor '${printable(actor.name)}'`);
      if (actors.push(actor) > MOST_ACTORS) fail(place, `more than ${MOST_ACTORS} actors`);
    } else if (word === 'outcome') {
      const outcome = readOutcome(words, place);
      names.use(outcome.name, place);
      outcomes.push(outcome);
    } else {
      if (++count > MOST_COMMANDS)
        fail(place, `more than ${MOST_COMMANDS} commands`, 'explore a smaller world');
      const commands = understood(line, place);
      names.read(commands, place);
      const [command] = commands;
      const actor = actors.at(-1);
      if (actor === undefined) setup.push(line);
      else actor.commands.push({ text: line, command });
    }
  }
  if (actors.length === 0)
    fail({ input, line: 1 }, 'nobody acts', "begin the commands of each actor with 'actor NAME'");
  const idle = actors.find(({ commands }) => commands.length === 0);
  if (idle !== undefined) fail({ input, line: 1 }, `the actor '${printable(idle.name)}' does nothing`);
  names.check();
  return { name: input, setup, actors, outcomes };
}
