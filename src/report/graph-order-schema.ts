/** The parts of `devgraph order --json` about the order from the graph alone. Needs zod, like schemas.ts. */
import { z } from 'zod';
import { SLEEP_PHASES } from '../core/trace.ts';

const device = (description: string) => z.string().describe(`${description}, as bus:name.`);
const number = (description: string) => z.int().min(0).describe(description);

const edgeSchema = z
  .object({
    subordinate: device('The one that should be suspended first'),
    superior: device('The one that should be suspended after it'),
    reason: z.string().describe('What makes the dependency, in words.'),
  })
  .describe('A parent or a link.');

export const graphOrderSchema = z
  .object({
    suspend: z
      .array(device('A device'))
      .describe(
        'The order of suspend that parents and links alone give; of several that may go next, the lowest id goes.',
      ),
    longestChain: number('Devices of the longest chain of parents and links.'),
    pairs: number('Pairs of devices.'),
    orderedPairs: number('Pairs that a path of parents and links orders.')
      .nullable()
      .describe(
        'Pairs that a path of parents and links orders; null where there are too many devices to count.',
      ),
    swappedPairs: number("Pairs that stand the other way round in the kernel's order: no path orders them."),
    contradicted: z.array(edgeSchema).describe("Parents and links against which the kernel's order stands."),
    broken: z
      .array(edgeSchema)
      .describe('Parents and links that no order can keep, since they lie on a circle.'),
  })
  .describe("The order from parents and links alone, and the kernel's beside it.");

export const phasePairSchema = z.object({
  consumer: device('The one that depends on the other'),
  supplier: device('The one depended upon'),
  kind: z
    .enum(['stands in for a link', 'not needed', 'contradicts'])
    .describe(
      'stands in for a link: nothing but their phases orders the two. not needed: a link or path orders them in any phase. ' +
        'contradicts: the supplier goes down before the last callback of its consumer, or comes up after its first one.',
    ),
  direction: z.enum(['suspend', 'resume']).describe('Down or up.'),
  consumerPhase: z
    .enum(SLEEP_PHASES)
    .describe("The consumer's last phase with a callback on the way down, its first one up."),
  supplierPhase: z
    .enum(SLEEP_PHASES)
    .describe("The supplier's first phase with a callback on the way down, its last one up."),
  relation: z
    .enum(['link', 'parent', 'path', 'none'])
    .describe('What orders the two within a phase; path: links and parents between them.'),
  reason: z.string().describe('The same in one sentence.'),
});
