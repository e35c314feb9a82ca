import { describe, expect, it } from 'vitest';
import { checkBoard } from '../../src/analysis/check-board.ts';
import { linksOf } from '../../src/analysis/links.ts';
import { orderOf } from '../../src/analysis/order.ts';
import { boardJsonSchema, parseBoard } from '../../src/boards/board-schema.ts';
import { FDT_MAX_NODES, readDeviceTree } from '../../src/boards/index.ts';
import type { Board, BoardNode } from '../../src/core/board.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';

type Json = Record<string, unknown>;

/** A root with two children, the second of which uses the first and has a child of its own. */
function smallBoard(): Board {
  const node = (
    path: string,
    parent: number,
    children: readonly number[],
    more: Partial<BoardNode> = {},
  ): BoardNode => ({
    path,
    parent,
    children,
    available: true,
    compatible: ['test,device'],
    deviceName: path.slice(1),
    hasResource: false,
    references: [],
    problems: [],
    ...more,
  });
  return {
    input: 'small.json',
    model: 'Small',
    compatible: ['test,board'],
    kernel: '6.12',
    nodes: [
      node('/', -1, [1, 2], { deviceName: undefined }),
      node('/clock', 0, [], { interruptControllerParent: -1 }),
      node('/bus', 0, [3], {
        compatible: ['simple-bus'],
        references: [{ kind: 'supplier', property: 'clocks', entry: 0, consumer: 2, supplier: 1 }],
        problems: [
          {
            kind: 'truncated',
            property: 'resets',
            entry: 1,
            cells: '#reset-cells',
            supplier: 1,
            wanted: 2,
            found: 1,
          },
        ],
        assignedClocks: [{ provider: 1 }, 'end'],
        dmaController: { cells: 1, channels: 8, requests: 32, masters: [1] },
      }),
      node('/bus/uart', 2, [], {
        compatible: undefined,
        deviceName: undefined,
        alias: 'serial0',
        hasClockFactor: true,
        dmaClient: { names: ['rx', 'tx'], entries: [{ controller: 2, cells: [4] }, null], withoutCells: 1 },
      }),
    ],
    stdout: 3,
    nodesTooDeep: 0,
  };
}

function fromJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The small board's JSON with another value at a key path; undefined takes the key out. */
function changed(path: string, value: unknown): unknown {
  const json = fromJson(smallBoard());
  const keys = path.split('.');
  const last = keys.pop()!;
  const at = keys.reduce((inner, key) => inner[key] as Json, json as Json);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return json;
}

