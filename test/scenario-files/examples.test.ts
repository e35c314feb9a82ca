import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { simulateSchema } from '../../src/report/simulate-schema.ts';
import { readYaml } from '../../src/scenario-files/read-yaml.ts';
import { scenarioJsonSchema } from '../../src/scenario-files/scenario-schema.ts';
import { EXAMPLE_SCENARIOS, exampleScenario, runExample } from '../support/example-scenarios.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe('the bundled scenarios', () => {
  it('are several, and each expects something', () => {
    expect(EXAMPLE_SCENARIOS.length).toBeGreaterThanOrEqual(8);
    for (const name of EXAMPLE_SCENARIOS)
      expect(runExample(name).simulation.expectations.length, name).toBeGreaterThan(2);
  });

  it.each(EXAMPLE_SCENARIOS)('%s: all that it expects holds, whatever order the kernel chooses', (name) => {
    for (const seed of [undefined, ...SEEDS]) {
      const { simulation } = runExample(name, { seed });
      expect(simulation.expectations.filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
      expect(simulation.ok).toBe(true);
    }
  });

  it.each(EXAMPLE_SCENARIOS)('%s: the same again gives the same', (name) => {
    expect(JSON.stringify(runExample(name, { seed: 3 }))).toBe(JSON.stringify(runExample(name, { seed: 3 })));
  });

  it.each(EXAMPLE_SCENARIOS)('%s: the published schema of results knows all of it', (name) => {
    const result = JSON.parse(JSON.stringify(runExample(name).simulation)) as unknown;
    expect(simulateSchema.parse(result)).toEqual(result);
  });

  it('are accepted by the JSON Schema of scenarios, and broken ones are not', () => {
    const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    for (const name of EXAMPLE_SCENARIOS) {
      const { value } = readYaml(exampleScenario(name), name);
      expect(schema.safeParse(value).error, name).toBeUndefined();
      expect(schema.safeParse({ ...(value as object), stpes: [] }).success, name).toBe(false);
      expect(schema.safeParse({ ...(value as object), steps: [{ sleep: 5 }] }).success, name).toBe(false);
    }
  });
});
