import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compareDesigns } from '../../src/dma-workloads/index.ts';
import { readWorkload, workloadJsonSchema } from '../../src/dma-workloads/workload-schema.ts';
import { dmaDesignsSchema } from '../../src/report/dma-designs-schema.ts';
import { readYaml } from '../../src/scenario-files/read-yaml.ts';
import { parseScenarios, runScenario } from '../../src/scenarios/index.ts';

const FOLDER = fileURLToPath(new URL('../../examples/dma', import.meta.url));
const EXAMPLES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const textOf = (name: string) => readFileSync(`${FOLDER}/${name}`, 'utf8');

function run(name: string) {
  const workload = readWorkload(textOf(name), name);
  return compareDesigns(workload, workload.policies!, name);
}

describe('the bundled workloads', () => {
  it('tell the stories of the proposals, each with what is expected of it', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
    for (const name of EXAMPLES) expect(run(name).expectations, name).toBeGreaterThan(9);
  });

  it.each(EXAMPLES)('%s: all that it expects holds, and the same again gives the same', (name) => {
    const result = run(name);
    expect(result.missed).toEqual([]);
    expect(run(name)).toEqual(result);
  });

  it.each(EXAMPLES)('%s: the published schemas know file and result', (name) => {
    const result = JSON.parse(JSON.stringify(run(name))) as unknown;
    expect(dmaDesignsSchema.parse(result)).toEqual(result);
    const schema = z.fromJSONSchema(workloadJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
    const { value } = readYaml(textOf(name), name);
    expect(schema.safeParse(value).error).toBeUndefined();
    expect(schema.safeParse({ ...(value as object), stpes: [] }).success).toBe(false);
  });
});

describe('the shared memcpy channels in the command language', () => {
  const text = readFileSync(`${FOLDER}/shared-memcpy.scn`, 'utf8');
  /** What each command of one name returned. */
  const returnsOf = (name: string, command: string) => {
    const scenario = parseScenarios(text, 'shared-memcpy.scn').find((one) => one.name === name)!;
    const trace = runScenario(scenario).session.trace.map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    const numbers = trace.filter(({ c }) => String(c).startsWith(command)).map(({ n }) => n);
    return trace.filter(({ e, n }) => e === 'ret' && numbers.includes(n)).map(({ v }) => v);
  };

  it('are handed out while there are users, and not by an engine that somebody has for himself', () => {
    expect(returnsOf('users-share-and-are-counted', 'dmafind')).toEqual([0, 1]);
    expect(returnsOf('an-exclusive-request-makes-the-engine-private', 'dmafind')).toEqual([0, 0, 1]);
    expect(returnsOf('shared-channels-are-not-for-exclusive-use', 'dmareq_mask')).toEqual([-19, 0]);
  });
});

/** States that the running kernel has confirmed: npm run kernel -- --only examples/dma/links-of-requests.scn */
describe('the links of requests in the command language', () => {
  const scenarios = parseScenarios(
    readFileSync(`${FOLDER}/links-of-requests.scn`, 'utf8'),
    'links-of-requests.scn',
  );
  const traceOf = (name: string) => {
    const { session } = runScenario(scenarios.find((one) => one.name === name)!);
    return session.trace.map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it.each(scenarios.map(({ name }) => name))('%s has no command that is not understood, and ends', (name) => {
    const trace = traceOf(name);
    expect(trace.filter(({ v }) => v === 'bad')).toEqual([]);
    expect(trace.at(-1)).toEqual({ e: 'end' });
  });

  it('an engine stays active though nobody uses it, once a second client has linked to it in its probe', () => {
    const states = traceOf('second-client-takes-the-idle-back').filter(
      ({ d, e }) => d === 'sdma' && e === 'dev',
    );
    expect(states.map(({ rpm, usage }) => [rpm, usage])).toEqual([
      ['active', 0],
      ['active', 0],
    ]);
    const alone = traceOf('managed-pm-runtime-link-in-probe').filter(
      ({ d, e }) => d === 'sdma' && e === 'dev',
    );
    expect(alone.map(({ rpm }) => rpm)).toEqual(['suspended', 'suspended']);
  });

  it('flags that exclude each other give no link', () => {
    const links = traceOf('refused-flags').filter(({ e }) => e === 'link');
    expect(links).toEqual([]);
  });
});
