/** From steps to commands. */
import { CommandError, parseNested } from '../scenarios/index.ts';
import { checkExpectations, expectationCount } from './check-expectations.ts';
import { compileBehaviour } from './compile-callbacks.ts';
import { compileDevice, compileDomain, compileDriver } from './compile-entities.ts';
import type { KeyPath } from './complaints.ts';
import {
  KERNEL_CALL_NAMES,
  KERNEL_CALLS,
  type KernelCall,
  type KernelCallName,
  PLAIN_CALL_NAMES,
  PLAIN_CALLS,
  type PlainCallName,
} from './kernel-calls.ts';
import type { CallbackStep, Step, StepExpectations } from './scenario-file.ts';
import { argumentWord, type Context, deviceWord } from './scenario-words.ts';

/** A step that was understood. */
export type CompiledStep =
  | {
      readonly kind: 'action';
      readonly path: KeyPath;
      /** As a function call: `pm_runtime_get_sync(uart)`; undefined where there is only something to expect. */
      readonly text: string | undefined;
      readonly commands: readonly string[];
      readonly expect: StepExpectations | undefined;
    }
  | { readonly kind: 'repeat'; readonly times: number; readonly steps: readonly CompiledStep[] };

/** Steps that are no plain function of the kernel. */
const OTHER_STEPS = [
  'pm_genpd_init',
  'device_register',
  'driver_register',
  'on_callback',
  'forget_callback',
  'commands',
] as const;
/** Every key that says what a step does. */
export const STEP_NAMES: readonly string[] = [
  ...new Set([...KERNEL_CALL_NAMES, ...PLAIN_CALL_NAMES, ...OTHER_STEPS, 'repeat']),
];

function isKernelCall(name: string): name is KernelCallName {
  return Object.hasOwn(KERNEL_CALLS, name);
}

