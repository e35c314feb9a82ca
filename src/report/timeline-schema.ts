/** The JSON of `devgraph timeline`. Needs zod, like schemas.ts, which publishes it. */
import { z } from 'zod';
import { SLEEP_PHASES } from '../core/trace.ts';

const device = (description: string) => z.string().describe(`${description}, by dev_name().`);
const time = (description: string) => z.number().describe(`${description} Microseconds of the log's clock.`);
const length = (description: string) => z.number().min(0).describe(`${description} Microseconds.`);
const phase = z
  .enum(SLEEP_PHASES)
  .nullable()
  .describe('The phase; null where the log tells the direction only.');
const direction = z.enum(['suspend', 'resume']).describe('Down or up.');
const waitKind = z.enum(['list order', 'walk', 'child', 'consumer', 'parent', 'supplier']);
const link = z.string().nullable().describe('What made the link; null without one.');

const callbackSchema = z.object({
  device: device('The device'),
  driver: z.string().nullable().describe('Its driver, else its bus or class; null where the log tells none.'),
  callback: z
    .string()
    .nullable()
    .describe(
      'Layer and phase in the words of ftrace, or the function of a kernel log; null where neither is told.',
    ),
  asynchronous: z.boolean().describe('Whether a worker ran it.'),
  task: z.int().nullable().describe('The task that ran it; null where none is recorded.'),
  begin: time('When it began.'),
  end: time('When it ended.'),
  unfinished: z.boolean().describe('It had not returned when the record ended.'),
  stated: z
    .number()
    .nullable()
    .describe("How long it took by the kernel's own measure, microseconds; null without."),
  onCriticalPath: z.boolean().describe('Whether the phase would have been shorter if it had been.'),
  slack: length('How much later it could have ended without the phase ending later.'),
  delay: length('Time before it, behind all that it waited for.'),
  meanwhile: z
    .array(
      z
        .object({
          device: z.string().describe('The device or the power domain.'),
          name: z.string().describe('runtime_resume, power_off, rpm_resume, ...'),
          took: length('How much of it in that time.'),
        })
        .describe('Something else that ran.'),
    )
    .describe('What else is on record for that time: runtime PM of its task or of its device.'),
  unexplained: length('The part of that time for which nothing is on record.'),
  why: z.string().describe('Why it did not begin earlier, in words.'),
  waitedFor: z
    .object({
      kind: z
        .enum(['phase', ...waitKind.options])
        .describe(
          'phase: nothing had to end before. list order: synchronous, behind another one. walk: asynchronous, started when the walk ' +
            'had passed another one. Else what the device waited for is to it.',
        ),
      device: z.string().nullable().describe('The device whose callback had to end before; null for none.'),
      link,
      via: z
        .array(
          z
            .object({
              device: device('A device without a callback'),
              kind: waitKind.describe('What the next one is to it.'),
              link,
            })
            .describe('A device between the two.'),
        )
        .describe('Devices without a callback between the two, each of which waited for the next one.'),
    })
    .describe('What ended last of all that it had to wait for.'),
  line: z.int().min(1).nullable().describe('The line of the log where it begins; null without lines.'),
});

const phaseSchema = z.object({
  phase,
  direction,
  begin: time('When the phase began.'),
  end: time('When it ended.'),
  rest: length('Time behind the last callback.'),
  callbacks: z
    .array(callbackSchema.describe('A callback.'))
    .describe('All callbacks in the order in which they began.'),
});

const rowSchema = z.object({
  cycle: z.int().min(1).describe('Number of the cycle, from 1.'),
  state: z.string().nullable().describe('deep, s2idle, ...; null where it is not recorded.'),
  down: length('How long the way down took.'),
  up: length('How long the way up took.'),
  callbacks: z.int().min(0).describe('How many callbacks there were.'),
  longest: z
    .object({ device: device('The device'), phase, took: length('How long it took.') })
    .nullable()
    .describe('The callback that took longest.'),
});

/** Times of sleep cycles: fields that other results have too. */
export const sleepTimingShape = {
  cycles: z.array(rowSchema.describe('A sleep cycle.')).describe('The sleep cycles of the log.'),
  cyclesLeftOut: z.int().min(0).describe('Cycles past the most that are listed.'),
  cycle: z.int().min(1).nullable().describe('The cycle that the phases are of; null without one.'),
  leftOut: z.int().min(0).describe('Callbacks of that cycle that have no time or no direction.'),
  listKnown: z
    .boolean()
    .describe(
      'Whether the record tells the order of dpm_list, which decides when asynchronous devices start.',
    ),
  phases: z
    .array(phaseSchema.describe('A phase.'))
    .describe('The phases of that cycle, in the order in which they ran.'),
  savings: z
    .array(
      z
        .object({
          device: device('The device'),
          saved: length('What both ways together would be shorter.'),
        })
        .describe('A device.'),
    )
    .describe(
      'What synchronous devices of the critical path would save if they were asynchronous, the most first.',
    ),
};

/** What `devgraph timeline --json` prints. */
export const timelineSchema = z
  .object({
    version: z
      .literal(1)
      .describe(
        'Version of this format. Fields may be added within a version; none changes its name or meaning.',
      ),
    kernel: z.string().describe('The Linux version whose rules say who waits for whom.'),
    input: z.string().describe('The log as it was named.'),
    format: z.string().describe('dmesg, ftrace, mixed or unknown.'),
    board: z.string().nullable().describe('The board whose links are known; null without one.'),
    unknown: z
      .array(z.string().describe('What is not recorded, in words.'))
      .describe('What the format does not record.'),
    ...sleepTimingShape,
  })
  .meta({
    title: 'devgraph timeline --json',
    description: 'What took how long in recorded suspends, and why.',
  });
