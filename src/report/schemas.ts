/**
 * The JSON of results, for programs that read it: schemas that check a result, and the same as JSON Schema. The types in
 * analysis/ are the truth; the last lines of this file hold each schema equal to its type, both ways.
 *
 * The only file of report/ that needs zod: import it on its own, since zod is slow to load.
 */
import { z } from 'zod';
import type { BoardDiff } from '../analysis/board-diff.ts';
import type { RecordedBoot } from '../analysis/boot-agreement.ts';
import type { CheckResult } from '../analysis/check-result.ts';
import { SEVERITIES } from '../analysis/finding.ts';
import type { LinksResult } from '../analysis/links.ts';
import type { OrderResult } from '../analysis/order.ts';
import type { ProbedBoards } from '../analysis/probe-boards.ts';
import type { ProbeResult } from '../analysis/probe-outcome.ts';
import type { TimelineResult } from '../analysis/sleep-timing.ts';
import type { WhyResult } from '../analysis/why.ts';
import { type DeviceLinkFlag, DL_FLAG } from '../core/device-link.ts';
import type { DesignComparison } from '../dma-workloads/index.ts';
import type { Explored } from '../explore/index.ts';
import type { PolicyComparison, SweepResult } from '../policies/index.ts';
import type { Simulation } from '../scenario-files/index.ts';
import { diffSchemaOf } from './diff-schema.ts';
import { dmaDesignsSchema } from './dma-designs-schema.ts';
import { dmaRequestsSchema } from './dma-schema.ts';
import { exploreSchema } from './explore-schema.ts';
import { graphOrderSchema, phasePairSchema } from './graph-order-schema.ts';
import { policiesSchema, sweepSchema } from './policies-schema.ts';
import { probeLogSchema } from './probe-log-schema.ts';
import { probeBoardsSchema, probeSchema } from './probe-schemas.ts';
import { simulateSchema } from './simulate-schema.ts';
import { systemLinksSchema, systemOrderSchema } from './system-schemas.ts';
import { timelineSchema } from './timeline-schema.ts';

const text = (description: string) => z.string().describe(description);
const number = (description: string) => z.int().min(0).describe(description);
const list = <T extends z.ZodType>(item: T, description: string) => z.array(item).describe(description);
const device = (description: string) => text(`${description}, as bus:name`);

const version = z
  .literal(1)
  .describe(
    'Version of this format. Fields may be added within a version; none changes its name or meaning.',
  );
const kernel = text('The Linux version whose rules were followed.');

const deviceSchema = z.object({
  id: device('The device'),
  name: text("The device's name as the kernel prints it."),
  bus: text('The bus: platform or amba.'),
  node: text('Path of its device-tree node.'),
  parent: device('Its parent')
    .nullable()
    .describe('Its parent as bus:name; null directly below the root of the platform bus.'),
  driver: z.string().nullable().describe('The driver that is bound to it; null for none.'),
});

const causeSchema = z.object({
  property: text('The property that refers to the supplier.'),
  consumerNode: text(
    'Path of the node that has the property (for remote-endpoint, of the node whose port it is).',
  ),
  supplierNode: text('Path of the node referred to.'),
});

const linkSchema = z.object({
  supplier: device('The supplier'),
  consumer: device('The consumer'),
  status: z
    .enum(['not tracked', 'dormant', 'available', 'consumer probing', 'active', 'supplier unbinding'])
    .describe('State of the link, in the words of /sys/class/devlink.'),
  flags: list(
    z.enum(Object.keys(DL_FLAG) as DeviceLinkFlag[]).describe('A flag of the kernel, without DL_FLAG_.'),
    'Flags of the link, lowest bit first.',
  ),
  causes: list(
    causeSchema.describe('A reference of the board behind the link.'),
    'What made the link; empty if a driver asked for it.',
  ),
});

const waitingSchema = z.object({
  device: device('The device that waits'),
  nodes: list(
    text('Path of a node.'),
    'Nodes that need a device before this one may probe, newest reference first.',
  ),
});

/** What `devgraph links --json` prints. */
export const linksSchema = z
  .object({
    version,
    kernel,
    devices: list(deviceSchema.describe('A device.'), 'Devices that the tree made, in registration order.'),
    links: list(
      linkSchema.describe('A device link.'),
      'Device links by consumer in dpm_list order, then as they stand in its supplier list.',
    ),
    waiting: list(
      waitingSchema.describe('A device that waits.'),
      'Devices that wait for a supplier without a device.',
    ),
    cycles: list(
      list(text('Path of a node.'), 'Nodes, each depending on the next, the last on the first.'),
      'Dependency cycles in the order in which the kernel finds them.',
    ),
    dma: z.exactOptional(dmaRequestsSchema).describe('Requests for DMA channels; only with --dma-links.'),
    system: z.exactOptional(systemLinksSchema),
  })
  .meta({
    title: 'devgraph links --json',
    description:
      'Devices and device links of a board, the suppliers that devices wait for, and dependency cycles.',
  });

