/**
 * What has to change so that a device binds: the fewest root causes whose mending does it, found and proved by booting again.
 */
import type { ProbeResult, ProbeRoot } from './probe-outcome.ts';

/** A boot in which these root causes are mended. */
export type BootWith = (fixes: readonly ProbeRoot[]) => ProbeResult;

/** What names a root cause over several boots. */
function fixKey({ kind, device, node }: Pick<ProbeRoot, 'kind' | 'device' | 'node'>): string {
  return `${kind} ${device ?? node}`;
}

export interface Unblocking {
  /** The device asked for, or null for all. */
  readonly device: string | null;
  /** Root causes to mend, in the order in which they show up. None of them can be left out. */
  readonly fixes: readonly ProbeRoot[];
  /** Causes that stand in the way and that no driver mends. */
  readonly unmendable: readonly ProbeRoot[];
  /** Whether the boot with these fixes binds what was asked for. */
  readonly binds: boolean;
}

/** A driver, built in or loaded in time, mends these; the others are faults of a tree or a driver. */
const MENDABLE = new Set<ProbeRoot['kind']>(['no-driver', 'module-later', 'timeout']);

/** Roots that hold a device back, or all that hold anything back. */
function rootsBefore({ unbound, roots }: ProbeResult, device: string | null): readonly ProbeRoot[] {
  if (device === null) return roots.filter(({ blocks }) => blocks.length > 0);
  return unbound.find((row) => row.device === device)?.roots.map((index) => roots[index]!) ?? [];
}

function isDone(result: ProbeResult, device: string | null): boolean {
  if (device === null) return rootsBefore(result, null).length === 0;
  return result.bound.includes(device);
}

/**
 * The smallest set of fixes that binds `device`, or with null all devices that something else holds back. Each round mends what the
 * boot before has named, since a device that comes to life may show causes that nobody saw; then every fix is taken away once, and
 * stays away if the device still binds.
 */
export function unblock(device: string | null, bootWith: BootWith): Unblocking {
  const fixes = new Map<string, ProbeRoot>();
  let result = bootWith([]);
  for (;;) {
    const next = rootsBefore(result, device).filter(
      (root) => MENDABLE.has(root.kind) && !fixes.has(fixKey(root)),
    );
    if (isDone(result, device) || next.length === 0) break;
    for (const root of next) fixes.set(fixKey(root), root);
    result = bootWith([...fixes.values()]);
  }
  const binds = isDone(result, device);
  for (const [key, root] of binds ? [...fixes] : []) {
    const fewer = [...fixes.values()].filter((other) => other !== root);
    if (isDone(bootWith(fewer), device)) fixes.delete(key);
  }
  const unmendable = rootsBefore(result, device).filter(({ kind }) => !MENDABLE.has(kind));
  return { device, fixes: [...fixes.values()], unmendable, binds };
}
