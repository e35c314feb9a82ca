/** Readers of boards: what a user hands in becomes a plain, checked Board. */

export { FDT_MAX_BYTES, FDT_MAX_NODES } from './fdt.ts';
export { isBlob } from './fdt-header.ts';
export { type OverlaySource, type ReadDeviceTreeOptions, readDeviceTree } from './read-device-tree.ts';
export { KERNEL_VERSIONS, type KernelVersion } from './supplier-bindings.ts';
