/** The bytes of a file that has to hold a scenario, a workload or a world to explore. */
import { isBlob } from '../boards/index.ts';
import { InputError } from '../core/diagnostic.ts';
import { looksPacked } from '../snapshots/packed.ts';
import type { Io } from './io.ts';

/** Reads the file; a board in its place is refused with what to do. `what` is what it should hold, as "a scenario". */
export async function readScenarioBytes(name: string, what: string, io: Io): Promise<Uint8Array> {
  const bytes = await io.readBytes(name);
  const is = looksPacked(bytes) ? 'a snapshot of a system' : isBlob(bytes) ? 'a board' : undefined;
  if (is !== undefined)
    throw new InputError(
      'scenario-is-a-board',
      { input: name },
      `is ${is}, not ${what}`,
      "a board has no steps: write a scenario with the line 'board: FILE' (docs/scenario-files.md)",
    );
  return bytes;
}
