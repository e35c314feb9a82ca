/** What `devgraph dma --json` prints. Needs zod, like schemas.ts. */
import { z } from 'zod';
import { FINDING_KINDS, type FindingKind, ORDERED } from '../dma-workloads/index.ts';

const text = (description: string) => z.string().describe(description);
const number = (description: string) => z.int().min(0).describe(description);
const milliseconds = (description: string) => number(`${description}, milliseconds of the model's clock.`);

const onTimes = (description: string) =>
  z
    .array(
      z
        .object({
          device: text('The device.'),
          on: milliseconds('How long it was not suspended'),
          resumes: number('How often it was resumed.'),
        })
        .describe('A device.'),
    )
    .describe(description);

const findingSchema = z
  .object({
    kind: z.enum(Object.keys(FINDING_KINDS) as FindingKind[]).describe(
      `What went wrong. ${Object.entries(FINDING_KINDS)
        .map(([kind, what]) => `${kind}: ${what}.`)
        .join(' ')}`,
    ),
    time: milliseconds('When'),
    text: text('In words.'),
  })
  .describe('Something that went wrong.');

const rowSchema = z
  .object({
    policy: text('The policy as it was named.'),
    text: text('The policy in words.'),
    deferrals: number('Probes put off.'),
    links: number('Device links made.'),
    order: z
      .enum(ORDERED)
      .describe(
        'What keeps clients ahead of their engines in suspend, the weakest of all pairs. link: a path of links and parents. phase: ' +
          'the engine stops in a later phase. list position: luck. against: the engine stops first.',
      ),
    resumes: number('Runtime resumes of all engines.'),
    on: milliseconds('How long engines were on, in sum'),
    busOn: milliseconds('How long buses were on, in sum'),
    duration: milliseconds('How long the run took'),
    latency: milliseconds(
      'The longest from asking to the device being ready: an open, or a transfer to its start',
    ),
    asked: number('Transfers asked for.'),
    done: number('Transfers whose data arrived.'),
    lost: number('Transfers that did not happen, or whose data did not arrive.'),
    atomic: number('Resumes that may sleep, needed in atomic context.'),
    engines: onTimes('Each engine.'),
    buses: onTimes('Each bus.'),
    findings: z.array(findingSchema).describe('What went wrong, by time.'),
  })
  .describe('A policy.');

/** What `devgraph dma --json` prints. */
export const dmaDesignsSchema = z
  .object({
    version: z
      .literal(1)
      .describe(
        'Version of this format. Fields may be added within a version; none changes its name or meaning.',
      ),
    kernel: text('The Linux version whose rules were followed.'),
    name: text('The workload.'),
    of: z.enum(['workload', 'scenario']).describe('What was run under each policy.'),
    description: z.string().nullable().describe('What it shows; null where it does not say.'),
    policies: z.array(rowSchema).describe('A row for each policy, in the order asked for.'),
    expectations: number('How many fields the workload expects of these policies.'),
    missed: z
      .array(
        z
          .object({
            policy: text('The policy.'),
            field: text('A field of the row; of a scenario, where it stands.'),
            expected: text('What was expected.'),
            instead: text('What came.'),
          })
          .describe('Something expected that did not come.'),
      )
      .describe('Expected fields that differ.'),
  })
  .meta({
    title: 'devgraph dma --json',
    description: 'The same workload of DMA under several policies.',
  });
