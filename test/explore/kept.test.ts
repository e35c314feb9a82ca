import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from '../../src/core/index.ts';
import type { Exploration, ExplorationState, Step } from '../../src/explore/index.ts';
import type { Explorer } from '../support/changed-engine.ts';
import { type FramedExplorer, type FramesOfTasks, framedExplorer } from '../support/framed-engine.ts';
import { randomExploration } from '../support/random-exploration.ts';

/** Names for the things of a World, which a task may hold on to. */
function thingsOf(world: World): Map<unknown, string> {
  const things = new Map<unknown, string>([[world, 'world']]);
  for (const [key, value] of Object.entries(world)) {
    if (typeof value === 'object' && value !== null) things.set(value, key);
  }
  const number = (name: string, all: readonly unknown[]) => {
    for (const [index, one] of all.entries()) if (one !== undefined) things.set(one, `${name} ${index}`);
  };
  number('device', world.devices);
  number(
    'power',
    world.devices.map(({ power }) => power),
  );
  number(
    'membership',
    world.devices.map(({ membership }) => membership),
  );
  // As in the hash of a World, a link is known by its place among those that exist.
  number(
    'link',
    world.links.filter((link) => link !== undefined),
  );
  number('link being released', world.work.releasing);
  number('driver', world.drivers);
  number('domain', world.powerDomains.all);
  number(
    'parents of domain',
    world.powerDomains.all.map(({ parents }) => parents),
  );
  for (const [key, value] of Object.entries(world.sleep)) {
    if (typeof value === 'object') things.set(value, `sleep ${key}`);
  }
  return things;
}

function valueText(value: unknown, things: Map<unknown, string>): string {
  const known = things.get(value);
  if (known !== undefined) return known;
  if (typeof value === 'function') return 'function';
  // The clock stands far above all other numbers. When something began matters to governors of power domains only, and
  // the worlds here have none.
  if (typeof value === 'number') return value > 2 ** 39 ? 'a moment' : String(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Map) return 'map';
  if (Symbol.iterator in value && 'next' in value) return 'task';
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${valueText(part, things)}`);
  return `{ ${parts.join(', ')} }`;
}

/** What an exploration cannot see of a state: where all tasks stand, and their variables. */
function insides({ threads, session }: ExplorationState, frames: FramesOfTasks): string {
  const things = thingsOf(session.world);
  things.set(session, 'session');
  return threads
    .map((thread) => {
      const tasks = frames
        .of(thread)
        .map(({ name, place, variables }) => `  ${name}, yield ${place}, ${valueText(variables, things)}`);
      return [
        thread.item === undefined ? `actor ${thread.actor}` : JSON.stringify(thread.item),
        ...tasks,
      ].join('\n');
    })
    .sort()
    .join('\n');
}

interface Seen {
  readonly path: readonly Step[];
  readonly insides: string;
}

/** Visits states as explore() does; the first two that count as one and differ inside, undefined if there are none. */
function differenceInside(
  { explorer, frames }: FramedExplorer,
  exploration: Exploration,
  limit: number,
): { pair: [string, string] | undefined; folds: number } {
  const seen = new Map<string, Seen>();
  const hash = new Int32Array(2);
  const queue: (readonly Step[])[] = [[]];
  let folds = 0;
  let taken = 0;
  for (const path of queue) {
    const steps = explorer.possibleSteps(stateAt(explorer, exploration, path)!);
    for (const step of steps) {
      if (++taken > limit) return { pair: undefined, folds };
      const state = stateAt(explorer, exploration, [...path, step]);
      if (state === undefined) continue;
      explorer.stateHash(state, hash);
      const key = hash.join(' ');
      const known = seen.get(key);
      if (known === undefined) {
        seen.set(key, { path: [...path, step], insides: insides(state, frames) });
        queue.push([...path, step]);
        continue;
      }
      folds++;
      const inside = insides(state, frames);
      if (inside !== known.insides) return { pair: [known.insides, inside], folds };
    }
  }
  return { pair: undefined, folds };
}

/** Undefined where the last step is one that nobody may take: deleting a device twice. */
function stateAt(
  explorer: Explorer,
  exploration: Exploration,
  path: readonly Step[],
): ExplorationState | undefined {
  const state = explorer.createState(exploration);
  try {
    for (const step of path) explorer.takeStep(state, step);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
  return state;
}

/** Whether the setup of an exploration comes to an end. */
function hasBeginning(explorer: Explorer, exploration: Exploration): boolean {
  try {
    explorer.createState(exploration);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'explore-setup') throw error;
    return false;
  }
}

/** Deleting b releases a link that is managed or not, whoever comes first: only the worker that releases it knows which. */
const LINK_OF_TWO_KINDS = [
  ...['dev a', 'dev b', 'dev c', 'genpd top', 'genpd pd', 'subdomain top pd'],
  ...['drv d match=a,b,c ops=all sync_state', 'rpm enable b', 'rpm set_delay b 10', 'rpm use_autosuspend b'],
  ...['actor one', 'del b', 'actor two', 'link b a autoremove_consumer'],
].join('\n');

describe('states that an exploration takes for one', () => {
  it('are the same in all variables of all tasks that are used again, in random worlds', async () => {
    const framed = await framedExplorer();
    let folds = 0;
    fc.assert(
      fc.property(randomExploration, (text) => {
        const exploration = framed.explorer.readExploration(text, 'random');
        fc.pre(hasBeginning(framed.explorer, exploration));
        const result = differenceInside(framed, exploration, 200);
        folds += result.folds;
        expect(result.pair?.[1]).toBe(result.pair?.[0]);
      }),
      { numRuns: 60, examples: [[LINK_OF_TWO_KINDS]] },
    );
    expect(folds).toBeGreaterThan(100);
  }, 120_000);

  it('would differ if a task did not say what it keeps: a link that comes while its consumer suspends', async () => {
    const framed = await framedExplorer((path, source) =>
      path === 'pm/runtime-transitions.ts'
        ? source.replaceAll('keep(world.devices[id]!.linksCount > 0)', 'world.devices[id]!.linksCount > 0')
        : source,
    );
    const lines = [
      ...['dev s', 'dev c', 'drv d match=s,c ops=rpm', 'rpm enable s', 'rpm enable c', 'rpm get_sync c'],
      ...['actor driver', 'rpm put_sync c', 'actor other', 'link c s pm_runtime,rpm_active'],
    ];
    const exploration = framed.explorer.readExploration(lines.join('\n'), 'race');
    const { pair } = differenceInside(framed, exploration, 2_000);
    expect(pair?.map((inside) => /hasLinks: \w+/.exec(inside)?.[0]).sort()).toEqual([
      'hasLinks: false',
      'hasLinks: true',
    ]);
  });
});
