/** devgraph schema: JSON Schema of results. */
import { jsonSchemaOf, SCHEMA_NAMES } from '../report/schemas.ts';
import { type Io, UsageError } from './io.ts';
import type { ParsedOptions } from './options.ts';
import { emit, jsonText, onlyOperand } from './session.ts';

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const wanted = onlyOperand(options, 'verb');
  if (wanted === 'board') {
    await emit(jsonText((await import('../boards/board-schema.ts')).boardJsonSchema()), options, io);
    return 0;
  }
  if (wanted === 'scenario') {
    const { scenarioJsonSchema } = await import('../scenario-files/scenario-schema.ts');
    await emit(jsonText(scenarioJsonSchema()), options, io);
    return 0;
  }
  if (wanted === 'workload') {
    const { workloadJsonSchema } = await import('../dma-workloads/workload-schema.ts');
    await emit(jsonText(workloadJsonSchema()), options, io);
    return 0;
  }
  const name = SCHEMA_NAMES.find((one) => one === wanted);
  if (name === undefined)
    throw new UsageError(
      `no schema '${wanted}'; there are ${SCHEMA_NAMES.join(', ')}, board, scenario, workload`,
    );
  await emit(jsonText(jsonSchemaOf(name)), options, io);
  return 0;
}
