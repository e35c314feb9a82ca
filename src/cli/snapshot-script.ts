/** devgraph snapshot-script: the script that packs a running system. */
import { SNAPSHOT_SCRIPT } from '../snapshots/script.ts';
import { type Io, UsageError } from './io.ts';
import type { ParsedOptions } from './options.ts';
import { emit } from './session.ts';

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const [operand] = options.operands;
  if (operand !== undefined) throw new UsageError(`takes no operand; '${operand}' is one`);
  await emit(SNAPSHOT_SCRIPT, options, io);
  return 0;
}
