/** Schemas of what a scenario file says about power, work and policies. */
import { z } from 'zod';
import {
  COUNT_RANGE_PATTERN,
  ENERGY_HINT,
  ENERGY_PATTERN,
  POWER_HINT,
  POWER_PATTERN,
  RANGE_HINT,
  RANGE_PATTERN,
  TIME_HINT,
  TIME_PATTERN,
} from './power-quantities.ts';
import { deviceName, duration, flag, latency, linkFlags, list, optional, text } from './schema-values.ts';

/** A number with a unit; a text of any other form is left to the compiler, which says more about it than a pattern does. */
function quantity(description: string, hint: string, pattern: RegExp): z.ZodType {
  return z
    .string({ error: ({ input }) => `${JSON.stringify(input)} has no unit; ${hint}` })
    .max(60)
    .regex(/^-?\d/, { error: ({ input }) => `'${input}' has no number; ${hint}` })
    .meta({ description, pattern: pattern.source });
}

const power = (description: string) =>
  quantity(`${description} Units: nW, uW, mW, W.`, POWER_HINT, POWER_PATTERN);
const energy = (description: string) =>
  quantity(`${description} Units: nJ, uJ, mJ, J.`, ENERGY_HINT, ENERGY_PATTERN);
const time = (description: string) =>
  quantity(`${description} Units: us, ms, s, min, h.`, TIME_HINT, TIME_PATTERN);
const timeRange = (description: string) =>
  quantity(`${description} A time, or a range: 10ms..2s.`, RANGE_HINT, RANGE_PATTERN);

const transition = (description: string) =>
  optional(
    z
      .strictObject({
        latency: optional(time('How long its callback takes; default no time.')),
        energy: optional(energy('What it takes as a whole; default what the active state draws meanwhile.')),
      })
      .describe(description),
  );

const idleState = z.strictObject({
  name: text('Its name.').min(1),
  power: power('What it draws.'),
  latency: optional(time('How long runtime_resume takes from it; default that of resume.')),
  energy: optional(energy('What runtime_resume takes from it; default that of resume.')),
  residency: optional(time('The least time in it that is worth the way.')),
});

export const devicePowerSchema = z
  .strictObject({
    active: power('What the device draws while it is active.'),
    suspended: power('What it draws while it is suspended.'),
    off: optional(power('What it draws while its power domain is off; default nothing.')),
    suspend: transition('runtime_suspend.'),
    resume: transition('runtime_resume.'),
    idle_states: optional(
      list(idleState, 'Deeper states in which the suspended device can rest, the shallowest first.'),
    ),
  })
  .describe('What the device draws, and what its transitions cost.');

export const domainPowerSchema = z
  .strictObject({
    on: power('What the domain itself draws while it is on.'),
    off: power('What it draws while it is off.'),
    power_on: transition('power_on.'),
    power_off: transition('power_off.'),
  })
  .describe('What the power domain draws, and what its transitions cost.');

const bursts = z.strictObject({
  gap: timeRange('From the last request of a burst to the first of the next.'),
  requests: z
    .union([z.int().min(1).max(999_999), z.string().regex(COUNT_RANGE_PATTERN)], {
      error: ({ input }) => `${JSON.stringify(input)} is no count; write 20, or a range: 1..20`,
    })
    .describe('Requests of a burst: a count, or a range: 1..20.'),
  spacing: optional(timeRange('From one request of a burst to the next; default at once.')),
});

const stream = z.strictObject({
  device: deviceName.describe('The device that works on the requests, one at a time.'),
  every: optional(time('Periodic: the period.')),
  offset: optional(time('When the first request comes; default at once.')),
  bursts: optional(bursts.describe('Bursty: choices follow from the seed.')),
  seed: optional(
    z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .describe('Of bursts and of ranges; default 1.'),
  ),
  replay: optional(text('An ftrace text trace with rpm_* events, relative to the file.')),
  replay_device: optional(text('The device in the trace, if it has another name there.')),
  busy: optional(timeRange('How long the device works on a request.')),
  dma: optional(
    text(
      'The handle of the DMA channel on which the work on each request is a transfer; a probe has requested it.',
    ).min(1),
  ),
  deadline: optional(time('From when a request comes to the end of the work on it.')),
});

export const workloadSchema = z
  .strictObject({
    length: time('How long it goes on.'),
    streams: list(stream, 'Where requests come from.').min(1),
  })
  .describe('What the devices have to do: policies are compared on it.');

const actions = z.union([text('An action.'), list(text('An action.'), 'Actions.')]);
const machineTransition = z.union([
  text('The next state.'),
  z.strictObject({ target: optional(text('The next state.')), actions: optional(actions) }),
]);
const machine = z.strictObject({
  initial: text('The state at the start.'),
  states: z
    .record(
      z.string(),
      z.strictObject({
        entry: optional(actions),
        on: optional(z.record(z.string(), machineTransition)),
        after: optional(z.record(z.string(), machineTransition)),
      }),
    )
    .describe('States by name: what they do on entry, on an event, and after a time.'),
});

const byDevice = <T extends z.ZodType>(value: T, description: string) =>
  z.record(z.string(), value).describe(description);

const policy = z.strictObject({
  description: optional(text('What it is for.')),
  autosuspend: optional(
    byDevice(
      z.nullable(duration),
      'Autosuspend delay by device; a negative one keeps it active, null: without autosuspend.',
    ),
  ),
  forbid: optional(list(deviceName, "'on' in power/control.")),
  allow: optional(list(deviceName, "'auto' in power/control.")),
  links: optional(
    list(
      z.strictObject({
        consumer: deviceName,
        supplier: deviceName,
        flags: optional(linkFlags),
        exists: optional(flag('false: the link is not there with this policy.')),
      }),
      'Links that are otherwise with this policy.',
    ),
  ),
  resume_latency: optional(byDevice(z.nullable(latency), 'PM QoS resume latency by device; null for none.')),
  deepest_state: optional(
    byDevice(
      text('Name of an idle state.'),
      'The deepest idle state that a device may rest in; suspended for none.',
    ),
  ),
  dma: optional(
    text(
      'What requests of DMA channels do and who keeps engines awake: hold, count, engine-pm-runtime, and other words of devgraph dma --policy.',
    ).min(1),
  ),
  machines: optional(
    byDevice(machine, 'Machines in the form of xstate that decide when a device is got and put.'),
  ),
});

export const policiesSchema = z
  .record(z.string().min(1).max(100), z.nullable(policy))
  .describe('Policies by name: what is otherwise with each.');
