/** What `devgraph diff --json` prints. Needs zod, like schemas.ts. */
import { z } from 'zod';
import { dmaRequestsSchema } from './dma-schema.ts';

const text = (description: string) => z.string().describe(description);
const number = (description: string) => z.int().min(0).describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);

const side = (description: string) =>
  z
    .object({
      input: text('The board as it was named.'),
      model: z.string().nullable().describe('The model property of the root node; null without it.'),
      context: text(
        'What was asked of it beside the options of both, as --dma-links engine; empty for nothing.',
      ),
    })
    .describe(description);

const beforeAfter = (description: string) =>
  z.object({ before: number('Before.'), after: number('After.') }).describe(description);

const cycleSchema = z
  .object({
    edges: list(
      z
        .object({
          from: text('Path of the node that depends.'),
          to: text('Path of the node depended upon.'),
          properties: list(
            text('A property.'),
            'What makes it depend; empty where it lies below the other. The kernel relaxes the others.',
          ),
        })
        .describe('An edge.'),
      'Its edges, each one beginning where the one before it ends.',
    ),
    devices: list(device('A device'), 'Devices of its nodes.'),
    expected: z.boolean().describe('Whether it is there by design and costs nothing.'),
    fixes: list(text('A line.'), 'Lines of device-tree source, each of which opens it.'),
  })
  .describe('A dependency cycle.');

const enginePhaseSchema = z
  .object({
    engine: device('The engine'),
    driver: text('The driver of its compatibles in Linux 6.12.'),
    phase: z
      .enum(['none', 'suspend', 'suspend_late', 'suspend_noirq'])
      .describe('The first phase of system sleep in which the driver has a callback.'),
    clients: number('Devices whose dmas name the engine.'),
    unordered: list(
      device('A client'),
      'Clients that no path of parents and links orders before the engine.',
    ),
  })
  .nullable()
  .describe('An engine and its clients; null where it has no clients.');

const requests = dmaRequestsSchema
  .nullable()
  .describe('Requests for DMA channels; null where drivers make none.');

/** The parts that links and order have too are theirs. */
export function diffSchemaOf<
  Device extends z.ZodType,
  Link extends z.ZodType,
  Luck extends z.ZodType,
>(parts: { readonly device: Device; readonly link: Link; readonly luck: Luck }) {
  const linkRow = parts.link.describe('A device link.');
  return z
    .object({
      version: z
        .literal(1)
        .describe(
          'Version of this format. Fields may be added within a version; none changes its name or meaning.',
        ),
      kernel: text('The Linux version whose rules were followed.'),
      from: side('The first side.'),
      to: side('The second side.'),
      devices: z
        .object({
          added: list(parts.device.describe('A device.'), 'Devices of the second side only.'),
          removed: list(parts.device.describe('A device.'), 'Devices of the first side only.'),
          changed: list(
            z
              .object({
                device: device('The device'),
                what: z.enum(['node', 'parent', 'driver']).describe('What is not the same.'),
                before: z.string().nullable().describe('On the first side; null for none.'),
                after: z.string().nullable().describe('On the second side; null for none.'),
              })
              .describe('A device that both sides have.'),
            'Devices of both sides that are not the same.',
          ),
        })
        .describe('Devices that the trees made.'),
      links: z
        .object({
          added: list(linkRow, 'Links of the second side only.'),
          removed: list(linkRow, 'Links of the first side only.'),
          changed: list(
            z
              .object({ before: linkRow, after: linkRow })
              .describe('A pair of devices with a link on both sides.'),
            'Links whose state or flags are not the same.',
          ),
        })
        .describe('Device links.'),
      cycles: z
        .object({
          added: list(cycleSchema, 'Cycles of the second side only.'),
          removed: list(cycleSchema, 'Cycles of the first side only.'),
        })
        .describe('Dependency cycles.'),
      order: z
        .object({
          devices: number('Devices that both sides have.'),
          moved: list(
            z
              .object({
                device: device('The device'),
                before: z.int().min(1).describe('Its place among the devices of both sides, from 1.'),
                after: z.int().min(1).describe('Its place on the second side.'),
              })
              .describe('A device that moved.'),
            'The fewest devices whose moving explains the new order of suspend.',
          ),
          swappedPairs: number('Pairs of these devices that stand the other way round.'),
          orderedPairs: beforeAfter('Pairs of devices that a path of parents and links orders.')
            .nullable()
            .describe(
              'Pairs of devices that a path of parents and links orders; null where there are too many devices to count.',
            ),
        })
        .describe('The order of suspend.'),
      luck: z
        .object({
          added: list(parts.luck.describe('A dependency without a link.'), 'Of the second side only.'),
          removed: list(parts.luck.describe('A dependency without a link.'), 'Of the first side only.'),
        })
        .describe('Dependencies that only list position keeps, or does not even keep.'),
      enginePhases: list(
        z
          .object({ before: enginePhaseSchema, after: enginePhaseSchema })
          .describe('An engine whose clients are ordered otherwise.'),
        'DMA engines whose phase of system sleep is needed for the order with other clients than before.',
      ),
      deferrals: beforeAfter('Probes that were put off, all in all.'),
      dma: z.object({ before: requests, after: requests }).describe('Requests for DMA channels.'),
    })
    .meta({
      title: 'devgraph diff --json',
      description: 'What differs between two boards, or between two ways to boot one.',
    });
}
