/**
 * What a running system adds to the JSON of verbs whose input is a snapshot. schemas.ts holds the schemas equal to their types, and
 * publishes them.
 */
import { z } from 'zod';

const text = (description: string) => z.string().describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);
const release = text('The release that runs there.');

/** `system` of links. */
export const systemLinksSchema = z
  .object({
    release,
    links: list(
      z
        .object({
          supplier: device('The supplier, as the system has it'),
          consumer: device('The consumer, as the system has it'),
          status: text('status of /sys/class/devlink.'),
          autoRemoveOn: text('auto_remove_on: never, supplier unbind, consumer unbind.'),
          runtimePm: z.boolean().describe('runtime_pm.'),
          syncStateOnly: z.boolean().describe('sync_state_only.'),
        })
        .describe('A device link of the system.'),
      'Device links of the system, by their names.',
    ),
    same: z.int().min(0).describe('Links that system and model have in the same state.'),
    differences: list(
      z
        .object({
          supplier: device('The supplier'),
          consumer: device('The consumer'),
          what: z
            .enum(['other state', 'only on the system', 'only in the model'])
            .describe('Who has the link.'),
          explanation: text('What differs and, as far as it can be told, why.'),
        })
        .describe('A link that only one has, or that the two have in different states.'),
      'Where system and model differ; ids as the model has them where it has the device.',
    ),
  })
  .describe('Device links of the running system; only of a snapshot.');

const agreementSchema = z
  .object({
    compared: z.int().min(0).describe('How many devices both orders have.'),
    outOfPlace: list(
      z
        .object({
          device: device('A device'),
          after: z.string().nullable().describe('The one before it on the system; null for the first.'),
        })
        .describe('A device that stands elsewhere.'),
      'The fewest devices that stand elsewhere on the system, in its order.',
    ),
  })
  .nullable();

/** `system` of order. */
export const systemOrderSchema = z
  .object({
    release,
    registration: agreementSchema.describe('The order of registration; null where sysfs does not tell.'),
    suspend: agreementSchema.describe(
      'The order in which suspend callbacks of synchronous devices began in the last recorded cycle; null without one.',
    ),
  })
  .describe('Orders of the running system beside those of the model; only of a snapshot.');

/** `system` of probe. */
export const systemProbeSchema = z
  .object({
    release,
    bound: list(device('A device'), 'Devices of the tree that are bound there, in registration order.'),
    deferred: list(
      z
        .object({
          device: text("The device's name."),
          reason: z.string().nullable().describe('The reason that the kernel gives; null for none.'),
        })
        .describe('A deferred device.'),
      'devices_deferred.',
    )
      .nullable()
      .describe('devices_deferred; null where debugfs was not readable.'),
    agree: z.int().min(0).describe('Devices of the tree of which both say the same.'),
    differences: list(
      z
        .object({
          device: device('The device'),
          what: z
            .enum([
              'bound only on the system',
              'bound only in the model',
              'not on the system',
              'other driver',
              'another device there',
            ])
            .describe('What differs.'),
          explanation: text('The same in words.'),
        })
        .describe('A device of which they do not.'),
      'Where system and model differ, in registration order.',
    ),
    logRoots: list(
      z
        .object({
          device: text("The device's name."),
          kind: z
            .enum(['failed', 'timed out', 'driver-deferral', 'missing supplier', 'no driver'])
            .describe('What the log says of it.'),
          detail: text('The same in words.'),
          line: z.int().min(0).describe('Line of the log, from 1.'),
          echoes: list(text('Name of a device.'), 'Devices that wait for it: their messages are echoes.'),
        })
        .describe('A root.'),
      'What the kernel log names as causes, those that hold back most first.',
    )
      .nullable()
      .describe('Causes by the kernel log; null where it is not in the snapshot.'),
    order: agreementSchema.describe('The order of binding; null where sysfs does not tell.'),
  })
  .describe('What is bound on the running system; only of a snapshot.');
