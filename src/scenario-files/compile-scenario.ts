/** From a scenario file to commands of the command language, with every name in it looked up before anything runs. */
import type { Board } from '../core/board.ts';
import { COMMAND_LIMIT } from '../scenarios/index.ts';
import { checkExpectations, EXPECTATION_LIMIT } from './check-expectations.ts';
import { compileDevice, compileDomain, compileDriver, compileLink } from './compile-entities.ts';
import { compilePolicies } from './compile-policies.ts';
import {
  type CompiledStep,
  commandCount,
  compileCallbackStep,
  compileSteps,
  stepExpectationCount,
} from './compile-steps.ts';
import type { CompiledPolicies } from './compiled-policies.ts';
import { Complaints, type KeyPath, type PlaceOf } from './complaints.ts';
import type {
  CallbackBehaviours,
  CallbackStep,
  ScenarioDevice,
  ScenarioDomain,
  ScenarioDriver,
  ScenarioFile,
  Step,
} from './scenario-file.ts';
import type { Context } from './scenario-words.ts';

export interface CompiledScenario {
  /** Settings, devices, links and drivers, one step for each. */
  readonly setup: readonly CompiledStep[];
  readonly steps: readonly CompiledStep[];
  /** Of a scenario with a workload. */
  readonly policies: CompiledPolicies | undefined;
}

/** A scalar is a name without anything else. */
function named<T extends { readonly name: string }>(entry: string | T): { readonly name: string } | T {
  return typeof entry === 'string' ? { name: entry } : entry;
}

interface Names {
  readonly devices: Set<string>;
  readonly drivers: Set<string>;
  readonly domains: Set<string>;
}

const MADE_BY = { dev: 'devices', drv: 'drivers', genpd: 'domains' } as const;

/** Names that steps make, whenever they do. */
function collectFromSteps(names: Names, steps: readonly (Step | CallbackStep)[]): void {
  for (const step of steps) {
    if (typeof step === 'string') continue;
    if (step.device_register !== undefined) {
      names.devices.add(step.device_register.name);
      collectFromCallbacks(names, step.device_register.callbacks);
    }
    if (step.pm_genpd_init !== undefined) names.domains.add(step.pm_genpd_init.name);
    if (step.driver_register !== undefined) {
      names.drivers.add(step.driver_register.name);
      collectFromCallbacks(names, step.driver_register.callbacks);
    }
    collectFromSteps(names, step.on_callback?.do ?? []);
    if ('repeat' in step) collectFromSteps(names, step.repeat?.steps ?? []);
    for (const [, word, name] of step.commands?.matchAll(
      /^\s*(?:on\s+\S+\s+\S+\s+)*(dev|drv|genpd)\s+(\S+)/gm,
    ) ?? [])
      names[MADE_BY[word as keyof typeof MADE_BY]].add(name!);
  }
}

function collectFromCallbacks(names: Names, behaviours: CallbackBehaviours = {}): void {
  for (const behaviour of Object.values(behaviours)) {
    if (behaviour !== null && typeof behaviour === 'object') collectFromSteps(names, behaviour.do ?? []);
  }
}

/** Devices that the board makes. */
function boardNames(board: Board | undefined): Set<string> {
  return new Set(board?.nodes.flatMap(({ deviceName }) => (deviceName === undefined ? [] : [deviceName])));
}

function namesOf(file: ScenarioFile, board: Board | undefined): Names {
  const names: Names = { devices: new Set(), drivers: new Set(), domains: new Set() };
  for (const domain of file.domains ?? []) names.domains.add(named(domain).name);
  for (const name of boardNames(board)) names.devices.add(name);
  for (const device of file.devices ?? []) {
    names.devices.add(named(device).name);
    if (typeof device === 'object') collectFromCallbacks(names, device.callbacks);
  }
  for (const { name, callbacks } of file.drivers ?? []) {
    names.drivers.add(name);
    collectFromCallbacks(names, callbacks);
  }
  collectFromSteps(names, file.steps ?? []);
  return names;
}

function compatiblesOf({ nodes }: Board): Set<string> {
  return new Set(nodes.flatMap(({ compatible = [] }) => compatible.map((entry) => entry.toLowerCase())));
}

/** Names and compatibles that drivers match, but for those that match all. */
function matchedBy(drivers: readonly ScenarioDriver[]): string[] {
  const all = drivers.flatMap(({ match = [], compatible = [] }) => [match, compatible].flat());
  return [...new Set(all)].filter((entry) => entry !== '*');
}

/** A device or driver that is there twice from the start. */
function checkDuplicates(context: Context, names: readonly string[], path: string, noun: string): void {
  const seen = new Map<string, number>();
  for (const [at, name] of names.entries()) {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, at);
    else context.complaints.add([path, at], `a second ${noun} '${name}'`, 'names are unique; rename one');
  }
}

