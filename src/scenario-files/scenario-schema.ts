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
import { EVENT_NAMES } from './check-expectations.ts';
import { Complaints } from './complaints.ts';
import { fieldHelp, fieldKind, STATE_FIELDS, type StateField } from './device-state.ts';
import {
  type ArgumentKind,
  CALLBACK_SETS,
  DEVICE_CALLBACKS,
  DRIVER_FLAGS,
  KERNEL_CALLS,
  type KernelCall,
  LINK_FLAGS,
  MOVE_ORDERS,
  PLAIN_CALL_NAMES,
  PLAIN_CALLS,
  PM_CALLBACKS,
  SLEEP_LEVELS,
} from './kernel-calls.ts';
import {
  DURATION_HINT,
  DURATION_PATTERN,
  LATENCY_HINT,
  LATENCY_PATTERN,
  RETURN_VALUE_HINT,
  RETURN_VALUE_PATTERN,
} from './quantities.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { HANG_KINDS, type ScenarioFile } from './scenario-file.ts';
import { issueFaults } from './schema-issues.ts';

/** The most devices, links, drivers and the like that a list may have. */
const MOST_ENTRIES = 100_000;
/** The most rounds of one repeat. */
const MOST_ROUNDS = 1_000_000;

const text = (description: string) => z.string().max(10_000).describe(description);
const deviceName = text('Name of a device.').min(1);
const flag = (description: string) => z.boolean().describe(description);
const list = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item).max(MOST_ENTRIES).describe(description);
const optional = <T extends z.ZodType>(schema: T) => z.optional(schema);

const duration = z
  .string({ error: ({ input }) => `${JSON.stringify(input)} has no unit; ${DURATION_HINT}` })
  .regex(/^-?\d/, { error: ({ input }) => `'${input}' is no duration; ${DURATION_HINT}` })
  .max(40)
  .meta({ description: `A time with its unit: ms, s, min, h.`, pattern: DURATION_PATTERN.source });

const latency = z
  .string({ error: ({ input }) => `${JSON.stringify(input)} has no unit; ${LATENCY_HINT}` })
  .max(40)
  .regex(LATENCY_PATTERN, { error: ({ input }) => `'${input}' is no latency; ${LATENCY_HINT}` })
  .describe('A latency with its unit: us, ms, s; null for none.');

const notReturned = ({ input }: { readonly input?: unknown }) =>
  `${JSON.stringify(input)} is no return value; ${RETURN_VALUE_HINT}`;

const returnValue = z
  .union(
    [
      z
        .int({ error: notReturned })
        .min(-(2 ** 31))
        .max(2 ** 31 - 1),
      z.string().max(40, { error: notReturned }).regex(RETURN_VALUE_PATTERN, { error: notReturned }),
    ],
    { error: notReturned },
  )
  .describe('A whole number, or an error by name: -EBUSY.');

const linkFlags = z
  .union(
    [
      list(z.enum(LINK_FLAGS), 'Flags by name.'),
      z
        .int()
        .min(0)
        .max(2 ** 31 - 1),
    ],
    {
      error: ({ input }) =>
        `${JSON.stringify(input)} is no list of flags; write [pm_runtime, rpm_active], with any of ${LINK_FLAGS.join(', ')}`,
    },
  )
  .describe('DL_FLAG_* by name, or their number.');

const callbackSet = list(
  z.enum([...PM_CALLBACKS, ...CALLBACK_SETS]),
  'Callbacks by name, or sets: all, sleep, rpm, sr (runtime_suspend and runtime_resume), basic (suspend and resume).',
);

const ARGUMENTS: Readonly<Record<ArgumentKind, z.ZodType>> = {
  device: deviceName,
  driver: text('Name of a driver.').min(1),
  domain: text('Name of a power domain.').min(1),
  latency: z.nullable(latency),
  duration,
  switch: flag('true or false.'),
  'link flags': linkFlags,
  'driver flags': list(z.enum(DRIVER_FLAGS), 'DPM_FLAG_* by name.'),
  callback: z.enum(DEVICE_CALLBACKS).describe('A callback.'),
  'move order': z.enum(MOVE_ORDERS).describe('Where the device goes in dpm_list.'),
  parent: z.nullable(deviceName).describe('The new parent; null for none.'),
  'sleep level': z.nullable(z.enum(SLEEP_LEVELS)).describe('platform (all phases), devices or freezer.'),
};

