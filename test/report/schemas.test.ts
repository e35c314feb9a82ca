import { describe, expect, it } from 'vitest';
import { unlinkedDependencies } from '../../src/analysis/dependencies.ts';
import { whyOrdered } from '../../src/analysis/why.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import {
  checkSchema,
  jsonSchemaOf,
  linksSchema,
  orderSchema,
  SCHEMA_NAMES,
  whySchema,
} from '../../src/report/schemas.ts';
import { exampleBoard } from '../support/shared-data.ts';
import { CHECK, EXAMPLE_BOARDS, exampleResults, LINKS, ORDER } from './small-results.ts';

/** As it is after printing and reading. A schema drops what it does not name, so equality means that it names all. */
function fromJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

describe('the published schemas', () => {
  it.each(EXAMPLE_BOARDS)('know all that links, order and check print of %s', (name) => {
    const { links, order, check } = exampleResults(name);
    expect(links.links.length).toBeGreaterThan(20);
    expect(linksSchema.parse(fromJson(links))).toEqual(fromJson(links));
    expect(orderSchema.parse(fromJson(order))).toEqual(fromJson(order));
    expect(check.findings.length).toBeGreaterThan(5);
    expect(checkSchema.parse(fromJson(check))).toEqual(fromJson(check));
  });

  it.each(EXAMPLE_BOARDS)('know all that why prints of the devices of %s', (name) => {
    const board = readDeviceTree(exampleBoard(name), { input: name });
    const world = bootBoard(board);
    const strictWorld = bootBoard(board, { strict: true });
    const pairs = world.links.flatMap((link) =>
      link === undefined ? [] : [[link.consumer, link.supplier] as const],
    );
    for (const { consumer, supplier } of unlinkedDependencies(world)) pairs.push([consumer, supplier]);
    const seen = new Set<string>();
    for (const [consumer, supplier] of pairs) {
      const why = fromJson(whyOrdered(world, consumer, supplier, () => strictWorld));
      expect(whySchema.parse(why)).toEqual(why);
      seen.add(why.ordered).add(`${why.unlinked.length > 0 ? 'some' : 'nothing'} unlinked`);
    }
    expect(seen).toContain('path');
    expect(seen).toContain('list position');
    expect(seen).toContain('some unlinked');
  });

  it('know what a hand-made result has: links, lucky pairs, a line of a log', () => {
    expect(linksSchema.parse(LINKS)).toEqual(LINKS);
    expect(orderSchema.parse(ORDER)).toEqual(ORDER);
    expect(checkSchema.parse(CHECK)).toEqual(CHECK);
  });

  it.each([
    ['a flag that the kernel does not have', { links: [{ ...LINKS.links[0]!, flags: ['FAST'] }] }],
    ['a status that the kernel does not have', { links: [{ ...LINKS.links[0]!, status: 'asleep' }] }],
    ['a device without an id', { devices: [{ ...LINKS.devices[0]!, id: undefined }] }],
    ['another version', { version: 2 }],
  ])('refuse %s', (_, change) => {
    expect(linksSchema.safeParse({ ...LINKS, ...change }).success).toBe(false);
  });

  it('allow fields that a later release may add', () => {
    expect(linksSchema.safeParse({ ...LINKS, later: true }).success).toBe(true);
  });
});

/** A schema and all schemas in it, with the key path to each. */
function* schemasIn(schema: unknown, path: string): Generator<[string, Record<string, unknown>]> {
  if (typeof schema !== 'object' || schema === null) return;
  const record = schema as Record<string, unknown>;
  yield [path, record];
  for (const [name, property] of Object.entries(record.properties ?? {}))
    yield* schemasIn(property, `${path}.${name}`);
  if (record.items !== undefined) yield* schemasIn(record.items, `${path}[]`);
}

describe.each(SCHEMA_NAMES)('the JSON Schema of %s', (verb) => {
  const schema = jsonSchemaOf(verb);

  it('is of draft 2020-12 and says what it is', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    // What simulate prints of policies is apart.
    const titles = {
      policies: 'simulate --json of a scenario with a workload',
      sweep: 'simulate --sweep --json',
    };
    const title = Object.hasOwn(titles, verb) ? titles[verb as keyof typeof titles] : `${verb} --json`;
    expect(schema.title).toBe(`devgraph ${title}`);
    expect(schema.description).toMatch(/\.$/);
  });

  it('explains every field and every entry of a list', () => {
    const all = [...schemasIn(schema, verb)];
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter(([, one]) => typeof one.description !== 'string').map(([path]) => path)).toEqual([]);
  });

  it('allows further fields everywhere', () => {
    expect([...schemasIn(schema, verb)].filter(([, one]) => one.additionalProperties === false)).toEqual([]);
  });

  it('can be printed and read', () => {
    expect(fromJson(schema)).toEqual(schema);
  });
});
