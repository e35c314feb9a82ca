/**
 * Drivers that match a device by its name instead of a compatible: clients of I2C and SPI controllers, whose name is the first compatible
 * behind its comma (drivers/of/base.c:of_alias_from_compatible), and the cells of multi-function chips, which are called so by custom.
 */
import type { Board, BoardNode } from '../core/board.ts';
import type { InstalledKernel } from './read-kernel.ts';

/** Buses of which all children are devices of their own kind: nobody gives those names. */
const PLAIN_BUSES = new Set(['simple-bus', 'simple-mfd', 'simple-pm-bus', 'isa', 'arm,amba-bus']);
const CLIENT_BUSES: Readonly<Record<string, string>> = { i2c: 'i2c', spi: 'spi', qspi: 'spi' };

/** `i2c:max77620` for a node that can be matched by name; a cell of a chip may go by any of its compatibles. */
function namesOf(board: Board, node: BoardNode): string[] {
  const [first] = node.compatible ?? [];
  const parent = board.nodes[node.parent];
  if (first === undefined || parent?.compatible === undefined || parent.parent < 0) return [];
  if (parent.compatible.some((entry) => PLAIN_BUSES.has(entry.toLowerCase()))) return [];
  const generic = /([^/@]*)(?:@[^/]*)?$/.exec(parent.path)![1]!;
  const bus = Object.hasOwn(CLIENT_BUSES, generic) ? CLIENT_BUSES[generic]! : 'platform';
  const asked = bus === 'platform' ? node.compatible! : [first];
  return asked.map((entry) => `${bus}:${entry.slice(entry.indexOf(',') + 1)}`);
}

/** Further compatibles of a kernel's drivers on a board, as if their tables had them. */
export interface NamedDrivers {
  /** By the name of a module. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  /** By the name of a built-in one; the image does not tell what it matches, its name does. */
  readonly builtin: ReadonlyMap<string, readonly string[]>;
}

/** What matches by name those devices of a board for which the kernel has no table. */
export function namedDrivers(board: Board, kernel: InstalledKernel): NamedDrivers {
  const known = new Set(
    [...kernel.builtin, ...kernel.modules].flatMap(({ compatibles }) =>
      compatibles.map((entry) => entry.toLowerCase()),
    ),
  );
  const byName = new Map(
    kernel.modules.flatMap(({ name, names = [] }) => names.map((alias) => [alias, name] as const)),
  );
  const modules = new Map<string, string[]>();
  const builtin = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, driver: string, compatible: string) =>
    map.set(driver, [...(map.get(driver) ?? []), compatible]);
  for (const node of board.nodes) {
    if (node.compatible?.some((entry) => known.has(entry.toLowerCase())) ?? true) continue;
    const names = namesOf(board, node);
    const module = names.map((name) => byName.get(name)).find((found) => found !== undefined);
    const plain = names
      .map((name) => name.slice(name.indexOf(':') + 1).replaceAll('-', '_'))
      .find((name) => kernel.builtinNames?.has(name));
    if (module !== undefined) add(modules, module, node.compatible![0]!);
    else if (plain !== undefined) add(builtin, plain, node.compatible![0]!);
  }
  return { modules, builtin };
}
