/** Numbers of workers while they run, for those who read what was recorded: the lowest that is free. */
export class WorkerNumbers {
  readonly #taken = new Set<number>();
  /** None below it is free. */
  #free: number;

  constructor(first: number) {
    this.#free = first;
  }

  /** The lowest number that no worker has. */
  take(): number {
    let number = this.#free;
    while (this.#taken.has(number)) number++;
    this.#taken.add(number);
    this.#free = number + 1;
    return number;
  }

  /** 0 is no number of a worker. */
  release(number: number): void {
    if (number === 0) return;
    this.#taken.delete(number);
    this.#free = Math.min(this.#free, number);
  }
}
