/** A sweep on several processors: worker threads that take points as they become free. */
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { SweepPoint } from '../policies/index.ts';
import { UsageError } from './io.ts';
import { pointOf, type SweepTask } from './sweep.ts';

type Answer = { readonly at: number; readonly point: SweepPoint } | { readonly error: string };

/** Reckons points as it is asked for them, until the port is closed. */
export function runSweepWorker(): void {
  const task = workerData as SweepTask;
  parentPort!.on('message', ({ at, values }: { at: number; values: readonly (string | number)[] }) => {
    let answer: Answer;
    try {
      answer = { at, point: pointOf(task, values) };
    } catch (error) {
      answer = { error: error instanceof Error ? error.message : String(error) };
    }
    parentPort!.postMessage(answer);
  });
}

/**
 * All points of a grid, in its order, on as many threads as there are processors. `program`: the file that this program was started
 * with; started in a thread it comes to {@link runSweepWorker}.
 */
export function sweepInWorkers(
  program: string,
  task: SweepTask,
  grid: readonly (readonly (string | number)[])[],
  progress: (done: number) => void,
): Promise<SweepPoint[]> {
  return new Promise((resolve, reject) => {
    const points: SweepPoint[] = new Array(grid.length);
    let next = 0;
    let left = grid.length;
    const count = Math.min(availableParallelism(), grid.length);
    const workers = Array.from({ length: count }, () => new Worker(program, { workerData: task }));
    const end = (settle: () => void) => {
      for (const worker of workers) void worker.terminate();
      settle();
    };
    const give = (worker: Worker) => {
      if (next < grid.length) worker.postMessage({ at: next, values: grid[next++]! });
    };
    for (const worker of workers) {
      worker.on('error', (error) => end(() => reject(error)));
      worker.on('message', (answer: Answer) => {
        if ('error' in answer) {
          end(() => reject(new UsageError(answer.error)));
          return;
        }
        points[answer.at] = answer.point;
        left--;
        progress(grid.length - left);
        if (left === 0) end(() => resolve(points));
        else give(worker);
      });
      give(worker);
    }
  });
}
