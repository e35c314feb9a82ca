/** The JSON of `devgraph simulate`. Needs zod, like schemas.ts, which publishes it. */
import { z } from 'zod';
import { CALLBACKS } from '../core/callbacks.ts';
import { RUNTIME_REQUESTS } from '../core/device-power.ts';
import { DMA_CALLBACKS } from '../core/dma-engine.ts';
import { DMA_MISUSES } from '../core/dma-misuse.ts';
import { DOMAIN_CALLBACKS, DOMAIN_DEVICE_CALLBACKS } from '../core/power-domain.ts';
import { fieldHelp } from '../scenario-files/device-state.ts';
import { phasePairSchema } from './graph-order-schema.ts';
import { sleepTimingShape } from './timeline-schema.ts';

const LINK_STATUSES = [
  'not tracked',
  'dormant',
  'available',
  'consumer probing',
  'active',
  'supplier unbinding',
] as const;

const text = (description: string) => z.string().describe(description);
const count = (description: string) => z.int().min(0).describe(description);
const time = z.number().min(0).describe('Virtual milliseconds since the run began.');
const device = text('The device, by dev_name().');
const flags = z
  .array(text('A flag of the kernel, without DL_FLAG_, in lower case.'))
  .describe('Flags, lowest bit first.');
const result = z
  .union([z.int(), z.literal('bad')])
  .describe('What the kernel returns; bad: there was no such device, driver or power domain then.');
const runtimeStatus = z.enum(['active', 'resuming', 'suspended', 'suspending']);

const place = {
  line: z.int().min(1).nullable().describe('Line in the scenario; null where it is not a text.'),
  column: z.int().min(1).nullable().describe('Column in the scenario; null where it is not a text.'),
  path: text('Keys and indices from the top of the scenario, joined by dots.'),
};

const stepSchema = z.object({
  ...place,
  phase: z.enum(['setup', 'steps']).describe('What the scenario sets up first, or a step of it.'),
  text: z.string().nullable().describe('As a function call; null where there is only something to expect.'),
  begin: time,
  end: time.nullable().describe('When it ended; null: it did not.'),
  returned: result.nullable().describe('What it returned; null: nothing.'),
  from: count('Index of its first event in the trace.'),
  to: count('Index behind its last event in the trace.'),
});

const expectationSchema = z.object({
  ...place,
  outcome: z
    .enum(['holds', 'fails', 'not reached'])
    .describe('not reached: the run ended before; that makes the exit status 1, unless --until ended it.'),
  step: z.int().min(-1).describe('Index of the step that it is about, or before which the run ended.'),
  expected: text('What was expected, in words.'),
  instead: z.string().nullable().describe('What happened instead, in words; null if it holds.'),
});

const callback = z
  .enum([...CALLBACKS, ...DOMAIN_DEVICE_CALLBACKS, ...DOMAIN_CALLBACKS, ...DMA_CALLBACKS])
  .describe('The callback.');
const task = z.int().describe('1 for the steps, another number for each worker at work at the same time.');
const subject = text('The device by dev_name(), or the power domain.');

const eventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('call'),
    time,
    task,
    call: count('Number of the call; its return has the same.'),
    text: text('The call.'),
  }),
  z.object({ kind: z.literal('return'), time, task, call: count('Number of the call.'), value: result }),
  z.object({
    kind: z.literal('callback-begin'),
    time,
    task,
    device: subject,
    callback,
    layer: z
      .enum(['drv', 'type', 'dom', 'genpd', 'dma'])
      .describe('Who has it: driver, device type, PM domain, power domain, DMA engine layer.'),
  }),
  z.object({ kind: z.literal('callback-end'), time, task, device: subject, callback, value: z.int() }),
  z.object({
    kind: z.enum(['message', 'warning']),
    time,
    text: text('A kernel message, or the place of a WARN_ON.'),
  }),
  z.object({ kind: z.enum(['bound', 'unbound']), time, device, driver: text('The driver.') }),
  z.object({
    kind: z.literal('deferred'),
    time,
    device,
    reason: z.string().nullable().describe('What devices_deferred says; null for nothing.'),
  }),
  z.object({ kind: z.literal('link-added'), time, consumer: device, supplier: device, flags }),
  z.object({
    kind: z.literal('link-refused'),
    time,
    consumer: device,
    supplier: device,
    reason: text('The rule that refused it.'),
  }),
  z.object({
    kind: z.literal('dma-misuse'),
    time,
    device,
    channel: text('The DMA channel.').nullable(),
    what: z.enum(DMA_MISUSES).describe('What a driver did that the layer does not forbid itself.'),
  }),
  z.object({ kind: z.literal('runtime-status'), time, device, status: runtimeStatus }),
  z.object({
    kind: z.literal('domain-status'),
    time,
    domain: text('The power domain.'),
    status: z.enum(['on', 'off']),
  }),
  z.object({
    kind: z.literal('shown'),
    time,
    fields: z.record(z.string(), z.unknown()).describe('What a show_* step printed.'),
  }),
]);

