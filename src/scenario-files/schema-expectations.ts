/** Schemas of what a scenario expects. */
import { z } from 'zod';
import { DMA_MISUSES } from '../core/dma-misuse.ts';
import { EVENT_NAMES } from './check-expectations.ts';
import { fieldHelp, fieldKind, STATE_FIELDS, type StateField } from './device-state.ts';
import { LINK_FLAGS } from './kernel-calls.ts';
import { HANG_KINDS } from './scenario-file.ts';
import { deviceName, duration, flag, list, optional, returnValue, text } from './schema-values.ts';

export const eventPattern = z
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

export const expectations = {
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
  misuses: optional(
    list(
      z.string().max(1000),
      `What drivers and trees do wrong about DMA, all of it and in this order: a device and one of ${DMA_MISUSES.join(', ')}. What is not expected makes the exit status 1.`,
    ),
  ),
  dpm_list: optional(list(deviceName, 'These stand in dpm_list in this order; others may stand between.')),
};

export const stepExpectations = z.strictObject({
  returns: optional(returnValue.describe('What the step returns.')),
  takes: optional(duration.describe('How long the step takes.')),
  hangs: optional(
    z
      .union([z.enum(HANG_KINDS), z.literal(true)], { error: `is true or one of ${HANG_KINDS.join(', ')}` })
      .describe('The kernel hangs in the step: true, or how.'),
  ),
  ...expectations,
});
