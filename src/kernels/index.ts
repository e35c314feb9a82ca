/** Readers of installed kernels: images, module lists, and the drivers in them. */
export type { BuiltinDriver, BuiltinDrivers } from './builtin-drivers.ts';
export {
  type Compression,
  findBase,
  type KernelFile,
  type KernelInMemory,
  kernelOfZImage,
  recognizeKernel,
} from './image.ts';
export { INITCALL_LEVELS, type InitcallLevel } from './initcalls.ts';
export { type Built, KernelBuild } from './kbuild.ts';
export {
  type ConfigValues,
  type KconfigOption,
  missingDependencies,
  type ReadText,
  readConfig,
  readKconfig,
} from './kconfig.ts';
export { findMatchTables } from './match-tables.ts';
export { readModinfo } from './modinfo.ts';
export {
  compatibleOfAlias,
  type KernelModule,
  type ModuleTexts,
  moduleName,
  readModinfos,
  readModuleTexts,
} from './module-index.ts';
export { type NamedDrivers, namedDrivers } from './named-devices.ts';
export { primecellDrivers } from './primecells.ts';
export { builtinDriversOf, type InstalledKernel } from './read-kernel.ts';
