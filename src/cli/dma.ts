/** devgraph dma: the same workload, or scenario, under several policies. */
import { layerPolicyOf, readDesign } from '../dma/index.ts';
import { compareDesigns, compareOnScenario, type DesignComparison } from '../dma-workloads/index.ts';
import { dmaDesignsText } from '../report/text-dma-designs.ts';
import type { ScenarioFileRun } from '../scenario-files/index.ts';
import { type Io, UsageError } from './io.ts';
import { optionValues, type ParsedOptions } from './options.ts';
import { readScenarioBytes } from './scenario-bytes.ts';
import { emit, formatOf, jsonText, onlyOperand, styleOf } from './session.ts';

/** What is compared if neither the command line nor the workload says. */
const DEFAULT_POLICIES = ['none', 'hold', 'count', 'engine-pm-runtime', 'channel-stateless-pm-runtime'];

/** Policies between commas; a comma followed by a word of a spelled-out policy is that policy's own. */
function policiesOf(options: ParsedOptions): string[] {
  return optionValues(options, 'policy')
    .flatMap((text) => text.split(/,(?!\s*(?:managed|stateless|autoremove|pm[_-]runtime|rpm[_-]active))/i))
    .map((policy) => policy.trim())
    .filter((policy) => policy !== '');
}

/** A scenario has devices, a workload engines and clients. */
async function isScenario(input: string, bytes: Uint8Array): Promise<boolean> {
  if (input.endsWith('.scn')) return true;
  const { readYaml } = await import('../scenario-files/read-yaml.ts');
  const { value } = readYaml(bytes, input);
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'devices');
}

/** The policies that the command line names, or those that stand in for them. */
function askedPolicies(options: ParsedOptions, otherwise: readonly string[]): readonly string[] {
  const asked = policiesOf(options);
  if (optionValues(options, 'policy').length > 0 && asked.length === 0)
    throw new UsageError('--policy names no policy');
  return asked.length > 0 ? asked : otherwise;
}

async function compareScenario(input: string, options: ParsedOptions, io: Io): Promise<DesignComparison> {
  const { readScenarioFile, scenarioRuns } = await import('./scenario-input.ts');
  const read = await readScenarioFile(input, io);
  const runs = new Map<string, ScenarioFileRun>();
  const policies = askedPolicies(options, DEFAULT_POLICIES);
  for (const policy of policies) {
    const dmaPolicy = layerPolicyOf(readDesign(policy));
    const [first, second] = await scenarioRuns(input, { input, dmaPolicy }, io, read);
    if (second !== undefined)
      throw new UsageError(`${input} has more than one scenario; devgraph dma takes one`);
    runs.set(policy, first!);
  }
  return compareOnScenario(runs, policies, input);
}

async function compareWorkload(
  input: string,
  bytes: Uint8Array,
  options: ParsedOptions,
): Promise<DesignComparison> {
  const { readWorkload } = await import('../dma-workloads/workload-schema.ts');
  const workload = readWorkload(bytes, input);
  return compareDesigns(workload, askedPolicies(options, workload.policies ?? DEFAULT_POLICIES), input);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const input = onlyOperand(options, 'workload or scenario');
  const bytes = await readScenarioBytes(input, 'a workload', io);
  // Standard input can be read once.
  const again: Io = { ...io, readBytes: async (name) => (name === input ? bytes : io.readBytes(name)) };
  const result = (await isScenario(input, bytes))
    ? await compareScenario(input, options, again)
    : await compareWorkload(input, bytes, options);
  const text = formatOf(options) === 'json' ? jsonText(result) : dmaDesignsText(result, styleOf(options, io));
  await emit(text, options, io);
  return result.missed.length > 0 ? 1 : 0;
}
