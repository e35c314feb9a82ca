/** The JSON of `devgraph explore`. Needs zod, like schemas.ts, which publishes it. */
import { z } from 'zod';

const text = (description: string) => z.string().describe(description);
const count = (description: string) => z.int().min(0).describe(description);
const names = (description: string, of: string) => z.array(text(of)).describe(description);

const stepSchema = z.object({
  who: text(
    'The actor, or what the worker is at; empty for the clock and for removed links that are released.',
  ),
  does: text('What it does: a command of the actor, or what a callback returns.'),
  until: text('What that comes to: a callback that begins, a wait, what the command returns.'),
  changes: names('Runtime statuses, drivers and power domains that have changed.', 'What has changed.'),
});

const breachSchema = z.object({
  invariant: text('The invariant that does not hold.'),
  sentence: text('What it says.'),
  what: text('What is wrong.'),
  steps: z
    .array(stepSchema)
    .describe('The way there: none is shorter, or, with --walk, none of its steps can be left out.'),
  script: names('The way as lines of a scenario.', 'A command.')
    .nullable()
    .describe('null: no run of one script goes this way.'),
});

export const exploreSchema = z
  .object({
    version: z.literal(1).describe('Version of this format.'),
    kernel: z.literal('6.12').describe('The kernel whose rules hold.'),
    name: text('The file.'),
    coverage: z
      .enum(['complete', 'depth', 'states', 'walks', 'breach'])
      .describe(
        'complete: all states were visited; depth, states: a limit was reached and there are more; walks: only what random walks came ' +
          'through; breach: it ended at what is wrong.',
      ),
    states: count('Distinct states that were reached.'),
    transitions: count('Steps between them that were taken.'),
    depth: count('Steps of the longest path that was followed.'),
    ends: count('States, or walks, in which all actors are done and nothing moves.'),
    walks: count('Random walks.').nullable().describe('null without --walk.'),
    actors: names('Who acts.', 'An actor.'),
    invariants: names('Invariants that were asked.', 'The name of one.'),
    withheld: names(
      'Invariants that were not asked, as a command of the scenario takes their ground.',
      'The name of one.',
    ),
    breach: breachSchema.nullable().describe('null: nothing is wrong in what was looked at.'),
  })
  .meta({
    title: 'devgraph explore --json',
    description: 'How much of a small world was looked at, and what is wrong in it.',
  });