/** What stands above a device or power domain is made before it: they come in the order of the file. */
function checkAbove(
  { complaints }: Context,
  entries: readonly { readonly name: string; readonly above: readonly [string, KeyPath][] }[],
  known: ReadonlySet<string>,
): void {
  const toCome = new Set(entries.map(({ name }) => name).filter((name) => !known.has(name)));
  for (const { name, above } of entries) {
    for (const [parent, path] of above) {
      if (parent === name) complaints.add(path, `'${name}' cannot be above itself`, 'name another parent');
      else if (toCome.has(parent))
        complaints.add(path, `'${parent}' is made behind '${name}'`, 'put what is above in front of it');
    }
    toCome.delete(name);
  }
}

function checkOrder(
  context: Context,
  { domains = [], devices = [] }: ScenarioFile,
  board: ReadonlySet<string>,
): void {
  const parentsOf = (domain: string | ScenarioDomain) =>
    typeof domain === 'string' ? [] : (domain.parents ?? []);
  checkAbove(
    context,
    domains.map((domain, at) => ({
      name: named(domain).name,
      above: parentsOf(domain).map((parent, index) => [parent, ['domains', at, 'parents', index]]),
    })),
    new Set(),
  );
  checkAbove(
    context,
    devices.map((device, at) => {
      const parent = typeof device === 'string' ? undefined : device.parent;
      return {
        name: named(device).name,
        above: parent === undefined ? [] : [[parent, ['devices', at, 'parent']]],
      };
    }),
    board,
  );
}

function action(path: KeyPath, text: string, commands: readonly string[]): CompiledStep {
  return { kind: 'action', path, text, commands, expect: undefined };
}

function compileSetup(context: Context, file: ScenarioFile): CompiledStep[] {
  const { domains = [], devices = [], links = [], drivers = [], settings = {} } = file;
  checkDuplicates(
    context,
    domains.map((domain) => named(domain).name),
    'domains',
    'power domain',
  );
  checkDuplicates(
    context,
    devices.map((device) => named(device).name),
    'devices',
    'device',
  );
  checkDuplicates(
    context,
    drivers.map(({ name }) => name),
    'drivers',
    'driver',
  );
  return [
    action(['settings'], 'pm_async', [`pm_async ${settings.pm_async === false ? 0 : 1}`]),
    ...domains.map((each, at) => {
      const domain = named<ScenarioDomain>(each);
      return action(
        ['domains', at],
        `power domain ${domain.name}`,
        compileDomain(context, domain, ['domains', at]),
      );
    }),
    ...devices.map((each, at) => {
      const device = named<ScenarioDevice>(each);
      return action(
        ['devices', at],
        `device ${device.name}`,
        compileDevice(context, device, ['devices', at]),
      );
    }),
    ...links.map((link, at) =>
      action(
        ['links', at],
        `link ${link.consumer} -> ${link.supplier}`,
        compileLink(context, link, ['links', at]),
      ),
    ),
    ...drivers.map((driver, at) =>
      action(['drivers', at], `driver ${driver.name}`, compileDriver(context, driver, ['drivers', at])),
    ),
    action(['steps'], 'settle', ['settle']),
  ];
}

/**
 * Compiles a scenario. `board` is the board that it names, read. Throws InputError, with all further faults in `others`, for
 * names that nothing has, values without a meaning, and more than {@link COMMAND_LIMIT} commands.
 */
export function compileScenario(
  file: ScenarioFile,
  board: Board | undefined,
  placeOf: PlaceOf,
): CompiledScenario {
  const complaints = new Complaints(placeOf);
  const context: Context = {
    complaints,
    ...namesOf(file, board),
    self: false,
    compatibles: board === undefined ? undefined : compatiblesOf(board),
    matched: matchedBy(file.drivers ?? []),
    compileInside: compileCallbackStep,
  };
  checkOrder(context, file, boardNames(board));
  const setup = compileSetup(context, file);
  const steps = compileSteps(context, file.steps ?? [], ['steps']);
  if (file.expect !== undefined) checkExpectations(context, file.expect, ['expect'], false);
  const policies = compilePolicies(context, file);
  const count = commandCount(steps);
  if (count > COMMAND_LIMIT)
    complaints.add(['steps'], `${count} commands with all repeats`, `there may be ${COMMAND_LIMIT} at most`);
  const expected = stepExpectationCount(steps, context.devices.size);
  if (expected > EXPECTATION_LIMIT) {
    const hint = `there may be ${EXPECTATION_LIMIT} at most: take expect out of a repeat`;
    complaints.add(['steps'], `${expected} things are looked for with all repeats`, hint);
  }
  complaints.throwIfAny();
  const last: CompiledStep[] =
    file.expect === undefined
      ? []
      : [{ kind: 'action', path: ['expect'], text: undefined, commands: [], expect: file.expect }];
  return { setup, steps: [...steps, ...last], policies };
}
