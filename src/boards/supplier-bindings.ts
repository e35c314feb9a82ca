/**
 * Which properties name suppliers, as data per kernel version (drivers/of/property.c:of_supplier_bindings;
 * ../semantics fw-devlink.md section 7), and which name hardware dependencies that the kernel does not follow.
 */
import type { ReferenceKind } from '../core/board.ts';

/** How the value of a property is read. */
export type BindingForm =
  /** Phandles, each followed by as many cells as the provider's `cells` property says (0 if it lacks it). */
  | { readonly form: 'list'; readonly cells?: string }
  /** The same, but a provider without `cells` is an error. */
  | { readonly form: 'strict-list'; readonly cells: string }
  /** A phandle at cell 1 of every 4. */
  | { readonly form: 'map' }
  | { readonly form: 'remote-endpoint' }
  | { readonly form: 'interrupts' }
  | { readonly form: 'interrupt-map' };

/** One row: a property's exact name, or the suffix that its name ends in. */
export type SupplierBinding = BindingForm & {
  readonly name?: string;
  readonly suffix?: string;
  readonly kind: ReferenceKind;
  /** The node that holds this property has no such suppliers at all. */
  readonly unlessProperty?: string;
  /** Names with this ending are no such property. */
  readonly unlessSuffix?: string;
};

function list(kind: ReferenceKind, name: string, cells?: string): SupplierBinding {
  return cells === undefined ? { kind, name, form: 'list' } : { kind, name, form: 'list', cells };
}

/** Rows of Linux 6.12, in the kernel's order. */
const LINUX_6_12: readonly SupplierBinding[] = [
  list('supplier', 'clocks', '#clock-cells'),
  list('supplier', 'interconnects', '#interconnect-cells'),
  list('optional', 'iommus', '#iommu-cells'),
  { kind: 'optional', name: 'iommu-map', form: 'map' },
  list('supplier', 'mboxes', '#mbox-cells'),
  list('supplier', 'io-channels', '#io-channel-cells'),
  list('supplier', 'io-backends', '#io-backend-cells'),
  list('optional', 'dmas', '#dma-cells'),
  list('supplier', 'power-domains', '#power-domain-cells'),
  list('supplier', 'hwlocks', '#hwlock-cells'),
  list('supplier', 'extcon'),
  list('supplier', 'nvmem-cells', '#nvmem-cell-cells'),
  list('supplier', 'phys', '#phy-cells'),
  list('supplier', 'wakeup-parent'),
  ...Array.from({ length: 9 }, (_, state) => list('supplier', `pinctrl-${state}`)),
  { kind: 'supplier', name: 'remote-endpoint', form: 'remote-endpoint' },
  list('supplier', 'pwms', '#pwm-cells'),
  list('supplier', 'resets', '#reset-cells'),
  list('supplier', 'leds'),
  list('supplier', 'backlight'),
  list('supplier', 'panel'),
  list('supplier', 'msi-parent', '#msi-cells'),
  list('supplier', 'pses', '#pse-cells'),
  list('supplier', 'power-supplies'),
  { kind: 'supplier', name: 'gpio', form: 'strict-list', cells: '#gpio-cells', unlessProperty: 'gpio-hog' },
  { kind: 'supplier', name: 'gpios', form: 'strict-list', cells: '#gpio-cells', unlessProperty: 'gpio-hog' },
  { kind: 'supplier', name: 'interrupts', form: 'interrupts' },
  { kind: 'supplier', name: 'interrupts-extended', form: 'interrupts' },
  { kind: 'supplier', name: 'interrupt-map', form: 'interrupt-map' },
  list('supplier', 'access-controllers', '#access-controller-cells'),
  { kind: 'supplier', suffix: '-supply', form: 'list' },
  { kind: 'supplier', suffix: '-gpio', form: 'strict-list', cells: '#gpio-cells' },
  {
    kind: 'supplier',
    suffix: '-gpios',
    form: 'strict-list',
    cells: '#gpio-cells',
    unlessSuffix: ',nr-gpios',
  },
  list('ignored', 'post-init-providers'),
];

/**
 * Dependencies in hardware that Linux 6.12 makes no link of. The kernel has no such table; the rows are properties of
 * the published bindings that name a node whose driver must be up (or stay up) for this one to work.
 */
const UNLINKED_6_12: readonly SupplierBinding[] = [
  list('unlinked', 'sound-dai', '#sound-dai-cells'),
  list('unlinked', 'thermal-sensors', '#thermal-sensor-cells'),
  list('unlinked', 'phy-handle'),
  list('unlinked', 'pcs-handle', '#pcs-cells'),
  list('unlinked', 'mmc-pwrseq'),
  list('unlinked', 'nvmem'),
  list('unlinked', 'ddc-i2c-bus'),
  list('unlinked', 'i2c-bus'),
  list('unlinked', 'i2c-parent'),
  list('unlinked', 'mdio-parent-bus'),
  list('unlinked', 'companion'),
  { kind: 'unlinked', name: 'msi-map', form: 'map' },
];

/** The kernel versions whose tables are known, oldest first. */
export const KERNEL_VERSIONS = ['6.12'] as const;
export type KernelVersion = (typeof KERNEL_VERSIONS)[number];

/** Finds the row for a property name. */
export interface BindingTable {
  /** The row that a property of this name matches, if any. */
  bindingOf(property: string): SupplierBinding | undefined;
}

function bindingTable(rows: readonly SupplierBinding[]): BindingTable {
  const exact = new Map(rows.filter((row) => row.name !== undefined).map((row) => [row.name!, row]));
  const suffixes = rows.filter((row) => row.suffix !== undefined);
  const known = new Map<string, SupplierBinding | null>();
  const match = (property: string): SupplierBinding | undefined =>
    exact.get(property) ??
    suffixes.find(
      ({ suffix, unlessSuffix }) =>
        property.length > suffix!.length &&
        property.endsWith(suffix!) &&
        // The kernel's suffix test wants at least one character before it here too.
        !(
          unlessSuffix !== undefined &&
          property.length > unlessSuffix.length &&
          property.endsWith(unlessSuffix)
        ),
    );
  return {
    bindingOf(property) {
      const remembered = known.get(property);
      if (remembered !== undefined) return remembered ?? undefined;
      const found = match(property);
      // Property names are hostile input: remember a bounded amount of them.
      if (known.size < 10_000 && property.length < 100) known.set(property, found ?? null);
      return found;
    },
  };
}

const TABLES: Record<KernelVersion, BindingTable> = {
  '6.12': bindingTable([...LINUX_6_12, ...UNLINKED_6_12]),
};

/** The table of supplier properties of a kernel version. */
export function supplierBindings(kernel: KernelVersion): BindingTable {
  return TABLES[kernel];
}
