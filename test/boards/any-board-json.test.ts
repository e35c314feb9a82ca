import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBoard } from '../../src/analysis/check-board.ts';
import { linksOf } from '../../src/analysis/links.ts';
import { orderOf } from '../../src/analysis/order.ts';
import { parseBoard } from '../../src/boards/board-schema.ts';
import type { Board, BoardNode } from '../../src/core/board.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { bootBoard } from '../../src/probe/index.ts';

type Json = Record<string, unknown>;

function fromJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** All that an analysis does with a board. */
function answers(board: Board): void {
  const world = bootBoard(board);
  linksOf(world);
  orderOf(world);
  checkBoard(world);
}

/** Some tree of at most 30 nodes with references anywhere, of which many are devices and some buses or clocks. */
const anyBoard: fc.Arbitrary<Board> = fc
  .array(
    fc.record({
      parent: fc.nat(),
      available: fc.boolean(),
      compatible: fc.option(
        fc.subarray([
          'simple-bus',
          'fixed-clock',
          'arm,primecell',
          'arm,gic-v3',
          'operating-points-v2',
          'ramoops',
          'x',
        ]),
        { nil: undefined },
      ),
      name: fc.option(fc.constantFrom('a', 'b', 'power', '__proto__', '', 'c'), { nil: undefined }),
      hasResource: fc.boolean(),
      targets: fc.array(
        fc.record({
          supplier: fc.nat(),
          kind: fc.constantFrom('supplier', 'optional', 'ignored', 'unlinked'),
          property: fc.constantFrom('clocks', 'dmas', 'remote-endpoint', 'assigned-clocks', '__proto__'),
        }),
        { maxLength: 4 },
      ),
      problem: fc.option(
        fc.constantFrom('dangling', 'truncated', 'no-cells', 'empty', 'unresolved', 'endless'),
        {
          nil: undefined,
        },
      ),
      clocks: fc.array(fc.oneof(fc.nat(), fc.constantFrom('end', 'error')), { maxLength: 2 }),
      controller: fc.option(fc.integer({ min: -1, max: 30 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((rows): Board => {
    const count = rows.length;
    const parents = rows.map((row, at) => (at === 0 ? -1 : row.parent % at));
    const paths: string[] = [];
    for (const [at, parent] of parents.entries()) {
      paths.push(at === 0 ? '/' : `${parent === 0 ? '' : paths[parent]}/n${at}`);
    }
    const nodes = rows.map(
      (row, at): BoardNode => ({
        path: paths[at]!,
        parent: parents[at]!,
        children: parents.flatMap((parent, child) => (parent === at ? [child] : [])),
        available: row.available,
        compatible: row.compatible,
        deviceName: row.compatible === undefined || at === 0 ? undefined : row.name,
        hasResource: row.hasResource,
        references: row.targets.map(({ supplier, kind, property }, entry) => ({
          kind,
          property,
          entry,
          consumer: property === 'remote-endpoint' && at > 0 ? parents[at]! : at,
          supplier: supplier % count,
        })),
        problems: row.problem === undefined ? [] : [{ kind: row.problem, property: 'clocks', entry: 0 }],
        assignedClocks: row.clocks.map((clock) =>
          typeof clock === 'number' ? { provider: clock % count } : clock,
        ),
        ...(row.controller !== undefined && {
          interruptControllerParent: Math.min(row.controller, count - 1),
        }),
      }),
    );
    return {
      input: 'any',
      model: undefined,
      compatible: [],
      kernel: '6.12',
      nodes,
      stdout: rows[0]!.parent % count,
      nodesTooDeep: 0,
    };
  });

/** Values that a hostile file may have anywhere. */
const JUNK = [null, true, -1, -2, 0, 1, 2.5, 1e9, 1e300, '', 'x', [], {}, [0], [[]], { provider: 0 }];

/** One value somewhere in a JSON document replaced. `steps` choose the way down from the top. */
function mutated(json: unknown, steps: readonly number[], junk: unknown): unknown {
  const copy = structuredClone(json);
  let at = copy as Json;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(at);
    if (keys.length === 0) break;
    const key = keys[step % keys.length]!;
    const next = at[key];
    if (depth === steps.length - 1 || typeof next !== 'object' || next === null) {
      at[key] = junk;
      break;
    }
    at = next as Json;
  }
  return copy;
}

describe('any board as JSON', () => {
  it('that is sound is accepted unchanged, and a world can be made of it', () => {
    fc.assert(
      fc.property(anyBoard, (board) => {
        const parsed = parseBoard(fromJson(board), 'any');
        expect(parsed).toEqual(board);
        answers(parsed);
      }),
      { numRuns: 300 },
    );
  });

  it('with something in it replaced is refused with its key, or a world can be made of it', () => {
    const outcomes = { refused: 0, accepted: 0 };
    fc.assert(
      fc.property(
        anyBoard,
        fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(...JUNK),
        (board, steps, junk) => {
          const json = mutated(fromJson(board), steps, junk);
          let parsed: Board;
          try {
            parsed = parseBoard(json, 'any');
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
            outcomes.refused++;
            return;
          }
          answers(parsed);
          outcomes.accepted++;
        },
      ),
      { numRuns: 1000 },
    );
    expect(outcomes.refused).toBeGreaterThan(100);
    expect(outcomes.accepted).toBeGreaterThan(10);
  });

  it('that is no board at all is refused', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(() => parseBoard(json, 'any')).toThrow(InputError);
      }),
    );
  });
});