const deviceSchema = z.object({
  device,
  runtime_status: runtimeStatus.describe(fieldHelp('runtime_status')),
  usage: z.int().describe(fieldHelp('usage')),
  child_count: z.int().describe(fieldHelp('child_count')),
  disable_depth: z.int().describe(fieldHelp('disable_depth')),
  runtime_error: z.int().describe(fieldHelp('runtime_error')),
  runtime_auto: z.boolean().describe(fieldHelp('runtime_auto')),
  request: z.enum(RUNTIME_REQUESTS).describe(fieldHelp('request')),
  timer: z.boolean().describe(fieldHelp('timer')),
  last_status: z.enum([...runtimeStatus.options, 'invalid', 'blocked']).describe(fieldHelp('last_status')),
  driver: z.string().nullable().describe(fieldHelp('driver')),
  links_status: z
    .enum(['no driver', 'probing', 'driver bound', 'unbinding'])
    .describe(fieldHelp('links_status')),
  links_count: z.int().min(0).describe(fieldHelp('links_count')),
  deferred: z.boolean().describe(fieldHelp('deferred')),
  deferred_reason: z.string().nullable().describe(fieldHelp('deferred_reason')),
  state_synced: z.boolean().describe(fieldHelp('state_synced')),
  registered: z.boolean().describe(fieldHelp('registered')),
  parent: z.string().nullable().describe(fieldHelp('parent')),
});

const linkSchema = z.object({
  consumer: device,
  supplier: device,
  status: z.enum(LINK_STATUSES).describe('Its state, in the words of sysfs.'),
  flags,
  rpm_active: z.int().describe('1, and one more for each runtime PM reference on the supplier.'),
});

const domainSchema = z.object({
  domain: text('The power domain.'),
  status: z.enum(['on', 'off']).describe('on or off.'),
  usage: count('How often it was powered off.'),
  rejected: count('How often its power_off refused.'),
  devices: z.array(device).describe('The devices in it.'),
});

const hangSchema = z.object({
  kind: text('What the step waits for.'),
  step: count('Index of the step that does not end.'),
  expected: z.boolean().describe('Whether the scenario expects it.'),
  tasks: z
    .array(text('A task.'))
    .describe(
      'Each task that waits, in words: what it is in the middle of, and for what it waits. The step itself first.',
    ),
  loop: z.array(text('A call or callback.')).describe('What happens again and again; empty if nothing does.'),
});

const findingSchema = z.object({
  time,
  step: z.int().min(-1).describe('Index of the step, -1 for none.'),
  device: text('Who does it: the client, or the engine where no client is known.'),
  channel: z.string().nullable().describe('The DMA channel; null where there is none.'),
  what: z.enum(DMA_MISUSES).describe('What is done wrong.'),
  result: text('What Linux makes of it, in words.'),
  expected: z.boolean().describe('Whether the scenario says what it expects there (misuses).'),
});

/** What `devgraph simulate --json` prints. */
export const simulateSchema = z
  .object({
    version: z
      .literal(1)
      .describe(
        'Version of this format. Fields may be added within a version; none changes its name or meaning.',
      ),
    kernel: text('The Linux version whose rules were followed.'),
    name: text('Name of the scenario.'),
    board: z.string().nullable().describe('The board; null without one.'),
    seed: z.int().min(0).nullable().describe('--seed; null without it.'),
    ok: z
      .boolean()
      .describe('All that was expected holds, and nothing hangs or is done wrong that is not expected to.'),
    ended: z
      .enum(['end', 'hang', 'time', 'events'])
      .describe('time: stopped by --until. events: stopped, with more events than are kept.'),
    duration: time,
    steps: z
      .array(stepSchema.describe('A step.'))
      .describe('What was set up, then the steps, as they were taken.'),
    expectations: z
      .array(expectationSchema.describe('An expectation.'))
      .describe('In the order of their steps.'),
    hang: hangSchema.nullable().describe('The hang of the kernel; null without one.'),
    findings: z
      .array(findingSchema.describe('A finding.'))
      .describe('What drivers and trees do wrong about DMA, in order.'),
    loop: z
      .array(text('A call or callback.'))
      .describe('What went on for ever where the run was stopped for its events; else empty.'),
    trace: z.array(eventSchema.describe('An event.')).describe('What happened, in order.'),
    sleep: z
      .object(sleepTimingShape)
      .describe(
        'Times of the sleep cycles, and the critical path of the one that took longest. In microseconds since the run began.',
      ),
    devices: z
      .array(deviceSchema.describe('A device.'))
      .describe('State of the devices at the end, in the order in which the run came to know them.'),
    links: z.array(linkSchema.describe('A device link.')).describe('Device links at the end, by consumer.'),
    domains: z.array(domainSchema.describe('A power domain.')).describe('Power domains at the end.'),
    phases: z
      .array(phasePairSchema.describe('A pair of devices.'))
      .describe('Dependent devices whose callbacks of system sleep are in different phases, at the end.'),
  })
  .meta({ title: 'devgraph simulate --json', description: 'What came of a scenario.' });
