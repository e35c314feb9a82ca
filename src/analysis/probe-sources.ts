/**
 * Which source file and which option would give a root cause its driver: what `probe --source` adds to an outcome.
 */
import type { ProbeRoot } from './probe-outcome.ts';

/** A driver in a Linux source tree. */
export interface SourceDriver {
  readonly compatible: string;
  /** Below the root of the source. */
  readonly file: string;
  /** The option to set, without CONFIG_; null for a file that is always built, or that no Makefile names. */
  readonly option: string | null;
  /** Options that have to be set as well for the build to come to the file. */
  readonly further: readonly string[];
  /** What menuconfig shows for the option; null for one that only others select. */
  readonly prompt: string | null;
  /** Conditions of the option, one of which has to hold; empty for none. */
  readonly dependsOn: readonly string[];
  /** y, m or n in the kernel's configuration, with the further options; null where no configuration is known. */
  readonly value: 'y' | 'm' | 'n' | null;
  /** Options and conditions that the configuration lacks before the option can be set. */
  readonly missing: readonly string[];
  /** The module that it is if the option is m. */
  readonly module: string | null;
}

/** Causes that a driver mends. */
const KINDS: ReadonlySet<ProbeRoot['kind']> = new Set(['no-driver', 'module-later', 'timeout']);

/** Compatibles of devices for which a driver is wanted. */
export function compatiblesWanted(roots: readonly ProbeRoot[]): string[] {
  return roots.flatMap(({ kind, compatible }) => (KINDS.has(kind) ? (compatible ?? []) : []));
}

/** `drivers/x/y.c, CONFIG_Y "Prompt", not set; it needs ARCH_Y`. */
function driverText({ file, option, prompt, value, missing, module }: SourceDriver): string {
  if (option === null) return `${file}, which no option leads to`;
  const name = `${file}, CONFIG_${option}${prompt === null ? '' : ` "${prompt}"`}`;
  const needs = missing.length === 0 ? '' : `; before it ${missing.join(', ')}`;
  switch (value) {
    case null:
      return name;
    case 'n':
      return `${name}, not set${needs}`;
    case 'm':
      return `${name}=m, module ${module}`;
    case 'y':
      return `${name}=y, which has no table with it in this kernel, or matches in another way`;
  }
}

/** Roots with the drivers of a source: as `source`, and in their words. */
export function withSources(
  roots: readonly ProbeRoot[],
  drivers: ReadonlyMap<string, SourceDriver>,
): ProbeRoot[] {
  return roots.map((root) => {
    if (!KINDS.has(root.kind) || root.compatible === undefined) return root;
    const source = root.compatible.flatMap((entry) => drivers.get(entry) ?? []);
    const [first] = source;
    const words = first === undefined ? 'the source has no driver for it' : driverText(first);
    return { ...root, detail: `${root.detail}: ${words}`, source };
  });
}
