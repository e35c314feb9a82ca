/** The workload cannot be run to its end. */
import type { KeyPath } from '../scenario-files/index.ts';

/** The kernel hangs, a device has more to do than there is time, or its transfers cannot be. */
export class WorkloadFault extends Error {
  readonly todo: string;
  /** What of the scenario it is about. */
  readonly path: KeyPath;

  constructor(
    message: string,
    todo: string = 'make the work shorter or rarer',
    path: KeyPath = ['workload'],
  ) {
    super(message);
    this.todo = todo;
    this.path = path;
  }
}
