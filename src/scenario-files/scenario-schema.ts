/**
 * Scenario files: the schema of their form, and the reader of YAML and JSON text. What the names in them mean is checked by
 * compile-scenario.ts when they run.
 *
 * Import it on its own, since zod is slow to load.
 */
import { z } from 'zod';
import { DOMAIN_GOVERNORS } from '../core/power-domain.ts';
import { FW_DEVLINK_MODES } from '../core/world.ts';
import { ENVIRONMENTS } from '../probe/index.ts';
import { Complaints } from './complaints.ts';
import { DEVICE_CALLBACKS, PLAIN_CALL_NAMES } from './kernel-calls.ts';
import { RETURN_VALUE_HINT } from './quantities.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import type { ScenarioFile } from './scenario-file.ts';
import { expectations, stepExpectations } from './schema-expectations.ts';
import { issueFaults } from './schema-issues.ts';
import { devicePowerSchema, domainPowerSchema, policiesSchema, workloadSchema } from './schema-power.ts';
import {
  callbackSet,
  callSteps,
  deviceName,
  duration,
  flag,
  linkFlags,
  list,
  optional,
  returnValue,
  text,
} from './schema-values.ts';

/** The most rounds of one repeat. */
const MOST_ROUNDS = 1_000_000;

const plainStep = z.enum(PLAIN_CALL_NAMES);

/** A step or a list of steps inside a callback: they nest, so each is looked up when it is needed. */
const callbackStep: z.ZodType = z.lazy(() => oneStep(callbackStepObject));

const behaviourObject = z.strictObject({
  returns: optional(
    z
      .union([returnValue, list(returnValue, 'Values of the next calls.')], {
        error: ({ input }) =>
          `${JSON.stringify(input)} is no return value; ${RETURN_VALUE_HINT}, or a list of them`,
      })
      .describe('What every call returns, or a list of what the next calls return; behind the list 0.'),
  ),
  defer_until: optional(deviceName.describe('probe only: -EPROBE_DEFER until this device is bound.')),
  takes: optional(duration.describe('How long it takes.')),
  do: optional(list(callbackStep, 'What it calls, in order; `self` is the device.')),
});

/** A scalar or an object; the error of an object is more use than that of a choice. */
function scalarOr(scalar: z.ZodType, object: z.ZodType, description: string): z.ZodType {
  return z.union([scalar, object]).describe(description);
}

const behaviour = scalarOr(
  returnValue,
  behaviourObject,
  'What the callback does; a scalar is what it always returns.',
);
const behaviours = z
  .strictObject(Object.fromEntries(DEVICE_CALLBACKS.map((name) => [name, optional(z.nullable(behaviour))])))
  .describe('What callbacks do, by name.');

const runtimePm = z.strictObject({
  status: optional(
    z.enum(['active', 'suspended']).describe('Status before it is enabled; default suspended.'),
  ),
  enabled: optional(flag('pm_runtime_enable(); default true.')),
  autosuspend_delay: optional(duration.describe('The autosuspend delay; with it autosuspend is used.')),
  ignore_children: optional(flag('pm_suspend_ignore_children().')),
  no_callbacks: optional(flag('pm_runtime_no_callbacks().')),
  irq_safe: optional(flag('pm_runtime_irq_safe().')),
  forbid: optional(flag("pm_runtime_forbid(): 'on' in power/control.")),
});

const device = z.strictObject({
  name: deviceName,
  parent: optional(deviceName.describe('Its parent.')),
  type: optional(callbackSet.describe('Callbacks of its device type.')),
  pm_domain: optional(callbackSet.describe('Callbacks of a PM domain that is no power domain.')),
  power_domain: optional(text('The power domain that it is put into before drivers are offered.')),
  async: optional(flag('It sleeps and wakes asynchronously.')),
  syscore: optional(flag('System sleep leaves it out.')),
  wakeup: optional(flag('It may wake the system up.')),
  add: optional(flag('false: it is registered by a later device_add. Default true.')),
  runtime_pm: optional(runtimePm.describe('Runtime PM from when it is made.')),
  power: optional(devicePowerSchema),
  callbacks: optional(behaviours),
});

const domainCallbacks = z.strictObject({
  power_on: optional(z.nullable(behaviour)),
  power_off: optional(z.nullable(behaviour)),
});

const domain = z.strictObject({
  name: text('Its name.').min(1),
  parents: optional(list(text('Name of a power domain.'), 'The power domains that it is a subdomain of.')),
  off: optional(flag('It is off at first.')),
  governor: optional(
    z
      .enum(DOMAIN_GOVERNORS)
      .describe('none, simple (simple_qos_governor) or always_on (pm_domain_always_on_gov).'),
  ),
  always_on: optional(flag('GENPD_FLAG_ALWAYS_ON.')),
  rpm_always_on: optional(flag('GENPD_FLAG_RPM_ALWAYS_ON.')),
  irq_safe: optional(flag('GENPD_FLAG_IRQ_SAFE.')),
  active_wakeup: optional(flag('GENPD_FLAG_ACTIVE_WAKEUP.')),
  dev_ops: optional(flag('It has start and stop for its devices.')),
  power: optional(domainPowerSchema),
  callbacks: optional(domainCallbacks.describe('What power_on and power_off do.')),
});

const link = z.strictObject({
  consumer: deviceName,
  supplier: deviceName,
  flags: optional(linkFlags),
});

const names = (description: string) =>
  z
    .union([deviceName, list(deviceName, description)], {
      error: ({ input }) => `${JSON.stringify(input)} is neither a name nor a list of names`,
    })
    .describe(description);