const stepSchema = z.object({
  device: device('The device'),
  reason: text('What put it at this place, in a few words.'),
  asynchronous: z.boolean().describe('Whether it is suspended and resumed asynchronously.'),
  mayBeOvertakenBy: list(
    device('A device'),
    'For an asynchronous device: those that may be suspended before it has ended although their turn comes later.',
  ),
});

const luckSchema = z.object({
  first: device('The one that is suspended first and resumed last'),
  second: device('The one that is suspended last and resumed first'),
  reason: text('Why no link keeps the order, in words.'),
  consumer: device('The one that depends on the other'),
  supplier: device('The one depended upon'),
  property: text('The property that makes the dependency.'),
  node: text('Path of the node that has the property.'),
  kind: z
    .enum(['list position', 'against'])
    .describe('list position: the consumer is suspended first, as it should be. against: the supplier is.'),
  because: z
    .enum(['optional', 'not followed', 'cycle', 'mode'])
    .describe(
      'Why no link orders the two. optional: only fw_devlink.strict=1 follows the property. not followed: this kernel does not ' +
        'know it. cycle: the link lost its force in a dependency cycle. mode: fw_devlink is off or permissive.',
    ),
});

const deadlockSchema = z.object({
  phase: z.enum(['suspend', 'resume']).describe('The phase that would never end.'),
  devices: list(
    device('A device'),
    'Devices, each waiting for the next; the last one never comes to its turn.',
  ),
  reason: text('Why the last one never comes to its turn.'),
  waits: list(text('One wait, in words.'), 'The waits, in the order of the devices.'),
});

/** What `devgraph order --json` prints. */
export const orderSchema = z
  .object({
    version,
    kernel,
    suspend: list(device('A device'), 'The order of the suspend phase.'),
    resume: list(device('A device'), 'The order of the resume phase.'),
    steps: list(stepSchema.describe('A device at its place.'), 'The devices in suspend order, with reasons.'),
    luck: list(
      luckSchema.describe('A dependency without a link.'),
      'Dependencies in hardware that only list position keeps, or does not even keep.',
    ),
    deadlocks: list(
      deadlockSchema.describe('Devices that would wait for each other for ever.'),
      'Deadlocks of synchronous and asynchronous devices.',
    ),
    graph: graphOrderSchema,
    phases: list(
      phasePairSchema.describe('A pair of devices.'),
      'Dependent devices whose callbacks are in different phases; empty where no callbacks are known.',
    ),
    phasesKnown: z.boolean().describe('Whether callbacks of system sleep are known of any device.'),
    system: z.exactOptional(systemOrderSchema),
  })
  .meta({
    title: 'devgraph order --json',
    description: 'The order in which a board suspends and resumes, and what of it is luck.',
  });

/** What `devgraph diff --json` prints. */
export const diffSchema = diffSchemaOf({ device: deviceSchema, link: linkSchema, luck: luckSchema });

const hopSchema = z.object({
  from: device('The one that is suspended first'),
  to: device('The one that is suspended after it'),
  via: z
    .enum(['parent', 'link'])
    .describe('What orders the two: `to` is the parent of `from`, or its supplier.'),
  cause: z.string().nullable().describe('The properties behind the link, in words; null for a parent.'),
});

/** What `devgraph why --json` prints. */
export const whySchema = z
  .object({
    version,
    kernel,
    first: device('The one that is suspended first; if nothing orders them, the one asked about first'),
    second: device('The other one'),
    ordered: z
      .enum(['path', 'list position', 'nothing'])
      .describe(
        'path: parents and links order the two. list position: only their places in dpm_list do. ' +
          'nothing: one is asynchronous and nothing makes it wait.',
      ),
    path: list(hopSchema.describe('A step.'), 'The steps from `first` to `second`; empty without a path.'),
    unlinked: list(
      text('A dependency, in words.'),
      'Dependencies between the two for which no link keeps the order.',
    ),
    remedies: list(text('A remedy, in words.'), 'What would order the two; found by trying it.'),
    sentence: text('The answer in one sentence.'),
    system: z
      .exactOptional(z.array(text('A sentence.')))
      .describe('What the running system has of the path; only of a snapshot.'),
  })
  .meta({ title: 'devgraph why --json', description: 'What orders two devices in the suspend phase.' });

const severity = z
  .enum(SEVERITIES)
  .describe('How bad it is. Errors and warnings make the exit status 1, unless configured otherwise.');

const findingSchema = z.object({
  rule: text('Name of the rule.'),
  severity,
  subject: text('What it is about: consumer -> supplier, a device, or a node.'),
  message: text('What is wrong, in one sentence.'),
  place: z
    .object({
      input: text('The board or log.'),
      node: z.exactOptional(z.string()).describe('Path of the node.'),
      property: z.exactOptional(z.string()).describe('The property.'),
      line: z.exactOptional(z.int().min(1)).describe('Line of a log, from 1.'),
    })
    .describe('Where it lies in what was handed in.'),
  devices: list(
    text('A device: bus:name, or the bare name for one that is not on the board.'),
    'Devices concerned.',
  ),
  evidence: list(text('A line.'), 'Further lines: a path, a cycle, a fix.'),
  key: text('Tells this finding from others of its rule and input, whatever their order and position.'),
});