function callSchema({ arguments: wanted, help }: KernelCall): z.ZodType {
  const entries = Object.entries(wanted);
  const only = entries.length === 1 ? ARGUMENTS[entries[0]![1]] : undefined;
  const schema =
    only ?? z.strictObject(Object.fromEntries(entries.map(([name, kind]) => [name, ARGUMENTS[kind]])));
  return optional(schema.describe(help));
}

const callSteps: Record<string, z.ZodType> = Object.fromEntries([
  ...Object.entries(PLAIN_CALLS).map(([name, { help }]) => [name, optional(z.null().describe(help))]),
  ...Object.entries(KERNEL_CALLS).map(([name, call]) => [name, callSchema(call)]),
]);

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

const eventPattern = z
  .union(
    [
      z.string().max(1000),
      z.strictObject({ device: deviceName, event: z.string(), returns: optional(returnValue) }),
    ],
    { error: "is no event; write a device and a callback: 'uart runtime_resume'" },
  )
  .meta({
    description: `A device and one of ${EVENT_NAMES.join(', ')}; as a map also what the callback returns.`,
  });

/** The values that a field of a device's state can have. */
function stateValue(field: StateField): z.ZodType {
  const kind = fieldKind(field);
  switch (kind) {
    case 'count':
      return z.int();
    case 'error':
      return returnValue;
    case 'flag':
      return z.boolean();
    case 'text':
      return z.nullable(z.string());
    default:
      return z.enum(kind);
  }
}

const expectations = {
  devices: optional(
    z
      .record(
        deviceName,
        z.strictObject(
          Object.fromEntries(
            STATE_FIELDS.map((field) => [field, optional(stateValue(field).describe(fieldHelp(field)))]),
          ),
        ),
      )
      .describe('State of devices, by name.'),
  ),
  links: optional(
    list(
      z.strictObject({
        consumer: deviceName,
        supplier: deviceName,
        exists: optional(flag('false: there is no such link. Default true.')),
        status: optional(
          z.enum(['not tracked', 'dormant', 'available', 'consumer probing', 'active', 'supplier unbinding']),
        ),
        flags: optional(list(z.enum(LINK_FLAGS), 'All flags that it has.')),
        rpm_active: optional(z.int().min(0).describe('1, and one more for each reference on the supplier.')),
      }),
      'Device links.',
    ),
  ),
  domains: optional(
    z
      .record(
        text('Name of a power domain.'),
        z.strictObject({
          status: optional(z.enum(['on', 'off'])),
          usage: optional(z.int().min(0).describe('How often it was powered off.')),
          rejected: optional(z.int().min(0).describe('How often its power_off refused.')),
        }),
      )
      .describe('State of power domains, by name.'),
  ),
  order: optional(list(eventPattern, 'These happened in this order; others may have come between.')),
  callbacks: optional(
    list(eventPattern, 'These are all callbacks that ran, in the order in which they began.'),
  ),
  never: optional(list(eventPattern, 'None of these happened.')),
  messages: optional(list(z.string(), 'Each is part of a kernel message or of the place of a warning.')),
  dpm_list: optional(list(deviceName, 'These stand in dpm_list in this order; others may stand between.')),
};

const stepExpectations = z.strictObject({
  returns: optional(returnValue.describe('What the step returns.')),
  takes: optional(duration.describe('How long the step takes.')),
  hangs: optional(
    z
      .union([z.enum(HANG_KINDS), z.literal(true)], { error: `is true or one of ${HANG_KINDS.join(', ')}` })
      .describe('The kernel hangs in the step: true, or how.'),
  ),
  ...expectations,
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
function allKeys(): readonly string[] {
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
    for (const { path, what, hint, isKey } of issueFaults(issue, read.value, keys))
      complaints.add(path, what, hint, isKey);
  }
  complaints.throwIfAny();
  throw new Error('a scenario was refused without a reason');
}
