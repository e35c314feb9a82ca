/** What is explored, as plain data: a world, who acts on it, and what callbacks may return. */
import type { Command, ScriptedCallback } from '../scenarios/index.ts';

/** A command as it was written, understood. */
export interface ActorCommand {
  readonly text: string;
  readonly command: Command;
}

/** Somebody who calls the kernel on his own account, one command after the other: a driver's thread, a process with sysfs. */
export interface Actor {
  readonly name: string;
  readonly commands: readonly ActorCommand[];
  /** Begins again behind the last command, for ever. */
  readonly repeats: boolean;
  /** A user task or freezable thread: while the system sleeps it begins nothing, and the system waits for what it has begun. */
  readonly freezes: boolean;
}

/** What a callback of a device or power domain may return: each of these, at every call. */
export interface Outcome {
  readonly name: string;
  readonly callback: ScriptedCallback;
  readonly values: readonly number[];
}

/** A small world to explore. */
export interface Exploration {
  readonly name: string;
  /** Commands that make the world, run one after the other in the order of the recorded kernel until nothing moves any more. */
  readonly setup: readonly string[];
  readonly actors: readonly Actor[];
  readonly outcomes: readonly Outcome[];
}