const boardSchema = z.object({
  input: text('The board as it was named.'),
  model: z.string().nullable().describe('The model property of the root node; null without it.'),
  devices: number('How many devices the tree made.'),
  links: number('How many device links there are.'),
});

const logSchema = z.object({
  input: text('The log as it was named.'),
  format: z.enum(['dmesg', 'ftrace', 'mixed', 'unknown']).describe('What the log is.'),
  lines: number('How many lines it has.'),
  skipped: number('How many lines look relevant and could not be read.'),
  lost: number('Records that the log itself says are missing.'),
  droppedCallbacks: number('Callbacks of sleep cycles too large to be kept whole, and not checked.'),
  droppedRuntimeEvents: number('Runtime PM events of devices past the most that are followed.'),
  findingsLeftOut: number('Findings past the most that are kept of one log.'),
  cycles: number('How many suspend and resume cycles it has.'),
  callbacks: number('How many PM callbacks there are in them.'),
  runtimeEvents: number('How many runtime PM events (rpm_*) it has.'),
  unknown: list(text('What is not recorded, in words.'), 'What the format does not record.'),
  devicesOnBoard: list(device('A device'), 'Devices of the log that the board has, in log order.'),
  devicesNotOnBoard: list(text('Name of a device.'), 'Devices of the log that the board does not have.'),
});

/** What `devgraph check --json` prints. */
export const checkSchema = z
  .object({
    version,
    kernel,
    fwDevlink: text('The fw_devlink= mode of the model.'),
    context: text('What the answer holds for, in words: kernel, fw_devlink mode, environment, drivers.'),
    boards: list(boardSchema.describe('A board.'), 'Boards that were checked.'),
    logs: list(logSchema.describe('A log.'), 'Logs that were checked.'),
    findings: list(
      findingSchema.describe('A finding.'),
      'Findings by input, those of an input most severe first.',
    ),
    counts: z
      .object({
        error: number('Errors.'),
        warning: number('Warnings.'),
        note: number('Notes.'),
      })
      .describe('How many findings of each severity there are.'),
    accepted: number('Findings that the baseline accepts; they are not listed.'),
    stale: number('Entries of the baseline that nothing matches any more.'),
  })
  .meta({ title: 'devgraph check --json', description: 'What was checked, and what was found.' });

const SCHEMAS = {
  links: linksSchema,
  order: orderSchema,
  why: whySchema,
  diff: diffSchema,
  dma: dmaDesignsSchema,
  check: checkSchema,
  probe: probeSchema,
  'probe-boards': probeBoardsSchema,
  'probe-log': probeLogSchema,
  timeline: timelineSchema,
  simulate: simulateSchema,
  policies: policiesSchema,
  sweep: sweepSchema,
  explore: exploreSchema,
};

export type SchemaName = keyof typeof SCHEMAS;
/** Verbs whose JSON has a published schema. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[];

/**
 * The JSON Schema (draft 2020-12) of what a verb prints with --json: a plain object, ready for JSON.stringify. Fields that it
 * does not name are allowed, since later releases may add some.
 */
export function jsonSchemaOf(verb: SchemaName): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(SCHEMAS[verb], { io: 'input' });
}

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
type Same<A, B> =
  (<T>() => T extends Mutable<A> ? 1 : 2) extends <T>() => T extends Mutable<B> ? 1 : 2 ? true : false;
type Holds<T extends true> = T;

/** Does not compile while a schema and its type differ in a field, its type, or whether it is optional. */
export type SchemasAreTheTypes = [
  Holds<Same<LinksResult, z.output<typeof linksSchema>>>,
  Holds<Same<OrderResult, z.output<typeof orderSchema>>>,
  Holds<Same<WhyResult, z.output<typeof whySchema>>>,
  Holds<Same<BoardDiff, z.output<typeof diffSchema>>>,
  Holds<Same<DesignComparison, z.output<typeof dmaDesignsSchema>>>,
  Holds<Same<CheckResult, z.output<typeof checkSchema>>>,
  Holds<Same<ProbeResult, z.output<typeof probeSchema>>>,
  Holds<Same<RecordedBoot, z.output<typeof probeLogSchema>>>,
  Holds<Same<ProbedBoards, z.output<typeof probeBoardsSchema>>>,
  Holds<Same<TimelineResult, z.output<typeof timelineSchema>>>,
  Holds<Same<Simulation, z.output<typeof simulateSchema>>>,
  Holds<Same<PolicyComparison, z.output<typeof policiesSchema>>>,
  Holds<Same<SweepResult, z.output<typeof sweepSchema>>>,
  Holds<Same<Explored, z.output<typeof exploreSchema>>>,
];
