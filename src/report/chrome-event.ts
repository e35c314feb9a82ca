/** Events of the Trace Event Format, and the numbers and names of their tracks. */

/** An event of the Trace Event Format, as far as it is used here. */
export interface ChromeEvent {
  readonly name: string;
  readonly cat?: string;
  /** X: complete, M: metadata, s and f: begin and end of an arrow, C: counter. */
  readonly ph: 'X' | 'M' | 's' | 'f' | 'C';
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, unknown>>;
}

const PROCESSES = { tasks: 1, devices: 2, status: 3, domains: 4 } as const;
type Process = keyof typeof PROCESSES;
const PROCESS_NAMES: Readonly<Record<Process, string>> = {
  tasks: 'tasks',
  devices: 'devices',
  status: 'runtime status',
  domains: 'power domains',
};

/** Numbers the tracks of each process in the order in which they are first asked for. */
export class Tracks {
  readonly #numbers = new Map<string, number>();
  readonly #next: Record<Process, number> = { tasks: 1, devices: 1, status: 1, domains: 1 };
  readonly metadata: ChromeEvent[] = [];

  of(process: Process, key: string, name: string): { readonly pid: number; readonly tid: number } {
    const pid = PROCESSES[process];
    const known = this.#numbers.get(`${process} ${key}`);
    if (known !== undefined) return { pid, tid: known };
    const tid = this.#next[process]++;
    this.#numbers.set(`${process} ${key}`, tid);
    if (tid === 1) {
      this.metadata.push(meta('process_name', pid, 0, { name: PROCESS_NAMES[process] }));
      this.metadata.push(meta('process_sort_index', pid, 0, { sort_index: pid }));
    }
    this.metadata.push(meta('thread_name', pid, tid, { name }));
    this.metadata.push(meta('thread_sort_index', pid, tid, { sort_index: tid }));
    return { pid, tid };
  }
}

function meta(name: string, pid: number, tid: number, args: Readonly<Record<string, unknown>>): ChromeEvent {
  return { name, ph: 'M', pid, tid, args };
}

/** A slice on a track. */
export function complete(
  track: { readonly pid: number; readonly tid: number },
  name: string,
  cat: string,
  times: { readonly begin: number; readonly end: number },
  args: Readonly<Record<string, unknown>>,
): ChromeEvent {
  return { name, cat, ph: 'X', ...track, ts: times.begin, dur: times.end - times.begin, args };
}
