/**
 * An installed kernel: which of its drivers are built in, which are modules, and what each of them matches.
 */
import {
  type BuiltinDriver,
  type BuiltinDrivers,
  readBuiltinDrivers,
  readMatchTables,
} from './builtin-drivers.ts';
import { findBase, type KernelInMemory } from './image.ts';
import type { KernelModule } from './module-index.ts';

/** All drivers of a kernel, as data. */
export interface InstalledKernel {
  /** `6.12.117+deb12-arm64`, from the folder's name; undefined where only an image was given. */
  readonly release: string | undefined;
  /** What its image is for; absent where there is none. */
  readonly architecture?: KernelInMemory['architecture'];
  /** Where its modules are; undefined where only an image was given. */
  readonly modulesFolder: string | undefined;
  readonly builtin: readonly BuiltinDriver[];
  /** Compatibles of early declarations, which are no drivers. */
  readonly early: readonly string[];
  readonly modules: readonly KernelModule[];
  /** Names of modules that are built in (modules.builtin), with `_`. */
  readonly builtinNames?: ReadonlySet<string>;
  /** The text of its configuration, as far as it was found. */
  readonly config?: string;
  /** What could not be learned, in words. */
  readonly limits: readonly string[];
}

/** What a kernel in memory says of its built-in drivers, and what it does not say. */
export function builtinDriversOf(
  kernel: KernelInMemory,
): BuiltinDrivers & { readonly limits: readonly string[] } {
  const base = kernel.architecture === 'arm' ? undefined : findBase(kernel);
  if (base === undefined) {
    return {
      ...readMatchTables(kernel.bytes, kernel.architecture === 'arm' ? 4 : 8),
      limits: [
        'names and order of built-in drivers are not read from this kind of image, only what they match',
      ],
    };
  }
  const found = readBuiltinDrivers(kernel.bytes, base);
  return {
    ...found,
    limits: found.hasSymbols
      ? []
      : [
          'the image has no symbols (CONFIG_KALLSYMS_ALL): order of built-in drivers and early declarations are not known',
        ],
  };
}