const driver = z.strictObject({
  name: text('Its name.').min(1),
  match: optional(names('Names of the devices that it matches.')),
  compatible: optional(
    names(
      'On a board: what it is compatible with; * for every device that has a compatible and that no other driver matches.',
    ),
  ),
  bus: optional(z.enum(['platform', 'amba']).describe('On a board: its bus; default platform.')),
  async_probe: optional(flag('PROBE_PREFER_ASYNCHRONOUS.')),
  ops: optional(callbackSet.describe('Callbacks that it has beside those that `callbacks` names.')),
  runtime_pm: optional(runtimePm.describe('Runtime PM of each device from the start of its probe.')),
  callbacks: optional(behaviours),
});

const otherSteps = {
  pm_genpd_init: optional(domain.describe('Makes a power domain.')),
  device_register: optional(device.describe('Makes a device and registers it.')),
  driver_register: optional(driver.describe('Registers a driver, which probes what it matches.')),
  on_callback: optional(
    behaviourObject
      .extend({ device: deviceName, callback: z.enum(DEVICE_CALLBACKS) })
      .describe('Changes what a callback of a device does from now on.'),
  ),
  forget_callback: optional(
    z
      .strictObject({ device: deviceName, callback: z.enum(DEVICE_CALLBACKS) })
      .describe('Forgets what a callback of a device calls.'),
  ),
  commands: optional(z.string().describe('Lines of the command language: docs/scenarios.md.')),
};

const callbackStepObject: z.ZodType = z.strictObject({ ...callSteps, ...otherSteps });

const step: z.ZodType = z.lazy(() => oneStep(stepObject));

const stepObject = z.strictObject({
  ...callSteps,
  ...otherSteps,
  repeat: optional(
    z
      .strictObject({ times: z.int().min(0).max(MOST_ROUNDS), steps: list(step, 'The steps.') })
      .describe('Takes steps several times.'),
  ),
  expect: optional(
    stepExpectations.describe('Behind an action what it did; alone all that happened since the first step.'),
  ),
});

function oneStep(object: z.ZodType): z.ZodType {
  return z.union([plainStep, object]).describe('A step: one function of the kernel with its arguments.');
}

const settings = z.strictObject({
  kernel: optional(z.enum(['6.12']).describe('The kernel whose rules hold.')),
  fw_devlink: optional(z.enum(FW_DEVLINK_MODES).describe('fw_devlink= of the kernel; default rpm.')),
  fw_devlink_strict: optional(flag('fw_devlink.strict=1; default false.')),
  environment: optional(z.enum(ENVIRONMENTS).describe('Early boot of a board; default arm64.')),
  after_timeout: optional(flag('The board after the deferred-probe timeout; default false.')),
  pm_async: optional(flag('/sys/power/pm_async; default true.')),
});

/** A scenario file. */
export const scenarioSchema = z
  .strictObject({
    name: optional(text('What reports call it; default the name of the file.')),
    description: optional(text('What it shows.')),
    board: optional(text('A device-tree blob, as a path relative to the file.')),
    settings: optional(settings.describe('The kernel and its command line.')),
    devices: optional(
      list(
        z
          .union([deviceName, device])
          .describe('A device; a scalar is a device without a parent and settings.'),
        'Devices in the order in which they are registered.',
      ),
    ),
    domains: optional(
      list(
        z.union([text('Name of a power domain.').min(1), domain]).describe('A power domain.'),
        'Power domains, made before the devices.',
      ),
    ),
    links: optional(list(link, 'Device links, made when all devices are there.')),
    drivers: optional(list(driver, 'Drivers, registered when all links are there.')),
    steps: optional(list(step, 'What is done, in order.')),
    workload: optional(workloadSchema),
    policies: optional(policiesSchema),
    expect: optional(
      z
        .strictObject(expectations)
        .describe('What is expected at the end, of all that happened since the first step.'),
    ),
  })
  .meta({
    title: 'devgraph scenario',
    description: 'Devices, drivers, steps, and what is expected of them.',
  });

/** The JSON Schema (draft 2020-12) of a scenario file: a plain object, ready for JSON.stringify. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(scenarioSchema, { io: 'input', reused: 'ref' });
}

let knownKeys: readonly string[] | undefined;

/** Every key that a scenario can have anywhere; found once, when there is something to complain about. */
export function allKeys(): readonly string[] {
  if (knownKeys !== undefined) return knownKeys;
  const keys = new Set<string>();
  JSON.stringify(scenarioJsonSchema(), (key, value: unknown) => {
    if (key === 'properties') for (const name of Object.keys(value as object)) keys.add(name);
    return value;
  });
  knownKeys = [...keys];
  return knownKeys;
}

export interface ScenarioText extends YamlText {
  readonly file: ScenarioFile;
}

/**
 * Reads a scenario from YAML or JSON. `input` names the text in errors. Throws InputError, with all further faults in `others`,
 * each with line and column. The names in the scenario are not looked at: {@link simulate} does that.
 */
export function readScenario(bytes: Uint8Array | string, input: string): ScenarioText {
  const read = readYaml(bytes, input);
  const parsed = scenarioSchema.safeParse(read.value);
  if (parsed.success) return { ...read, file: read.value as ScenarioFile };
  const complaints = new Complaints(read.placeOf);
  const keys = allKeys();
  for (const issue of parsed.error.issues) {
    if (complaints.isFull) break;
    for (const { path, what, hint, isKey } of issueFaults(issue, read.value, keys))
      complaints.add(path, what, hint, isKey);
  }
  complaints.throwIfAny();
  throw new Error('a scenario was refused without a reason');
}
