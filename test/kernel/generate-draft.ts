/** What the moves of the generator share: names, picks by the state of the model, and saying commands. */
import type { Device } from '../../src/core/world.ts';
import type { Random, Weighted } from './generate-random.ts';
import type { Rehearsal } from './generate-rehearsal.ts';

/** Most devices of a scenario at a time; a state prints all of them. */
const MOST_DEVICES = 9;

/** One command in so many names a device or driver that is not there. */
const ABSENT_ONCE_IN = 120;

/** Whether a scenario may use asynchronous probing and sleeping. */
export interface DraftOptions {
  readonly asynchronous: boolean;
  /** Most commands. */
  readonly length: number;
  /** The scenario may end in a hang of the kernel. */
  readonly mayHang: boolean;
}

export class Draft {
  readonly random: Random;
  readonly rehearsal: Rehearsal;
  readonly options: DraftOptions;
  #devicesMade = 0;
  #driversMade = 0;
  /** The few devices that the next moves are about, so that they meet each other's states. */
  #focus: string[] = [];

  constructor(random: Random, rehearsal: Rehearsal, options: DraftOptions) {
    this.random = random;
    this.rehearsal = rehearsal;
    this.options = options;
  }

  /** Adds a command, if there is room for it and the model does not hang on it. */
  say(...words: readonly (string | number)[]): boolean {
    if (this.isFull) return false;
    return this.rehearsal.say(words.filter((word) => word !== '').join(' '), this.options.mayHang);
  }

  get isFull(): boolean {
    return this.rehearsal.hung || this.rehearsal.commands.length >= this.options.length;
  }

  get room(): boolean {
    return this.rehearsal.devices.length < MOST_DEVICES;
  }

  chance(oneIn: number): boolean {
    return this.random.once(oneIn);
  }

  pick<T>(list: readonly T[]): T {
    return this.random.pick(list);
  }

  weighted<T>(choices: Weighted<T>): T {
    return this.random.weighted(choices);
  }

  /** A new name, or now and then one whose device is gone. */
  newDevice(): string {
    const { devices } = this.rehearsal;
    const gone = Array.from({ length: this.#devicesMade }, (_, index) => `d${index}`).filter(
      (name) => !devices.includes(name),
    );
    return gone.length > 0 && this.chance(4) ? this.pick(gone) : `d${this.#devicesMade++}`;
  }

  newDriver(): string {
    return `r${this.#driversMade++}`;
  }

  /** A name that no device has (yet). */
  absent(): string {
    return this.pick(['d99', `d${this.#devicesMade}`, 'x', 'd', 'r0']);
  }

  /** Looks at other devices from now on. */
  refocus(): void {
    const { devices } = this.rehearsal;
    this.#focus = devices.length === 0 ? [] : this.random.some(devices, 3);
  }

  /** Some device, mostly one that the last moves were about; now and then one that is not there. */
  device(): string {
    const { devices } = this.rehearsal;
    if (devices.length === 0 || this.chance(ABSENT_ONCE_IN)) return this.absent();
    if (this.chance(12)) this.refocus();
    const focus = this.#focus.filter((name) => devices.includes(name));
    return focus.length > 0 && !this.chance(3) ? this.pick(focus) : this.pick(devices);
  }

  /** A device that the test accepts, or undefined if there is none. */
  deviceWith(accepts: (device: Device) => boolean): string | undefined {
    const names = this.devicesWith(accepts);
    return names.length === 0 ? undefined : this.pick(names);
  }

  devicesWith(accepts: (device: Device) => boolean): string[] {
    return this.rehearsal.devices.filter((name) => accepts(this.rehearsal.device(name)!));
  }

  driver(): string {
    const { drivers } = this.rehearsal;
    return drivers.length === 0 || this.chance(ABSENT_ONCE_IN)
      ? this.pick(['r99', 'd0', 'r'])
      : this.pick(drivers);
  }

  /** A pair of devices, consumer first, mostly the later device on the earlier one. */
  pair(): [consumer: string, supplier: string] {
    const one = this.device();
    const other = this.device();
    const { devices } = this.rehearsal;
    const isLater = devices.indexOf(one) > devices.indexOf(other);
    return isLater || this.chance(4) ? [one, other] : [other, one];
  }

  /** A pair that has a link, or any pair if no devices have one. */
  linkedPair(): [consumer: string, supplier: string] {
    const links = this.rehearsal.world.links.filter((link) => link !== undefined);
    if (links.length === 0 || this.chance(8)) return this.pair();
    const link = this.pick(links);
    return [this.rehearsal.nameOf(link.consumer), this.rehearsal.nameOf(link.supplier)];
  }

  milliseconds(): number {
    return this.weighted<number>([
      [2, 1],
      [4, this.pick([3, 5, 7, 9])],
      [4, this.pick([10, 12, 20, 25])],
      [3, this.pick([30, 50, 60, 100])],
      [1, this.pick([200, 500, 1500])],
    ]);
  }

  /** A state is printed, so that what the commands before have left is seen. */
  look(): void {
    this.say(
      ...this.weighted<string[]>([
        [3, ['state']],
        [3, ['state', this.device()]],
        [2, ['links']],
        [2, ['lists']],
        [3, ['dump']],
      ]),
    );
  }

  /** Lets workers run, in one of the ways there are. */
  wait(): void {
    const { random } = this;
    this.say(
      ...random.weighted<(string | number)[]>([
        [4, ['settle']],
        [3, ['flush']],
        [3, ['sleep', this.milliseconds()]],
        [1, ['sleep_raw', this.milliseconds()]],
        [1, ['probe_wait']],
        [1, ['sleep', 0]],
      ]),
    );
  }
}

/** A move of the generator: a few commands that belong together. */
export type Move = (draft: Draft) => void;
