/**
 * A board as plain data: the firmware nodes, which of them Linux would make devices of, and what each refers to.
 * Every reader in boards/ produces this; the model in links/, pm/ and probe/ starts from it and knows no blob.
 */

/** Index of a node in {@link Board.nodes}. */
export type NodeIndex = number;

/**
 * What a reference means to the kernel that the board was read for:
 * - `supplier`: fw_devlink follows it;
 * - `optional`: fw_devlink follows it only with fw_devlink.strict=1 (`dmas`, `iommus`, `iommu-map`);
 * - `ignored`: a `post-init-providers` entry: known to fw_devlink, never waited for;
 * - `unlinked`: a real dependency that this kernel does not follow at all (`sound-dai`, `phy-handle`, ...).
 */
export type ReferenceKind = 'supplier' | 'optional' | 'ignored' | 'unlinked';

/** One phandle (or resolved interrupt) that makes one node depend on another. */
export interface BoardReference {
  readonly kind: ReferenceKind;
  readonly property: string;
  /** Which entry of the property, from 0. */
  readonly entry: number;
  /** The node that depends: the one that holds the property, but for `remote-endpoint` the port's parent. */
  readonly consumer: NodeIndex;
  /** The node depended upon: for interrupts the resolved controller, for `remote-endpoint` the other port's parent. */
  readonly supplier: NodeIndex;
}

/** Something in a property that ends its list early, so that this and all later entries make no link. */
export interface ReferenceProblem {
  readonly kind: 'dangling' | 'truncated' | 'no-cells' | 'empty' | 'unresolved' | 'endless';
  readonly property: string;
  readonly entry: number;
  /** `dangling`: the phandle that no node has. */
  readonly phandle?: number;
  /** `no-cells` and `truncated`: the property of the provider that counts the arguments. */
  readonly cells?: string;
  /** `no-cells` and `truncated`: the provider. */
  readonly supplier?: NodeIndex;
  /** `truncated`: arguments wanted and found. */
  readonly wanted?: number;
  readonly found?: number;
  /** How many non-empty entries behind this one are lost (as far as they can still be told). */
  readonly hidden?: number;
}

/** Which of the clock defaults that the platform bus applies before a probe names a provider (of_clk_set_defaults). */
export type AssignedClock =
  | { readonly provider: NodeIndex }
  /** The node itself, or a fault: the walk ends here with success. */
  | 'end'
  /** An unreadable entry: the walk ends here with -EINVAL or -ENOENT. */
  | 'error';

/** An entry of `dmas`: the controller's node and its arguments; null for an entry left out on purpose (phandle 0). */
export type DmaSpecifier = { readonly controller: NodeIndex; readonly cells: readonly number[] } | null;

/** What a node says about the DMA channels that it uses (drivers/dma/of-dma.c). */
export interface DmaClientNode {
  /** Entries of `dma-names`; undefined without the property, and then no channel can be asked for by name. */
  readonly names?: readonly string[];
  /** Entries of `dmas`, up to the first one that cannot be read. */
  readonly entries: readonly DmaSpecifier[];
  /** What the entry behind them names, where they end because that has no `#dma-cells`. */
  readonly withoutCells?: NodeIndex;
}

/** What a node says about the DMA channels that it offers. */
export interface DmaControllerNode {
  /** `#dma-cells`. */
  readonly cells: number;
  /** `dma-channels`; absent where the driver has to know. */
  readonly channels?: number;
  /** `dma-requests`; absent where the driver has to know. */
  readonly requests?: number;
  /** Of a router: the controllers of `dma-masters` that it leads to. */
  readonly masters?: readonly NodeIndex[];
}

/** A firmware node. */
export interface BoardNode {
  readonly path: string;
  /** Index of the parent, -1 for the root. Parents stand before their children. */
  readonly parent: NodeIndex;
  readonly children: readonly NodeIndex[];
  /** `status` is absent, "okay" or "ok". */
  readonly available: boolean;
  /** Entries of `compatible`; undefined without the property. */
  readonly compatible: readonly string[] | undefined;
  /** Name of the device it becomes if it is populated (of_device_make_bus_id); undefined without `compatible`. */
  readonly deviceName: string | undefined;
  /** Its first `reg` entry is a CPU address: an AMBA device is made of no other. */
  readonly hasResource: boolean;
  /** In property order, entries in list order: the order in which fw_devlink parses them. */
  readonly references: readonly BoardReference[];
  readonly problems: readonly ReferenceProblem[];
  /** In the order of of_clk_set_defaults(); absent where the node has none. */
  readonly assignedClocks?: readonly AssignedClock[];
  /**
   * For a node with `interrupt-controller`: the controller that its own interrupts go to (of_irq_init), -1 for a root
   * controller.
   */
  readonly interruptControllerParent?: NodeIndex;
  /** Its first name in `/aliases` (`i2c0`), which numbers its bus. */
  readonly alias?: string;
  /** With `dmas` or `dma-names`. */
  readonly dmaClient?: DmaClientNode;
  /** With `#dma-cells`. */
  readonly dmaController?: DmaControllerNode;
  /** A fixed-factor-clock that says both `clock-div` and `clock-mult`, without which its driver fails. */
  readonly hasClockFactor?: boolean;
}

/** A whole board. */
export interface Board {
  /** The file it came from, as errors and reports name it. */
  readonly input: string;
  /** `model` of the root node. */
  readonly model: string | undefined;
  /** `compatible` of the root node. */
  readonly compatible: readonly string[];
  /** The kernel whose tables of supplier properties were used. */
  readonly kernel: string;
  /** Depth-first, in the order of the tree; 0 is the root. */
  readonly nodes: readonly BoardNode[];
  /** The console of `/chosen`, which may probe without suppliers that have no driver. */
  readonly stdout: NodeIndex | undefined;
  /** Nodes that Linux leaves out because they lie too deep. */
  readonly nodesTooDeep: number;
}
