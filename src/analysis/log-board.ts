/**
 * A recorded run meets a board: which device of the log is which device of the model, and what the model says about a pair
 * of names.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import {
  nearestDevice,
  orderingPath,
  superiorsOf,
  type UnlinkedDependency,
  unlinkedDependencies,
} from './dependencies.ts';
import type { PairOrder } from './pair-order.ts';
import type { Superior } from './sleep-jobs.ts';
import { causesText, idOf, nameOf, referenceText } from './words.ts';

/** One direct dependency of a device, by names: it must be suspended before `superior`. */
export interface NamedDependency {
  readonly subordinate: string;
  readonly superior: string;
  /** `path`: a parent or a link that orders. `unlinked`: a reference that makes no link (yet). */
  readonly kind: 'path' | 'unlinked';
  /** How the dependency is known: `its parent`, `clocks in /soc/...`. */
  readonly how: string;
}

/** A device that has to be runtime-active while another one is. */
export interface ActiveSuperior {
  readonly device: string;
  /** How that is known: `its parent`, `clocks in /soc/...`. */
  readonly how: string;
  /** Whether runtime PM sees to it: a parent, or a link with DL_FLAG_PM_RUNTIME. */
  readonly isKept: boolean;
}

/** The board's knowledge by device name. */
export class LogBoard {
  readonly world: World;
  readonly #byName = new Map<string, DeviceId>();
  readonly #unlinked: readonly UnlinkedDependency[];
  readonly #dependencies = new Map<string, NamedDependency[]>();

  constructor(world: World) {
    this.world = world;
    for (const [id, device] of world.devices.entries()) {
      // A log names devices without their bus; the first of two wins.
      if (!this.#byName.has(device.name)) this.#byName.set(device.name, id);
    }
    this.#unlinked = unlinkedDependencies(world);
    for (const [id] of world.devices.entries()) this.#dependencies.set(nameOf(world, id), this.#direct(id));
    for (const { consumer, supplier, reference } of [...this.#unlinked, ...pendingDependencies(world)]) {
      const [subordinate, superior] = [nameOf(world, consumer), nameOf(world, supplier)];
      const known = this.#dependencies.get(subordinate)!;
      if (known.some((dependency) => dependency.superior === superior)) continue;
      known.push({ subordinate, superior, kind: 'unlinked', how: referenceText(world, reference) });
    }
  }

  #direct(id: DeviceId): NamedDependency[] {
    return superiorsOf(this.world, id).map(({ to, link }) => ({
      subordinate: nameOf(this.world, id),
      superior: nameOf(this.world, to),
      kind: 'path',
      how: link === undefined ? 'its parent' : causesText(this.world, link),
    }));
  }

  /** The id `bus:name` of a device of the log; undefined if the board has none of that name. */
  idOfName(name: string): string | undefined {
    const id = this.#byName.get(name);
    return id === undefined ? undefined : idOf(this.world, id);
  }

  /** Whether a device of that name was made from the tree. */
  isTreeDevice(name: string): boolean {
    const id = this.#byName.get(name);
    return id !== undefined && this.world.devices[id]!.node >= 0;
  }

  /** What a device of that name depends on directly. */
  dependenciesOf(name: string): readonly NamedDependency[] {
    return this.#dependencies.get(name) ?? [];
  }

  /** What has to be runtime-active while a device of that name is: its parent, and suppliers over links that order. */
  activeSuperiorsOf(name: string): readonly ActiveSuperior[] {
    const id = this.#byName.get(name);
    if (id === undefined) return [];
    return superiorsOf(this.world, id).map(({ to, link }) => ({
      device: nameOf(this.world, to),
      ...(link === undefined
        ? { how: 'its parent', isKept: true }
        : {
            how: causesText(this.world, link),
            isKept: (linkOf(this.world, link).flags & DL_FLAG.PM_RUNTIME) !== 0,
          }),
    }));
  }

  /** What the sleep code makes a device of that name wait for: its parent, and suppliers over links that order. */
  superiorsOf(name: string): readonly Superior[] {
    const id = this.#byName.get(name);
    if (id === undefined) return [];
    return superiorsOf(this.world, id).map(({ to, link }) => ({
      device: nameOf(this.world, to),
      ...(link === undefined
        ? { kind: 'parent' as const }
        : { kind: 'supplier' as const, link: causesText(this.world, link) }),
    }));
  }

  /** Pairs of names with a dependency that no link expresses. */
  get suspects(): readonly (readonly [string, string])[] {
    return this.#unlinked.map(
      ({ consumer, supplier }) => [nameOf(this.world, consumer), nameOf(this.world, supplier)] as const,
    );
  }

  /** What keeps two devices in order, for the ranking of order differences. */
  pairOrder(one: string, two: string): PairOrder {
    const [a, b] = [this.#byName.get(one), this.#byName.get(two)];
    if (a === undefined || b === undefined) return 'unknown';
    if (orderingPath(this.world, a, b) ?? orderingPath(this.world, b, a)) return 'path';
    const ties = ({ consumer, supplier }: UnlinkedDependency) =>
      (consumer === a && supplier === b) || (consumer === b && supplier === a);
    return this.#unlinked.some(ties) ? 'list-position' : 'none';
  }
}

/**
 * Suppliers that fw_devlink still waits to link: their node is no device, but lies in one, such as a pin group in its pin
 * controller. On a booted system these are links.
 */
function pendingDependencies(
  world: World,
): Pick<UnlinkedDependency, 'consumer' | 'supplier' | 'reference'>[] {
  const found: Pick<UnlinkedDependency, 'consumer' | 'supplier' | 'reference'>[] = [];
  for (const link of world.fwnodeLinks) {
    const [reference] = link?.causes ?? [];
    if (link === undefined || reference === undefined || link.cycle || link.ignore) continue;
    const consumer = world.fwnodes[link.consumer]!.device;
    const supplier = nearestDevice(world, link.supplier);
    if (consumer < 0 || supplier < 0 || consumer === supplier) continue;
    found.push({ consumer, supplier, reference });
  }
  return found;
}
