/** A sweep on several processors: this thread and others take points as they become free. */
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { SweepPoint } from '../policies/index.ts';
import { pointOf, type SweepTask } from './sweep.ts';

type Grid = readonly (readonly (string | number)[])[];
type Answer = { readonly at: number } & ({ readonly point: SweepPoint } | { readonly isFault: true });

/** What threads share. */
interface Shared {
  readonly task: SweepTask;
  readonly grid: Grid;
  /** The place of the next point, in memory that all threads see: none waits for another one to be given work. */
  readonly next: Int32Array;
}

/** Takes the next point, undefined if there is none. */
function take({ grid, next }: Shared): number | undefined {
  const at = Atomics.add(next, 0, 1);
  return at < grid.length ? at : undefined;
}

/** Nothing more is taken. All before the points that were taken have been taken. */
function stop({ grid, next }: Shared): void {
  Atomics.store(next, 0, grid.length);
}

function answerOf({ task, grid }: Shared, at: number): Answer {
  try {
    return { at, point: pointOf(task, grid[at]!) };
  } catch {
    return { at, isFault: true };
  }
}

/** Reckons points until none is left. */
export function runSweepWorker(): void {
  const shared = workerData as Shared;
  for (let at = take(shared); at !== undefined; at = take(shared)) {
    const answer = answerOf(shared, at);
    if ('isFault' in answer) stop(shared);
    parentPort!.postMessage(answer);
  }
}

/** A moment in which messages are read. */
function aMoment(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function hasEnded(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
  });
}

/**
 * All points of a grid, in its order, on as many threads as there are processors: this one, whose code is there and compiled, and others. Where a point
 * cannot be reckoned, those before the first such one. `program`: the file that this program was started with; started in a
 * thread it comes to {@link runSweepWorker}.
 */
export async function sweepInWorkers(
  program: string,
  task: SweepTask,
  grid: Grid,
  progress: (done: number) => void,
): Promise<SweepPoint[]> {
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const shared: Shared = { task, grid, next };
  const others = Math.min(availableParallelism(), grid.length) - 1;
  const workers = Array.from({ length: others }, () => new Worker(program, { workerData: shared }));
  const answers = new Map<number, Answer>();
  const note = (answer: Answer) => {
    answers.set(answer.at, answer);
    if ('isFault' in answer) stop(shared);
    progress(answers.size);
  };
  for (const worker of workers) worker.on('message', note);
  const ends = Promise.all(workers.map(hasEnded));
  // A thread that fails is told of below, when it is waited for.
  ends.catch(() => stop(shared));
  for (let at = take(shared); at !== undefined; at = take(shared)) {
    note(answerOf(shared, at));
    await aMoment();
  }
  await ends;
  const points: SweepPoint[] = [];
  for (
    let answer = answers.get(0);
    answer !== undefined && 'point' in answer;
    answer = answers.get(points.length)
  )
    points.push(answer.point);
  return points;
}
