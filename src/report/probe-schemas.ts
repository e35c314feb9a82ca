/**
 * The JSON of `devgraph probe`, for programs that read it. schemas.ts holds the schema equal to its type, and
 * publishes it.
 */
import { z } from 'zod';
import { systemProbeSchema } from './system-schemas.ts';

const text = (description: string) => z.string().describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);

const rootSchema = z.object({
  device: z
    .exactOptional(z.string())
    .describe('The device at fault, as bus:name; absent where it is a node.'),
  node: text('Path of the node at fault; for a device, of the node it was made from.'),
  kind: z
    .enum([
      'no-driver',
      'none-needed',
      'module-later',
      'failed',
      'driver-deferral',
      'no-device',
      'disabled',
      'timeout',
      'cycle',
    ])
    .describe('What is wrong.'),
  detail: text('The same in words.'),
  blocks: list(
    device('A device'),
    'Devices that cannot bind before this is mended, in registration order; the device itself is not among them.',
  ),
  without: z
    .exactOptional(list(device('A device'), ''))
    .describe('For disabled and timeout: devices that bound all the same, without it.'),
});

/** What `devgraph probe --json` prints. */
export const probeSchema = z
  .object({
    version: z
      .literal(1)
      .describe(
        'Version of this format. Fields may be added within a version; none changes its name or meaning.',
      ),
    kernel: text('The Linux version whose rules were followed.'),
    bound: list(device('A device'), 'Devices made from the tree that are bound, in registration order.'),
    deferrals: list(
      z
        .object({
          device: device('The device'),
          count: z.int().min(1).describe('How often it was put on the pending list.'),
          reason: z.string().nullable().describe('The last reason that the kernel would have printed.'),
        })
        .describe('A device that was deferred.'),
      'Deferred devices in registration order, those that bound later included.',
    ),
    unbound: list(
      z
        .object({
          device: device('The device'),
          roots: list(z.int().min(0).describe('An index into roots.'), 'Its causes.'),
        })
        .describe('A device without a driver.'),
      'Devices made from the tree that are not bound, in registration order.',
    ),
    roots: list(
      rootSchema.describe('A cause.'),
      'Causes, those that hold back most devices first; among equals, in registration order.',
    ),
    order: list(device('A device'), 'The order of binding.'),
    system: z.exactOptional(systemProbeSchema),
  })
  .meta({
    title: 'devgraph probe --json',
    description: 'What binds, what does not, and the causes.',
  });
