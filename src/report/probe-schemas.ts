/**
 * The JSON of `devgraph probe`, for programs that read it. schemas.ts holds the schema equal to its type, and
 * publishes it.
 */
import { z } from 'zod';
import { systemProbeSchema } from './system-schemas.ts';

const text = (description: string) => z.string().describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);

const sourceSchema = z.object({
  compatible: text('The compatible.'),
  file: text('The source file whose table has it.'),
  option: z
    .string()
    .nullable()
    .describe('The option to set, without CONFIG_; null for a file that is always built.'),
  further: list(text('An option.'), 'Options that have to be set as well.'),
  prompt: z.string().nullable().describe('What menuconfig shows for the option.'),
  dependsOn: list(text('An expression.'), 'Conditions of the option, one of which has to hold.'),
  value: z
    .enum(['y', 'm', 'n'])
    .nullable()
    .describe("In the kernel's configuration; null where none is known."),
  missing: list(text('An option or an expression.'), 'What the configuration lacks before it can be set.'),
  module: z.string().nullable().describe('The module that it is if the option is m.'),
});

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
  compatible: z
    .exactOptional(z.array(text('A compatible.')))
    .describe('Compatibles of a device without a driver.'),
  source: z
    .exactOptional(z.array(sourceSchema.describe('A driver.')))
    .describe('With --source: drivers for it in that source, empty if there is none.'),
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

const boardSchema = z.object({
  input: text('The file.'),
  model: z.string().nullable().describe('What the board calls itself.'),
  devices: z.int().min(0).describe('Devices made from the tree.'),
  bound: z.int().min(0).describe('How many of them are bound.'),
  heldBack: z.int().min(0).describe('How many a root cause holds back.'),
  deferrals: z.int().min(0).describe('Times that a device was put on the pending list.'),
  roots: list(rootSchema.describe('A cause.'), 'Causes that hold something back, as for one board.'),
});

/** What `devgraph probe --json` prints of several boards. */
export const probeBoardsSchema = z
  .object({
    version: z.literal(1).describe('Version of this format, as for one board.'),
    kernel: text('The Linux version whose rules were followed.'),
    drivers: text('Which drivers the boards had, in words.'),
    boards: list(boardSchema.describe('A board.'), 'Boards in the order given.'),
    roots: list(
      z
        .object({
          kind: rootSchema.shape.kind,
          detail: text('What to mend, in words.'),
          devices: z.int().min(1).describe('Devices held back on all boards together.'),
          boards: list(text('A file.'), 'Boards on which it holds something back.'),
        })
        .describe('A cause over all boards.'),
      'Causes, those that hold back most devices first.',
    ),
    skipped: list(
      z
        .object({ input: text('The file.'), reason: text('Why it is no board.') })
        .describe('An input that is no board.'),
      'Inputs that could not be read.',
    ),
  })
  .meta({
    title: 'devgraph probe-boards --json',
    description:
      'What devgraph probe --json prints of several boards: a row for each, and the causes over all of them.',
  });
