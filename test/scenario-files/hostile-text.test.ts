import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/index.ts';
import { simulate } from '../../src/scenario-files/index.ts';
import { DEPTH_LIMIT, TEXT_LIMIT, VALUE_LIMIT } from '../../src/scenario-files/read-yaml.ts';
import { readScenario } from '../../src/scenario-files/scenario-schema.ts';
import { EXAMPLE_SCENARIOS, exampleScenario } from '../support/example-scenarios.ts';

/** All that is wrong with a text, as the command line prints it; empty for a scenario that runs. */
function faults(text: string | Uint8Array): string[] {
  try {
    const { file, placeOf } = readScenario(text, 's.yaml');
    simulate(file, { placeOf });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [error, ...error.others].map(({ message }) => message);
  }
  return [];
}

const bytes = (...values: number[]) => new Uint8Array(values);

describe('a text that is no scenario', () => {
  it.each([
    ['a list', '- a', 's.yaml, line 1, column 1: a list cannot stand here; a map is expected'],
    ['nothing', '', 's.yaml, line 1, column 1: nothing stands here; a map is expected'],
    [
      'two documents',
      'steps: []\n---\nsteps: []\n',
      's.yaml, line 2, column 1: a second document begins; one file is one scenario',
    ],
    [
      'a tab that indents',
      'steps:\n\t- settle',
      's.yaml, line 2, column 1: a tab indents; indent with spaces',
    ],
    [
      'a key twice',
      'name: a\nname: b',
      "s.yaml, line 2, column 1: a second 'name' in one map; remove one of the two",
    ],
    [
      'a key that is no text',
      'steps: []\n? [a]\n: b',
      's.yaml, line 1, column 1: a key is no text; write plain keys',
    ],
    [
      '__proto__ as a key',
      'steps: []\n__proto__: {a: 1}',
      "s.yaml, line 1, column 1: '__proto__' cannot be a key; take another name",
    ],
    ['an alias without an anchor', 'name: *x', "s.yaml, line 1, column 7: there is no anchor 'x' before"],
    [
      'a tag',
      'name: !!js/function "function () {}"',
      's.yaml, line 1, column 7: Unresolved tag: tag:yaml.org,2002:js/function',
    ],
    [
      'a map that does not end',
      'steps: [{settle: ',
      's.yaml, line 1, column 18: Flow map in block collection must be sufficiently indented and end with a }',
    ],
    [
      'an unknown key',
      'step: []',
      "s.yaml, line 1, column 1: there is no key 'step' here; did you mean steps?",
    ],
  ])('%s', (_, text, message) => {
    expect(faults(text)[0]).toBe(message);
  });

  it('has bytes that are no UTF-8', () => {
    expect(faults(bytes(0x6e, 0x61, 0xff, 0xfe))).toEqual(['s.yaml: is not UTF-8; save it as UTF-8']);
    expect(faults(bytes(0xff, 0xfe, 0x6e, 0x00))).toEqual(['s.yaml: is not UTF-8; save it as UTF-8']);
  });

  it('is larger than any scenario needs to be', () => {
    expect(faults(`name: ${'a'.repeat(TEXT_LIMIT)}`)[0]).toBe(
      `s.yaml: ${TEXT_LIMIT + 6} bytes; there may be ${TEXT_LIMIT} at most; shorten it with repeat, or write it in the command language (.scn)`,
    );
  });

  it('has aliases of aliases that come to more than memory', () => {
    const levels = Array.from({ length: 30 }, (_, at) => `a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}]`);
    levels[0] = 'a0: &a0 [settle]';
    expect(faults(levels.join('\n'))).toEqual([
      `s.yaml, line 1, column 1: more than ${VALUE_LIMIT} values with all aliases; shorten it`,
    ]);
  });

  it('has an anchor inside of itself', () => {
    expect(faults('steps: &a [*a]')[0]).toContain(`more than ${DEPTH_LIMIT} levels deep`);
  });

  it.each([
    ['lists', '[', 100_000],
    ['lists in blocks', '- ', 100_000],
    ['maps', '{a: ', 50_000],
    ['keys', '? ', 100_000],
    ['anchors', '&a ', 100_000],
    ['brackets that close', '] ', 100_000],
    ['lines', 'x\n', 200_000],
  ])('nothing but %s', (_, text, times) => {
    expect(faults(text.repeat(times)).length).toBeGreaterThan(0);
  });

  it('cut anywhere gives a fault with a place, or a shorter scenario', () => {
    const text = exampleScenario('suspend-abort-late.yaml');
    let refused = 0;
    for (let length = 0; length < text.length; length += 7) {
      const found = faults(text.slice(0, length));
      for (const message of found) expect(message).toMatch(/^s\.yaml, line \d+, column \d+: /);
      if (found.length > 0) refused++;
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('with bytes changed anywhere never does worse than a fault', () => {
    const texts = EXAMPLE_SCENARIOS.filter((name) => !name.startsWith('imx')).map((name) =>
      exampleScenario(name),
    );
    const characters = fc.constantFrom(...'{}[]:-#&*!|>\'"%@`,? \n\t0a_', '\u0000', '\u202e', '\ud800');
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(3000), characters), { minLength: 1, maxLength: 4 }),
        (text, changes) => {
          let changed = text;
          for (const [at, character] of changes)
            changed = changed.slice(0, at) + character + changed.slice(at + 1);
          for (const message of faults(changed)) expect(message.startsWith('s.yaml')).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a scenario with senseless values', () => {
  const uart = 'devices: [uart]\nsteps:\n';
  it.each([
    [
      'a time without a unit',
      '  - sleep: 5',
      'line 3, column 12: 5 has no unit; write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h',
    ],
    [
      'a negative time',
      '  - sleep: -5ms',
      "line 3, column 12: '-5ms' is negative; write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h",
    ],
    [
      'a time in microseconds',
      '  - sleep: 500us',
      "line 3, column 12: '500us': the clock of the model has whole milliseconds; write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h",
    ],
    [
      'a time past the kernel int',
      '  - sleep: 1000h',
      "line 3, column 12: '1000h' is longer than 2147483647ms; write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h",
    ],
    [
      'an error without a minus',
      '  - pm_runtime_get: uart\n    expect: {returns: EBUSY}',
      'line 4, column 23: "EBUSY" is no return value; write a whole number, or an error by name: -EBUSY',
    ],
    [
      'an error that does not exist',
      '  - pm_runtime_get: uart\n    expect: {returns: -EBUZY}',
      "line 4, column 23: '-EBUZY' is no error number that is known here; write a whole number, or an error by name: -EBUSY",
    ],
    [
      'two calls in one step',
      '  - pm_runtime_get: uart\n    pm_runtime_put: uart',
      'line 4, column 5: pm_runtime_get and pm_runtime_put in one step; make two steps of it',
    ],
    [
      'a step that does nothing',
      '  - {}',
      'line 3, column 5: the step is empty; say what it does, or what is expected',
    ],
    [
      'a callback that does not exist',
      '  - expect: {order: [uart runtime_resum]}',
      "line 3, column 22: there is no callback or event 'runtime_resum'; did you mean runtime_resume?",
    ],
    [
      'a device that does not exist in what never happens',
      '  - expect: {never: [urt suspend]}',
      "line 3, column 22: there is no device 'urt'; did you mean uart?",
    ],
    [
      'a line that is no command',
      '  - commands: |\n      dev x\n      rpm explode x',
      'line 5, column 1: "explode" is no operation of rpm; docs/scenarios.md has the commands',
    ],
    [
      'more commands than there may be',
      '  - repeat: {times: 1000, steps: [{repeat: {times: 1001, steps: [settle]}}]}',
      'line 3, column 3: 1001000 commands with all repeats; there may be 1000000 at most',
    ],
    [
      'more rounds than there may be',
      '  - repeat: {times: 1e9, steps: []}',
      'line 3, column 21: is larger or longer than 1000000',
    ],
    [
      'an expectation of the result of nothing',
      '  - expect: {returns: 0}',
      'line 3, column 14: returns is expected of no step; put expect beside what the step does',
    ],
    [
      'a second device of a name',
      '  - settle\ndomains: [uart]',
      "line 4, column 11: 'uart' is a device too; rename one of the two",
    ],
  ])('%s', (_, step, message) => {
    expect(faults(uart + step)).toEqual([`s.yaml, ${message}`]);
  });

  it('tells names that are no names, and runs those that only look strange', () => {
    expect(faults('devices: ["a b"]')[0]).toContain("'a b' cannot be a name");
    expect(faults('devices: [self]')[0]).toContain("'self' has a meaning of its own");
    expect(
      faults('devices: [constructor, "10", hasOwnProperty]\nsteps: [{pm_runtime_enable: "10"}]'),
    ).toEqual([]);
    expect(faults('devices: ["__proto__"]\nsteps: [{pm_runtime_enable: "__proto__"}]')).toEqual([]);
  });
});

describe('a scenario that asks for more than can be looked at', () => {
  const rounds = (times: number, expect: string, devices = '[a]') =>
    faults(`devices: ${devices}\nsteps:\n  - repeat: { times: ${times}, steps: [{ expect: ${expect} }] }\n`);

  it('counts what is expected with all repeats', () => {
    expect(rounds(500_001, '{ never: [a suspend, a resume] }')).toEqual([
      's.yaml, line 3, column 3: 1000002 things are looked for with all repeats; there may be 1000000 at most: take expect out of a repeat',
    ]);
    expect(
      rounds(1_000, '{ dpm_list: [d1, d0] }', `[${Array.from({ length: 1_000 }, (_, at) => `d${at}`)}]`),
    ).toEqual([
      's.yaml, line 3, column 3: 1002000 things are looked for with all repeats; there may be 1000000 at most: take expect out of a repeat',
    ]);
    expect(rounds(1_000, '{ never: [a suspend] }')).toEqual([]);
  });

  it('is refused with the first twenty of ten thousand faults', () => {
    const names = Array.from({ length: 10_000 }, (_, at) => at);
    expect(faults(names.map((at) => `k${at}: 1`).join('\n'))).toHaveLength(20);
    const steps = names.map((at) => `  - pm_runtime_get: x${at}`).join('\n');
    expect(faults(`devices: [${names.map((at) => `d${at}`)}]\nsteps:\n${steps}`)).toHaveLength(20);
  });
});

describe('what stands above a device', () => {
  it('is made before it', () => {
    expect(faults('devices: [{ name: a, parent: b }, { name: b, parent: a }]')).toEqual([
      "s.yaml, line 1, column 30: 'b' is made behind 'a'; put what is above in front of it",
    ]);
    expect(faults('devices: [{ name: a, parent: a }]')).toEqual([
      "s.yaml, line 1, column 30: 'a' cannot be above itself; name another parent",
    ]);
    expect(faults('domains: [{ name: a, parents: [b] }, b]')).toEqual([
      "s.yaml, line 1, column 32: 'b' is made behind 'a'; put what is above in front of it",
    ]);
  });
});
