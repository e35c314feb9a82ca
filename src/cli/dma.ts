/** devgraph dma: the same workload under several policies. */
import { compareDesigns } from '../dma-workloads/index.ts';
import { dmaDesignsText } from '../report/text-dma-designs.ts';
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

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const input = onlyOperand(options, 'workload');
  const { readWorkload } = await import('../dma-workloads/workload-schema.ts');
  const workload = readWorkload(await readScenarioBytes(input, 'a workload', io), input);
  const asked = policiesOf(options);
  if (optionValues(options, 'policy').length > 0 && asked.length === 0)
    throw new UsageError('--policy names no policy');
  const policies = asked.length > 0 ? asked : (workload.policies ?? DEFAULT_POLICIES);
  const result = compareDesigns(workload, policies, input);
  const text = formatOf(options) === 'json' ? jsonText(result) : dmaDesignsText(result, styleOf(options, io));
  await emit(text, options, io);
  return result.missed.length > 0 ? 1 : 0;
}
