/** The format of an answer, where the name of the output file may tell it. */
import { optionValue, type ParsedOptions } from './options.ts';
import { formatOf } from './session.ts';

/** Formats by how the name of the output file ends; the longest end counts. */
const ENDS: readonly (readonly [end: string, format: string])[] = [
  ['.svg', 'svg'],
  ['.csv', 'csv'],
  ['.scn', 'scn'],
  ['.perfetto.json', 'perfetto'],
  ['.trace.json', 'perfetto'],
  ['.json', 'json'],
];

/** The format asked for, else the one that the name of the output file tells, else text. */
export function formatOrFileEnd(options: ParsedOptions): string {
  if (optionValue(options, 'format') !== undefined || options.flags.has('json')) return formatOf(options);
  const output = optionValue(options, 'output') ?? '';
  return ENDS.find(([end]) => output.endsWith(end))?.[1] ?? 'text';
}
