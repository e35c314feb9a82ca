import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileMachine, type MachineDefinition } from '../../src/core/compiled-machine.ts';
import { compareTraces, describeDifference } from '../kernel/compare.ts';
import { KNOWN_KINDS, readMessage, readWarning } from '../kernel/compare-messages.ts';
import {
  DEFAULT_COMMANDS,
  type GenerateOptions,
  generateScenario,
  generateScenarios,
  THEMES,
} from '../kernel/generate.ts';
import { type Judge, judgeScenarios, runOnModel } from '../kernel/judge.ts';
import { sideBySide } from '../kernel/report.ts';
import { countReturns, notReached, type ReturnCounts } from '../kernel/report-returns.ts';
import { shrink } from '../kernel/shrink.ts';

const OPTIONS: GenerateOptions = { commands: DEFAULT_COMMANDS, asynchronousPercent: 0 };

/** A kernel made of a model: scenarios as text, traces as text. */
function judgeOf(run: typeof runOnModel): Judge {
  return async (scenarios) =>
    scenarios.map(({ name, text }) => run({ name, commands: text.trimEnd().split('\n') }).join('\n'));
}

type RuntimeMachine = typeof import('../../src/pm/runtime-machine.ts');

/** The definition without the transitions that ask a guard. */
function without(guard: string, definition: MachineDefinition): MachineDefinition {
  const text = JSON.stringify(definition, (_, value) =>
    Array.isArray(value) ? value.filter((each) => each.guard !== guard) : value,
  );
  return JSON.parse(text) as MachineDefinition;
}

/** A model whose devices do not ask one guard of runtime PM, in modules of its own. */
async function modelWithout(guard: string): Promise<typeof runOnModel> {
  vi.resetModules();
  vi.doMock('../../src/pm/runtime-machine.ts', async (original) => {
    const machine = (await original()) as RuntimeMachine;
    return { ...machine, RUNTIME_TABLE: compileMachine(without(guard, machine.runtimePmDefinition)) };
  });
  const { runScenario } = await import('../../src/scenarios/index.ts');
  return (scenario) => runScenario(scenario).session.trace;
}

afterEach(() => {
  vi.doUnmock('../../src/pm/runtime-machine.ts');
  vi.resetModules();
});

const scenarios = () =>
  generateScenarios('judge', 0, 60, { ...OPTIONS, theme: 'runtime' }).map((scenario) => ({
    ...scenario,
  }));

describe('random scenarios', () => {
  it('are the same for the same seed and others for another seed', () => {
    const one = generateScenarios('a', 0, 20, OPTIONS);
    expect(generateScenarios('a', 0, 20, OPTIONS)).toEqual(one);
    expect(generateScenario('a', 13, OPTIONS)).toEqual(one[13]);
    const commands = ({ commands }: { commands: readonly string[] }) => commands.join('\n');
    expect(new Set([...one, ...generateScenarios('b', 0, 20, OPTIONS)].map(commands)).size).toBe(40);
  });

  it('have as many commands as asked for, whatever they are about', () => {
    for (const theme of THEMES) {
      const lengths = generateScenarios('lengths', 0, 15, { ...OPTIONS, theme, commands: [20, 90] }).map(
        ({ commands }) => commands.length,
      );
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(20);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(90);
    }
  });
});

describe('a kernel that keeps one rule otherwise', () => {
  it('is found out, and the scenario shrinks to the few commands that show it', async () => {
    // Suspends over active children.
    const judge = judgeOf(await modelWithout('children active'));
    const judged = await judgeScenarios(scenarios(), judge);
    const different = judged.filter(({ verdict }) => verdict.kind === 'different');
    expect(different.length).toBeGreaterThan(3);
    const { scenario, verdict, kernel, model } = await shrink(different[0]!, judge);
    expect(scenario.commands.length).toBeLessThanOrEqual(8);
    expect(verdict.kind).toBe('different');
    expect(sideBySide(kernel, model, 120).some((line) => line.includes(' | '))).toBe(true);
  });

  it('is not there if it keeps all rules', async () => {
    const judged = await judgeScenarios(scenarios(), judgeOf(runOnModel));
    expect(judged.map(({ verdict }) => verdict.kind)).toEqual(scenarios().map(() => 'same'));
  });
});

const line = (event: object) => JSON.stringify(event);

describe('two traces', () => {
  const begin = line({ t: 0, e: 'cmd', n: 1, c: 'rpm put d0' });

  it('part at the first field that differs', () => {
    const kernel = [begin, line({ t: 0, e: 'ret', n: 1, v: -11 })];
    const model = [begin, line({ t: 0, e: 'ret', n: 1, v: -16 })];
    const difference = compareTraces(kernel, model)!;
    expect(difference).toMatchObject({
      event: 1,
      field: 'v',
      kernel: -11,
      model: -16,
      command: 'rpm put d0',
    });
    expect(describeDifference(difference)).toBe(
      'event 2 (ret), v during "rpm put d0": the kernel has -11, the model -16',
    );
  });

  it('part where one of them has ended', () => {
    expect(compareTraces([begin], [begin, line({ e: 'end' })])).toMatchObject({ event: 1, field: 'event' });
  });

  it('are the same if both go on for ever, though one gives up before the other', () => {
    const round = [line({ e: 'cb', d: 'a', c: 'runtime_suspend' }), line({ e: 'cbr', d: 'a', v: 0 })];
    const rounds = (count: number) => Array.from({ length: count }, () => round).flat();
    const hang = line({ e: 'hang', in: 'script' });
    expect(compareTraces([...rounds(50_000), hang], [...rounds(60_000), hang])).toBeUndefined();
    expect(compareTraces([...rounds(50_000), hang], [...rounds(60_000), line({ e: 'end' })])).toBeDefined();
    expect(compareTraces([...rounds(5), hang], [...rounds(6), hang])).toMatchObject({ event: 10 });
  });

  it('are the same if a warning has the same function or the same line', () => {
    const at = (line: number, place: string) => [
      JSON.stringify({ t: 0, e: 'warn', m: `drivers/base/core.c:${line} ${place}` }),
    ];
    const kernel = at(1020, 'device_link_del');
    expect(compareTraces(kernel, at(1031, 'device_link_del'))).toBeUndefined();
    expect(compareTraces(kernel, at(1020, 'its_caller'))).toBeUndefined();
    expect(compareTraces(kernel, at(1701, 'device_links_purge'))).toMatchObject({ field: 'place' });
  });
});

describe('messages of the kernel', () => {
  it('are known by kind, device and error', () => {
    expect(KNOWN_KINDS).toBeGreaterThan(20);
    expect(readMessage('r1 d0: PM: failed to suspend late: error -16')).toEqual({
      kind: 'suspend-failed',
      device: 'd0',
      place: 'suspend late',
      error: '-16',
    });
    expect(readMessage('d0 says something new')).toEqual({ kind: 'unknown', text: 'd0 says something new' });
    expect(readWarning('drivers/base/core.c:1020 device_link_del')).toMatchObject({
      place: 'device_link_del',
    });
  });
});

describe('return values', () => {
  it('that no run has reached are named by function', () => {
    const wanted: ReturnCounts = new Map();
    const reached: ReturnCounts = new Map();
    const trace = (v: number) => [line({ e: 'cmd', n: 1, c: 'rpm put d0' }), line({ e: 'ret', n: 1, v })];
    countReturns(wanted, [...trace(0), ...trace(-11), ...trace(-22)]);
    countReturns(reached, trace(0));
    expect(notReached(wanted, reached)).toEqual(['rpm put: -11 -22']);
  });
});
