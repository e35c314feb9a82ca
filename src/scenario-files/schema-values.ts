/** Schemas of what stands in a scenario file alone: names, times, return values, flags, and the calls of the kernel. */
import { z } from 'zod';
import { DMA_CAPABILITIES, DMA_OPTIONAL_CALLBACKS, hasTableRow } from '../core/dma-engine.ts';
import {
  type ArgumentKind,
  CALLBACK_SETS,
  DEVICE_CALLBACKS,
  DRIVER_FLAGS,
  KERNEL_CALLS,
  type KernelCall,
  LINK_FLAGS,
  MOVE_ORDERS,
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

/** The most devices, links, drivers and the like that a list may have. */
const MOST_ENTRIES = 100_000;
export const text = (description: string) => z.string().max(10_000).describe(description);
export const deviceName = text('Name of a device.').min(1);
export const flag = (description: string) => z.boolean().describe(description);
export const list = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item).max(MOST_ENTRIES).describe(description);
export const optional = <T extends z.ZodType>(schema: T) => z.optional(schema);

export const duration = z
  .string({ error: ({ input }) => `${JSON.stringify(input)} has no unit; ${DURATION_HINT}` })
  .regex(/^-?\d/, { error: ({ input }) => `'${input}' is no duration; ${DURATION_HINT}` })
  .max(40)
  .meta({ description: `A time with its unit: ms, s, min, h.`, pattern: DURATION_PATTERN.source });

export const latency = z
  .string({ error: ({ input }) => `${JSON.stringify(input)} has no unit; ${LATENCY_HINT}` })
  .max(40)
  .regex(LATENCY_PATTERN, { error: ({ input }) => `'${input}' is no latency; ${LATENCY_HINT}` })
  .describe('A latency with its unit: us, ms, s; null for none.');

const notReturned = ({ input }: { readonly input?: unknown }) =>
  `${JSON.stringify(input)} is no return value; ${RETURN_VALUE_HINT}`;

export const returnValue = z
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

export const linkFlags = z
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

export const callbackSet = list(
  z.enum([...PM_CALLBACKS, ...CALLBACK_SETS]),
  'Callbacks by name, or sets: all, sleep, rpm, sr (runtime_suspend and runtime_resume), basic (suspend and resume).',
);

/** One word of a command. */
const WORD = /^[^\s:=,]+$/;

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
  handle: text('By which the channel is known from then on.').regex(WORD),
  word: text('A name.').regex(WORD),
  count: z.int().min(0).max(1024).describe('A whole number.'),
  'dma capability': z.enum(DMA_CAPABILITIES.filter(hasTableRow)).describe('A capability.'),
  'dma capabilities': list(z.enum(DMA_CAPABILITIES), 'Capabilities by name.'),
  'dma callbacks': optional(
    z.nullable(
      list(z.enum(DMA_OPTIONAL_CALLBACKS), 'Callbacks of the engine; null for all that Linux 6.12 has.'),
    ),
  ),
  'dma map': optional(
    z.nullable(
      list(
        z.strictObject({ client: deviceName, name: text('A name.').regex(WORD), channel: z.int().min(0) }),
        'Entries of the filter map.',
      ),
    ),
  ),
  'dma entries': list(
    z.strictObject({
      name: optional(text('The entry of dma-names.').regex(WORD)),
      controller: optional(z.nullable(deviceName).describe('The controller; null for an empty entry.')),
      args: optional(z.array(z.int().min(0)).max(8).describe('Arguments behind the phandle.')),
    }),
    'Entries of dmas.',
  ),
  client: optional(z.nullable(deviceName).describe('The device whose callback it is; null for none.')),
  cyclic: optional(flag('It begins anew until it is terminated.')),
  takes: optional(duration.describe('How long it takes; then it ends by itself.')),
  arrives: optional(duration.describe('How long behind its end the data are at the device.')),
  'dma dependencies': optional(
    flag('Its driver calls dma_run_dependencies() when an operation is done. Default false.'),
  ),
  'dma translation': z.enum(['simple', 'chan_id']).describe('How arguments become channels.'),
  'sleep level': z.nullable(z.enum(SLEEP_LEVELS)).describe('platform (all phases), devices or freezer.'),
};

function callSchema({ arguments: wanted, help }: KernelCall): z.ZodType {
  const entries = Object.entries(wanted);
  const only = entries.length === 1 ? ARGUMENTS[entries[0]![1]] : undefined;
  const schema =
    only ?? z.strictObject(Object.fromEntries(entries.map(([name, kind]) => [name, ARGUMENTS[kind]])));
  return optional(schema.describe(help));
}

export const callSteps: Record<string, z.ZodType> = Object.fromEntries([
  ...Object.entries(PLAIN_CALLS).map(([name, { help }]) => [name, optional(z.null().describe(help))]),
  ...Object.entries(KERNEL_CALLS).map(([name, call]) => [name, callSchema(call)]),
]);