function errorOf(json: unknown): string {
  try {
    parseBoard(json, 'board.json');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'accepted';
}

/** All that an analysis does with a board. */
function answers(board: Board): unknown {
  const world = bootBoard(board);
  return [linksOf(world), orderOf(world), checkBoard(world)];
}

describe('a board as JSON', () => {
  it('is the board again, field by field', () => {
    expect(parseBoard(fromJson(smallBoard()), 'small.json')).toStrictEqual(smallBoard());
  });

  it.each(['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'])('gives the same answers as %s itself', (input) => {
    const board = readDeviceTree(exampleBoard(input), { input });
    const again = parseBoard(fromJson(board), input);
    expect(again).toEqual(board);
    expect(answers(again)).toEqual(answers(board));
  });

  it('is named after the file that it was read from', () => {
    expect(parseBoard(fromJson(smallBoard()), 'other.json').input).toBe('other.json');
  });

  it('may lack model and stdout', () => {
    const { model: _model, stdout: _stdout, ...rest } = fromJson(smallBoard()) as Json;
    const board = parseBoard(rest, 'x');
    expect([board.model, board.stdout]).toEqual([undefined, undefined]);
  });
});

describe('a board as JSON is refused, with the key and the reason,', () => {
  it.each<[string, unknown, string]>([
    ['that is no object', [], 'board.json: is no board: a JSON object is expected'],
    ['that is null', null, 'board.json: is no board: a JSON object is expected'],
    ['without nodes', changed('nodes', undefined), 'board.json, nodes: is no list of nodes'],
    ['with no node at all', changed('nodes', []), 'board.json, nodes: is no list of nodes'],
    [
      'with too many nodes',
      changed('nodes', new Array(FDT_MAX_NODES + 1).fill(null)),
      `board.json, nodes: ${FDT_MAX_NODES + 1} nodes; there may be ${FDT_MAX_NODES} at most`,
    ],
    [
      'with a list that is too long',
      changed('nodes.1.compatible', new Array(65_537).fill(7)),
      'board.json, nodes.1.compatible: 65537 entries; there may be 65536 at most',
    ],
    [
      'with a field of another type',
      changed('nodes.2.available', 'okay'),
      'board.json, nodes.2.available: Invalid input: expected boolean, received string',
    ],
    [
      'with a field misspelt',
      changed('nodes.2.refernces', []),
      'board.json, nodes.2: Unrecognized key: "refernces"',
    ],
    [
      'of a kernel that is not known',
      changed('kernel', '2.4'),
      'board.json, kernel: Invalid input: expected "6.12"',
    ],
    [
      'whose first node has a parent',
      changed('nodes.0.parent', 1),
      'board.json, nodes.0.parent: the first node is the root; its parent is -1, not 1',
    ],
    [
      'whose first node is not the root',
      changed('nodes.0.path', '/soc'),
      "board.json, nodes.0.path: the first node is the root; its path is '/'",
    ],
    [
      'with a second root',
      changed('nodes.1.parent', -1),
      'board.json, nodes.1.parent: -1 is no node before this one',
    ],
    [
      'with a parent behind its child',
      changed('nodes.1.parent', 2),
      'board.json, nodes.1.parent: 2 is no node before this one',
    ],
    [
      'with a node that is its own parent',
      changed('nodes.1.parent', 1),
      'board.json, nodes.1.parent: 1 is no node before this one',
    ],
    [
      'with a path elsewhere',
      changed('nodes.3.path', '/busy/uart'),
      "board.json, nodes.3.path: '/busy/uart' does not lie below '/bus/'",
    ],
    [
      'with a child of another node',
      changed('nodes.1.children', [3]),
      'board.json, nodes.1.children.0: node 3 has another parent',
    ],
    [
      'with a child that is not there',
      changed('nodes.2.children', [9]),
      'board.json, nodes.2.children.0: node 9 has another parent',
    ],
    [
      'with a child twice',
      changed('nodes.0.children', [1, 2, 1]),
      'board.json, nodes.0.children.2: node 1 is listed twice',
    ],
    [
      'with a child that its parent does not list',
      changed('nodes.2.children', []),
      'board.json, nodes.2.children: node 3 is missing',
    ],
    [
      'with a child that is no index',
      changed('nodes.0.children', [1, 2.5]),
      'board.json, nodes.0.children.1: is not the index of a node',
    ],
    [
      'with a supplier that is not there',
      changed('nodes.2.references.0.supplier', 4),
      'board.json, nodes.2.references.0.supplier: there is no node 4',
    ],
    [
      'with a reference of a node elsewhere',
      changed('nodes.2.references.0.consumer', 3),
      'board.json, nodes.2.references.0.consumer: node 3 is neither this node nor above it',
    ],
    [
      'with a problem at a provider that is not there',
      changed('nodes.2.problems.0.supplier', 4),
      'board.json, nodes.2.problems.0.supplier: there is no node 4',
    ],
    [
      'with a clock provider that is not there',
      changed('nodes.2.assignedClocks', ['error', { provider: 4 }]),
      'board.json, nodes.2.assignedClocks.1.provider: there is no node 4',
    ],
    [
      'with a DMA controller that is not there',
      changed('nodes.3.dmaClient.entries.0.controller', 4),
      'board.json, nodes.3.dmaClient.entries.0.controller: there is no node 4',
    ],
    [
      'with a DMA controller without #dma-cells that is not there',
      changed('nodes.3.dmaClient.withoutCells', 4),
      'board.json, nodes.3.dmaClient.withoutCells: there is no node 4',
    ],
    [
      'with a DMA router to a controller that is not there',
      changed('nodes.2.dmaController.masters', [1, 4]),
      'board.json, nodes.2.dmaController.masters.1: there is no node 4',
    ],
    [
      'with an interrupt controller that is not there',
      changed('nodes.1.interruptControllerParent', 4),
      'board.json, nodes.1.interruptControllerParent: there is no node 4',
    ],
    ['with a console that is not there', changed('stdout', 4), 'board.json, stdout: there is no node 4'],
  ])('%s', (_, json, message) => {
    expect(errorOf(json)).toBe(message);
  });

  it('whose nodes lie deeper than any reader makes them', () => {
    const nodes = Array.from({ length: 100 }, (_, at) => ({
      ...(fromJson(smallBoard().nodes[3]) as Json),
      path: at === 0 ? '/' : '/x'.repeat(at),
      parent: at - 1,
      children: at < 99 ? [at + 1] : [],
    }));
    expect(errorOf({ ...(fromJson(smallBoard()) as Json), nodes })).toBe(
      'board.json, nodes.64.parent: lies more than 64 levels deep',
    );
  });

  it('whose keys would do something to a terminal, without printing them', () => {
    expect(errorOf(changed('\u001b[31m', 1))).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('the JSON Schema of a board', () => {
  it('is of draft 2020-12 and knows the fields of a board and of a node', () => {
    const schema = boardJsonSchema() as {
      $schema: string;
      properties: Record<string, { items?: { properties: Json } }>;
    };
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(Object.keys(schema.properties)).toEqual(Object.keys(smallBoard()));
    const [, clock, bus, uart] = smallBoard().nodes;
    expect(Object.keys(schema.properties.nodes!.items!.properties).sort()).toEqual(
      Object.keys({ ...clock, ...bus, ...uart }).sort(),
    );
  });
});
