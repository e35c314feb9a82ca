/**
 * Drivers that match a device by its name instead of a compatible: clients of I2C and SPI controllers, whose name is the first compatible
 * behind its comma (drivers/of/base.c:of_alias_from_compatible), and the cells of multi-function chips, which are called so by custom.
 */
import type { Board, BoardNode } from '../core/board.ts';
import type { InstalledKernel } from './read-kernel.ts';

/** Buses of which all children are devices of their own kind: nobody gives those names. */
const PLAIN_BUSES = new Set(['simple-bus', 'simple-mfd', 'simple-pm-bus', 'isa', 'arm,amba-bus']);
const CLIENT_BUSES: Readonly<Record<string, string>> = { i2c: 'i2c', spi: 'spi', qspi: 'spi' };

/** `i2c:max77620` for a node that can be matched by name; undefined for others. */
function nameOf(board: Board, node: BoardNode): string | undefined {
  const [first] = node.compatible ?? [];
  const parent = board.nodes[node.parent];
  if (first === undefined || parent?.compatible === undefined || parent.parent < 0) return undefined;
  if (parent.compatible.some((entry) => PLAIN_BUSES.has(entry.toLowerCase()))) return undefined;
  const generic = /([^/@]*)(?:@[^/]*)?$/.exec(parent.path)![1]!;
  const bus = Object.hasOwn(CLIENT_BUSES, generic) ? CLIENT_BUSES[generic]! : 'platform';
  return `${bus}:${first.slice(first.indexOf(',') + 1)}`;
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
    const name = nameOf(board, node);
    if (name === undefined) continue;
    const module = byName.get(name);
    const plain = name.slice(name.indexOf(':') + 1).replaceAll('-', '_');
    if (module !== undefined) add(modules, module, node.compatible![0]!);
    else if (kernel.builtinNames?.has(plain)) add(builtin, plain, node.compatible![0]!);
  }
  return { modules, builtin };
}
