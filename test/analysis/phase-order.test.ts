import { describe, expect, it } from 'vitest';
import { orderOf } from '../../src/analysis/order.ts';
import { callbackSet, runToEnd, type SleepPhase, type World } from '../../src/core/index.ts';
import { bootBoard, driverRegister } from '../../src/probe/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';
import { tinyBoard } from '../support/tiny-world.ts';

/** What phases do to the pairs of a scenario: kind, direction and devices. */
function phasesOf(...commands: string[]): string[] {
  const session = createSession();
  runCommands(session, commands);
  return rows(session.world);
}

function rows(world: World): string[] {
  return orderOf(world).phases.map(
    ({ kind, direction, consumer, supplier, relation }) =>
      `${direction}: ${consumer.slice(4)} -> ${supplier.slice(4)} ${kind} (${relation})`,
  );
}

const LINKED = ['dev s', 'dev c', 'link c s stateless'];

describe('callbacks in different phases', () => {
  it('contradict a link where the supplier goes down before the last callback of its consumer', () => {
    expect(
      phasesOf(
        ...LINKED,
        'drv rs match=s ops=suspend,resume',
        'drv rc match=c ops=suspend_noirq,resume_noirq',
      ),
    ).toEqual(['suspend: c -> s contradicts (link)', 'resume: c -> s contradicts (link)']);
  });

  it('are not needed where a link orders the two', () => {
    expect(
      phasesOf(
        ...LINKED,
        'drv rs match=s ops=suspend_noirq,resume_noirq',
        'drv rc match=c ops=suspend,resume',
      ),
    ).toEqual(['suspend: c -> s not needed (link)', 'resume: c -> s not needed (link)']);
  });

  it('are looked at each way by itself, with all phases of a device', () => {
    expect(
      phasesOf(
        ...LINKED,
        'drv rs match=s ops=suspend,suspend_noirq,resume_early',
        'drv rc match=c ops=suspend_late,resume',
      ),
    ).toEqual(['suspend: c -> s contradicts (link)', 'resume: c -> s not needed (link)']);
  });

  it('say nothing where both are in one phase, or one has no callback', () => {
    expect(phasesOf(...LINKED, 'drv r match=s,c ops=basic')).toEqual([]);
    expect(phasesOf(...LINKED, 'drv r match=c ops=all')).toEqual([]);
    expect(phasesOf(...LINKED)).toEqual([]);
  });

  it('contradict a parent that goes down before its child; that a parent goes later is no matter', () => {
    const commands = ['dev p', 'dev c parent=p', 'drv rc match=c ops=suspend_late'];
    expect(phasesOf(...commands, 'drv rp match=p ops=suspend')).toEqual([
      'suspend: c -> p contradicts (parent)',
    ]);
    expect(phasesOf(...commands, 'drv rp match=p ops=suspend_noirq')).toEqual([]);
  });

  it('of a device type or PM domain count like those of a driver', () => {
    expect(phasesOf('dev s type=suspend', 'dev c dom=suspend_late', 'link c s stateless')).toEqual([
      'suspend: c -> s contradicts (link)',
    ]);
  });

  it('of a power domain are not those of its devices', () => {
    expect(
      phasesOf(
        ...LINKED,
        'genpd d',
        'domain c d',
        'drv rs match=s ops=suspend',
        'drv rc match=c ops=suspend',
      ),
    ).toEqual([]);
  });
});

/** A board whose client uses its engine, with a driver for each that has callbacks in one phase on each way. */
function boardWith(client: SleepPhase, engine: SleepPhase): World {
  const board = tinyBoard(['/', '/engine', '/client -> /engine']);
  const nodes = board.nodes.map((node) => ({
    ...node,
    compatible: [`test,${node.deviceName}`],
    // dmas: a supplier that makes no link unless fw_devlink.strict=1.
    references: node.references.map((reference) => ({
      ...reference,
      kind: 'optional' as const,
      property: 'dmas',
    })),
  }));
  const world = bootBoard({ ...board, nodes });
  for (const [name, phase] of [
    ['client', client],
    ['engine', engine],
  ] as const) {
    const driver = { name, bus: 'platform', compatibles: [`test,${name}`], ops: callbackSet([phase]) };
    runToEnd(driverRegister(world, { ...driver, probe: { kind: 'return', value: 0 } }));
  }
  return world;
}

describe('a client without a link to its engine', () => {
  it('is kept in order by the phase of the engine, which stands in for a link', () => {
    const [pair] = orderOf(boardWith('suspend', 'suspend_noirq')).phases;
    expect(pair).toEqual({
      consumer: 'platform:client',
      supplier: 'platform:engine',
      kind: 'stands in for a link',
      direction: 'suspend',
      consumerPhase: 'suspend',
      supplierPhase: 'suspend_noirq',
      relation: 'none',
      reason:
        'client has its last callback in suspend, engine its first one in suspend_noirq; no link orders the two (dmas in /client)',
    });
  });

  it('is not kept in order where the engine goes first', () => {
    expect(
      rows(boardWith('suspend_late', 'suspend')).map((row) => row.slice(row.indexOf('contradicts'))),
    ).toEqual(['contradicts (none)']);
  });

  it('is left to list position where both are in one phase', () => {
    const result = orderOf(boardWith('suspend', 'suspend'));
    expect(result.phases).toEqual([]);
    expect(result.luck).toMatchObject([{ consumer: 'platform:client', because: 'optional' }]);
  });
});

describe('a board without drivers', () => {
  it('says nothing about phases, and that it does not know', () => {
    const { phases, phasesKnown } = orderOf(bootBoard(tinyBoard(['/', '/a', '/b -> /a'])));
    expect({ phases, phasesKnown }).toEqual({ phases: [], phasesKnown: false });
  });
});
