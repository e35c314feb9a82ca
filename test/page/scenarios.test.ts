/** The same scenarios give the same bytes in Chromium as in Node. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replay, simulate } from '../../web/scenarios.ts';
import { type BuiltPage, openBuiltPage } from '../support/built-page.ts';
import { EXAMPLE_SCENARIOS, exampleScenario } from '../support/example-scenarios.ts';

let built: BuiltPage;
let page: Page;

beforeAll(async () => {
  built = await openBuiltPage();
  page = built.page;
  // As text, so that it is the browser's own import.
  await page.evaluate("import('/scenarios.js').then((module) => { window.scenarios = module; })");
}, 60_000);

afterAll(async () => built?.close());

function fixture(name: string): string {
  const file = new URL(`../fixtures/kernel-6.12/scenarios/${name}`, import.meta.url);
  return readFileSync(fileURLToPath(file), 'utf8');
}

/** Calls a function of the built module in the browser; what it throws is its message. */
function inBrowser<T>(name: 'replay' | 'simulate', ...values: readonly unknown[]): Promise<T> {
  return page.evaluate(
    ([called, given]) => {
      const { scenarios } = window as unknown as { scenarios: Record<string, (...all: unknown[]) => T> };
      try {
        return scenarios[called]!(...given);
      } catch (error) {
        return (error as Error).message as T;
      }
    },
    [name, values] as const,
  );
}

describe('in a browser', () => {
  it.each(['recorded.scn', 'asynchronous.scn'])(
    'all scenarios of %s give the bytes that Node gives',
    async (name) => {
      const text = fixture(name);
      const expected = replay(text, name);
      expect(expected.match(/^=== /gm)!.length).toBeGreaterThanOrEqual(40);
      expect((await inBrowser<string>('replay', text, name)) === expected).toBe(true);
    },
  );

  it.each(EXAMPLE_SCENARIOS.filter((name) => !exampleScenario(name).includes('\nboard:')))(
    '%s gives the same text and the same JSON, with a seed too',
    async (name) => {
      const text = exampleScenario(name);
      for (const seed of [undefined, 7]) {
        const options = seed === undefined ? {} : { seed };
        expect(await inBrowser('simulate', text, name, options)).toEqual(simulate(text, name, options));
      }
    },
  );

  it('a scenario that is none is refused with the same words', async () => {
    expect(await inBrowser('simulate', 'devices: [uart]\nsteps: [{pm_runtime_get: urat}]', 's.yaml')).toBe(
      "s.yaml, line 2, column 26: there is no device 'urat'; did you mean uart?",
    );
    expect(await inBrowser('simulate', '['.repeat(100_000), 's.yaml')).toContain('levels deep');
  });
});
