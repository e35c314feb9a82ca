/** The JSON of `devgraph probe --log`. schemas.ts holds the schema equal to its type, and publishes it. */
import { z } from 'zod';

const text = (description: string) => z.string().describe(description);
const number = (description: string) => z.int().min(0).describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const line = number('The line of the log that says so, 0 for none.');

const logSchema = z.object({
  input: text('The file.'),
  lines: number('How many lines it has.'),
  understood: number('How many of them are messages of the driver core.'),
  cut: number('Lines longer than a line may be.'),
  machine: z.string().nullable().describe("The machine's name by the log; null where it has none."),
  origin: z
    .object({
      foreign: z.boolean().describe('Whether no device with an address is one of the board.'),
      doubt: z.string().nullable().describe('What makes the log one of another board, or may.'),
    })
    .nullable()
    .describe('Whether the log is of this board; null without a board.'),
});

const deviceSchema = z.object({
  device: text('Name of the device.'),
  fate: z
    .enum(['bound', 'failed', 'timed out', 'declined', 'deferred', 'unknown'])
    .describe('What became of it.'),
  driver: z.string().nullable().describe('The driver of the last attempt.'),
  time: z.number().nullable().describe("Seconds of the kernel's clock at which its fate was sealed."),
  line,
  deferrals: number('How often it was put on the deferred list.'),
  retries: list(z.number().describe('Seconds.'), 'When it was tried again.'),
  reason: z.string().nullable().describe('The last reason given.'),
  supplier: z
    .string()
    .nullable()
    .describe('What it waits for by its reason: a device, or the path of a node.'),
  error: z.int().nullable().describe('What its probe returned.'),
});

const rootSchema = z.object({
  device: text('Name of the device.'),
  kind: z
    .enum(['failed', 'timed out', 'driver-deferral', 'missing supplier', 'no driver'])
    .describe('What is wrong.'),
  detail: text('The same in words.'),
  line,
  echoes: list(text('Name of a device.'), 'Devices that wait for it: their messages are echoes.'),
});

/** What `devgraph probe --log --json` prints. */
export const probeLogSchema = z
  .object({
    version: z.literal(1).describe('Version of this format, as for a board.'),
    kernel: z.literal('6.12').describe('The Linux version whose rules the model followed.'),
    log: logSchema.describe('The log.'),
    devices: list(deviceSchema.describe('A device.'), 'Devices of the log, in log order.'),
    roots: list(rootSchema.describe('A cause.'), 'Causes, those that hold back most devices first.'),
    syncState: list(
      z
        .object({
          supplier: text('Name of the supplier.'),
          consumers: list(text('Name of a device.'), 'Whom it waits for.'),
        })
        .describe('A supplier.'),
      'Suppliers whose sync_state waited.',
    ),
    hasDebugMessages: z
      .boolean()
      .describe(
        'Whether the log has debug messages of the driver core; without, bound devices are not known.',
      ),
    agreement: z
      .object({
        agree: number('Devices of the tree of which log and model say the same.'),
        notInTree: list(text('Name of a device.'), 'Devices of the log that the tree does not make.'),
        disagreements: list(
          z
            .object({
              device: text('Name of the device.'),
              what: z
                .enum([
                  'bound only in the log',
                  'bound only in the model',
                  'other reason',
                  'deferred only in the log',
                  'deferred only in the model',
                ])
                .describe('Where they differ.'),
              explanation: text('What is known of it.'),
            })
            .describe('A device.'),
          'Devices on which log and model differ.',
        ),
      })
      .nullable()
      .describe('The log beside the model; null without a board, and where the log is of another one.'),
  })
  .meta({
    title: 'devgraph probe-log --json',
    description: 'The account of a recorded boot: devgraph probe --log.',
  });