function isPlainCall(name: string): name is PlainCallName {
  return Object.hasOwn(PLAIN_CALLS, name);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'object' && !Array.isArray(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return value.length === 0 ? '0' : value.map(textOf).join('|');
  return String(value);
}

interface Action {
  readonly text: string;
  readonly commands: readonly string[];
}

function compileKernelCall(context: Context, name: KernelCallName, value: unknown, path: KeyPath): Action {
  const call: KernelCall = KERNEL_CALLS[name];
  const names = Object.keys(call.arguments);
  const isSingle = names.length === 1;
  const given = isSingle ? { [names[0]!]: value } : (value as Readonly<Record<string, unknown>>);
  let command = call.command;
  for (const argument of names) {
    const where = isSingle ? path : [...path, argument];
    const word = argumentWord(context, call.arguments[argument]!, given[argument], where);
    command = command.replace(`{${argument}}`, () => word);
  }
  return {
    text: `${name}(${names.map((argument) => textOf(given[argument])).join(', ')})`,
    commands: [command.trim().replace(/ {2,}/g, ' ')],
  };
}

/** Lines of the command language; each must be one, what it names is known only when it runs. */
function compileLines(context: Context, text: string, path: KeyPath): string[] {
  const commands: string[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    try {
      parseNested(line);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      context.complaints.add([...path, at], error.message, 'docs/scenarios.md has the commands');
    }
    commands.push(line);
  }
  return commands;
}

/** What a step does: the one key of it that says so. */
function compileAction(context: Context, name: string, step: Exclude<Step, string>, path: KeyPath): Action {
  const where = [...path, name];
  const value = step[name as keyof typeof step] as unknown;
  if (isKernelCall(name)) return compileKernelCall(context, name, value, where);
  if (isPlainCall(name)) return { text: `${name}()`, commands: [PLAIN_CALLS[name].command] };
  if (step.device_register !== undefined) {
    const { name: device } = step.device_register;
    return {
      text: `device_register(${device})`,
      commands: compileDevice(context, step.device_register, where),
    };
  }
  if (step.pm_genpd_init !== undefined) {
    const { name: domain } = step.pm_genpd_init;
    return { text: `pm_genpd_init(${domain})`, commands: compileDomain(context, step.pm_genpd_init, where) };
  }
  if (step.driver_register !== undefined) {
    const { name: driver } = step.driver_register;
    return {
      text: `driver_register(${driver})`,
      commands: compileDriver(context, step.driver_register, where),
    };
  }
  if (step.on_callback !== undefined) {
    const { device, callback, ...behaviour } = step.on_callback;
    deviceWord(context, device, [...where, 'device']);
    const commands = compileBehaviour(context, { kind: 'device', name: device }, callback, behaviour, where);
    return { text: `on_callback(${device}, ${callback})`, commands };
  }
  if (step.forget_callback !== undefined) {
    const { device, callback } = step.forget_callback;
    deviceWord(context, device, [...where, 'device']);
    return { text: `forget_callback(${device}, ${callback})`, commands: [`off ${device} ${callback}`] };
  }
  const commands = compileLines(context, step.commands ?? '', where);
  return { text: commands.length === 1 ? commands[0]! : `${commands.length} commands`, commands };
}

/** The keys of a step that say what it does; complains unless there is one, or only something to expect. */
function actionOf({ complaints }: Context, step: Exclude<Step, string>, path: KeyPath): string | undefined {
  const names = Object.keys(step).filter(
    (key) => key !== 'expect' && step[key as keyof typeof step] !== undefined,
  );
  if (names.length === 0 && step.expect === undefined)
    complaints.add(path, 'the step is empty', 'say what it does, or what is expected');
  if (names.length > 1) {
    complaints.add(
      [...path, names[1]!],
      `${names[0]} and ${names[1]} in one step`,
      'make two steps of it',
      true,
    );
  }
  return names[0];
}

function compileAnyStep(context: Context, step: Step, path: KeyPath): CompiledStep {
  if (typeof step === 'string') {
    const { command } = PLAIN_CALLS[step];
    return { kind: 'action', path, text: `${step}()`, commands: [command], expect: undefined };
  }
  const name = actionOf(context, step, path);
  const { expect } = step;
  if (step.repeat !== undefined) {
    if (expect !== undefined)
      complaints(
        context,
        [...path, 'expect'],
        'a repeat returns nothing',
        'put expect into its steps or behind it',
      );
    const steps = compileSteps(context, step.repeat.steps, [...path, 'repeat', 'steps']);
    return { kind: 'repeat', times: step.repeat.times, steps };
  }
  if (expect !== undefined) checkExpectations(context, expect, [...path, 'expect'], name !== undefined);
  const action = name === undefined ? undefined : compileAction(context, name, step, path);
  return { kind: 'action', path, text: action?.text, commands: action?.commands ?? [], expect };
}

function complaints(context: Context, path: KeyPath, what: string, hint: string): void {
  context.complaints.add(path, what, hint, true);
}

/** A list of steps. */
export function compileSteps(context: Context, steps: readonly Step[], path: KeyPath): CompiledStep[] {
  return steps.map((step, at) => compileAnyStep(context, step, [...path, at]));
}

/** A step inside a callback: commands without anything to expect. */
export function compileCallbackStep(context: Context, step: CallbackStep, path: KeyPath): string[] {
  const compiled = compileAnyStep(context, step, path);
  return compiled.kind === 'action' ? [...compiled.commands] : [];
}

/** How many commands steps come to, with all repeats. */
export function commandCount(steps: readonly CompiledStep[]): number {
  return steps.reduce(
    (sum, step) =>
      sum +
      (step.kind === 'repeat'
        ? step.times * Math.max(1, commandCount(step.steps))
        : Math.max(1, step.commands.length)),
    0,
  );
}

/** How many things steps expect, with all repeats. */
export function stepExpectationCount(steps: readonly CompiledStep[], devices: number): number {
  return steps.reduce((sum, step) => {
    if (step.kind === 'repeat') return sum + step.times * stepExpectationCount(step.steps, devices);
    return step.expect === undefined ? sum : sum + expectationCount(step.expect, devices);
  }, 0);
}
