/** The JSON of `devgraph simulate` of a scenario with a workload. Needs zod, like schemas.ts, which publishes it. */
import { z } from 'zod';
import { HOLDERS } from '../policies/index.ts';

const text = (description: string) => z.string().describe(description);
const count = (description: string) => z.int().min(0).describe(description);
const time = (description: string) => z.int().min(0).describe(`${description} Microseconds.`);
const energy = (description: string) =>
  z.int().min(0).describe(`${description} Nanojoules, to the nearest one.`);
const holder = z.enum(HOLDERS).describe('What held it on.');

const wake = z
  .object({
    worst: time('The longest.'),
    mean: z.number().min(0).describe('The mean, to the nanosecond. Microseconds.'),
    median: time('Half of all waited no longer.'),
    p99: time('99 of 100 waited no longer.'),
  })
  .nullable()
  .describe('From when a request comes to an active device; null where none came.');

const states = z
  .array(
    z
      .object({ state: text('The state.'), time: time('Time in it.'), energy: energy('What that took.') })
      .describe('A state.'),
  )
  .describe('States that it was in; the times sum up to the length of the work.');

const held = z
  .array(
    z
      .object({
        holder,
        by: z.string().nullable().describe('The device or power domain that held it; null for no other.'),
        time: time('For how long.'),
      })
      .describe('A holder.'),
  )
  .describe('Who held it on, the longest first.');

const device = z.object({
  device: text('The device.'),
  energy: energy('What it took.'),
  states,
  suspends: count('How often its runtime_suspend began.'),
  resumes: count('How often its runtime_resume began.'),
  failed: count('How many of them returned an error.'),
  wasted: count('Suspends that cost more than they saved, or were shorter than the residency of the state.'),
  requests: count('Requests that came to it.'),
  missed: count('Those of them that were done behind their deadline.'),
  wake,
  held,
});

const domain = z.object({
  domain: text('The power domain.'),
  energy: energy('What it took itself.'),
  states,
  offs: count('How often power_off began.'),
  ons: count('How often power_on began.'),
  wasted: count('How often being off cost more than it saved.'),
  held,
});

const cause = z.object({
  holder,
  of: text('The device or power domain that it is about.'),
  energy: energy('What everything that it keeps on takes beyond the least that it could.'),
  keeps: z
    .array(
      z
        .object({ name: text('A device or power domain.'), time: time('For how long.') })
        .describe('One of them.'),
    )
    .describe('What it keeps on, the dearest first.'),
  delay: z.int().nullable().describe('The autosuspend delay, milliseconds; null where it is not the cause.'),
});

const spread = z
  .object({
    seeds: count('How many seeds were tried, the one of the result among them.'),
    energy: z.object({ least: energy('The least.'), most: energy('The most.') }).describe('Energy.'),
    wake: z
      .object({
        least: z.number().min(0).describe('The least. Microseconds.'),
        most: z.number().min(0).describe('The most. Microseconds.'),
      })
      .describe('Mean wake latency.'),
    missed: count('The most that missed their deadline.'),
  })
  .nullable()
  .describe('What other seeds of the workload come to; null where nothing follows from a seed.');

const policy = z.object({
  policy: text('Its name.'),
  description: z.string().nullable().describe('What it is for; null where nothing is said.'),
  energy: energy('What all took with it.'),
  ofAlwaysOn: z.number().describe('In relation to always on.'),
  ofOracle: z.number().nullable().describe('In relation to the ideal oracle; null where that takes nothing.'),
  requests: count('Requests that came.'),
  finished: count('Requests that were done before the end.'),
  failed: count('Requests that were given up because a device could not be resumed.'),
  missed: count('Requests that were done behind their deadline.'),
  wake,
  suspends: count('Suspends of all devices.'),
  wasted: count('Suspends and power-offs that cost more than they saved.'),
  devices: z.array(device.describe('A device.')).describe('Devices in the order of the file.'),
  domains: z.array(domain.describe('A power domain.')).describe('Power domains in the order of the file.'),
  causes: z
    .array(cause.describe('A cause.'))
    .describe('What keeps things on that no work needs, the dearest first.'),
  spread,
  repeated: z
    .object({ period: time('The period.'), times: count('How often it was multiplied.') })
    .nullable()
    .describe(
      'The run came to a state that it had been in, and what followed was multiplied; null: it was not.',
    ),
});

/** What `devgraph simulate --json` prints of a scenario with a workload. */
export const policiesSchema = z
  .object({
    version: z.literal(1).describe('Version of this format.'),
    kernel: text('The kernel whose rules hold.'),
    name: text('The scenario.'),
    length: time('How long the work goes on.'),
    seed: z
      .int()
      .nullable()
      .describe('What was added to the seeds of the workload; null where nothing follows from a seed.'),
    alwaysOn: energy('What it takes if nothing is ever suspended.'),
    oracle: energy('The least that any policy could take.'),
    policies: z
      .array(policy.describe('A policy.'))
      .describe('Policies in the order in which they were asked for.'),
  })
  .meta({
    title: 'devgraph simulate --json of a scenario with a workload',
    description: 'What runtime PM policies cost.',
  });

const value = z.union([z.string(), z.number()]).describe('A value, with its unit if it has one.');

const point = z.object({
  values: z.array(value).describe('One for each parameter.'),
  energy: energy('What all took.'),
  ofAlwaysOn: z.number().describe('In relation to always on.'),
  alwaysOn: energy('What it takes if nothing is ever suspended.'),
  oracle: energy('The least that any policy could take.'),
  wake,
  missed: count('Requests that were late or given up.'),
  suspends: count('Suspends of all devices.'),
  wasted: count('Suspends and power-offs that cost more than they saved.'),
  spread,
});

/** What `devgraph simulate --sweep --json` prints. */
export const sweepSchema = z
  .object({
    version: z.literal(1).describe('Version of this format.'),
    kernel: text('The kernel whose rules hold.'),
    name: text('The scenario.'),
    policy: text('The policy that was run.'),
    parameters: z
      .array(
        z
          .object({ name: text('The number.'), values: z.array(value).describe('Its values, ascending.') })
          .describe('A number that was swept.'),
      )
      .describe('One, or two of a grid.'),
    points: z.array(point.describe('A point.')).describe('All points; the last parameter goes fastest.'),
    front: z
      .array(count('Index of a point.'))
      .describe(
        'Points that no other beats in both energy and mean wake latency, the most economical first.',
      ),
    knee: z
      .int()
      .nullable()
      .describe('Index of the point where the front bends most; null where it does not bend towards less.'),
  })
  .meta({ title: 'devgraph simulate --sweep --json', description: 'A policy over the values of a number.' });
