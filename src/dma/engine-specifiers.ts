/**
 * Which entries of `dmas` the drivers of DMA engines in Linux 6.12 give a channel for: facts of each driver's of_xlate, which returns
 * NULL for any other, so that dma_request_chan() ends in -ENODEV whatever the state of the engine.
 */
import type { Board, DmaControllerNode, DmaSpecifier } from '../core/board.ts';
import { engineDriverOf } from './engine-drivers.ts';

/** An argument that has to be below a number: of the controller's node, or, where that does not say, the driver's own. */
interface ArgumentLimit {
  readonly argument: number;
  /** What the argument counts, as messages say. */
  readonly what: 'channel' | 'request line';
  readonly property?: 'dma-channels' | 'dma-requests';
  readonly otherwise?: number;
}

interface SpecifierRule {
  readonly fewest: number;
  readonly most: number;
  readonly limits: readonly ArgumentLimit[];
}

/** Of one kind of arguments: as many cells as that, the arguments within limits. */
function cells(fewest: number, most: number, ...limits: ArgumentLimit[]): SpecifierRule {
  return { fewest, most, limits };
}

const ANY = Number.MAX_SAFE_INTEGER;

/**
 * By driver, those that look at an entry. What a driver reads from its hardware (the peripherals of pl330, the pipes of bam) no tree
 * says, so that there are cases more.
 */
export const SPECIFIER_RULES: ReadonlyMap<string, SpecifierRule> = new Map([
  ['pl330', cells(1, 1)],
  ['pl08x', cells(2, 2)],
  ['imx-sdma', cells(3, 3)],
  ['mxs-dma', cells(1, 1, { argument: 0, what: 'channel', property: 'dma-channels' })],
  ['fsl-edma', cells(2, 3)],
  ['bam-dma-engine', cells(1, 1)],
  ['gpi', cells(3, ANY, { argument: 0, what: 'channel', otherwise: 2 })],
  ['xilinx-zynqmp-dpdma', cells(0, ANY, { argument: 0, what: 'channel', otherwise: 6 })],
  ['rcar-dmac', cells(1, 1)],
  ['usb-dmac', cells(1, 1)],
  ['rz-dmac', cells(1, 1)],
  ['ti-udma', cells(1, 3)],
  ['edma', cells(1, 2)],
  ['tegra-apbdma', cells(0, ANY, { argument: 0, what: 'request line', otherwise: 32 })],
  ['tegra-adma', cells(1, 1)],
  [
    'stm32-dma',
    cells(
      4,
      ANY,
      { argument: 0, what: 'channel', otherwise: 8 },
      { argument: 1, what: 'request line', otherwise: 8 },
    ),
  ],
  ['stm32-dma3', cells(3, ANY, { argument: 0, what: 'request line', property: 'dma-requests' })],
  [
    'stm32-mdma',
    cells(5, ANY, { argument: 0, what: 'request line', property: 'dma-requests', otherwise: 256 }),
  ],
  ['k3-dma', cells(0, ANY, { argument: 0, what: 'request line', property: 'dma-requests' })],
  ['mtk_uart_apdma', cells(1, 1, { argument: 0, what: 'channel', property: 'dma-requests', otherwise: 8 })],
  ['mtk_cqdma', cells(1, 1, { argument: 0, what: 'channel', property: 'dma-requests', otherwise: 32 })],
  ['at_xdmac', cells(1, 1)],
  ['sprd-dma', cells(1, 1)],
  ['apple-admac', cells(1, 1, { argument: 0, what: 'channel', property: 'dma-channels' })],
]);

/** Why an engine's driver gives no channel for an entry. */
export type SpecifierFault =
  | { readonly kind: 'cells'; readonly driver: string; readonly fewest: number; readonly most: number }
  | {
      readonly kind: 'argument';
      readonly driver: string;
      readonly what: ArgumentLimit['what'];
      readonly value: number;
      /** The engine has them from 0 to one less. */
      readonly count: number;
      /** The property that says so, undefined where the driver itself does. */
      readonly property: string | undefined;
    };

function countOf({ channels, requests }: DmaControllerNode, { property, otherwise }: ArgumentLimit) {
  const said = property === 'dma-channels' ? channels : property === 'dma-requests' ? requests : undefined;
  return said === undefined ? { count: otherwise, property: undefined } : { count: said, property };
}

/**
 * Why the driver of the controller that an entry names gives no channel for it, whoever asks and whenever; undefined where it may give one:
 * also behind a router, and by a driver that is not known here.
 */
export function specifierFault(board: Board, entry: NonNullable<DmaSpecifier>): SpecifierFault | undefined {
  const { compatible, dmaController } = board.nodes[entry.controller]!;
  const driver = engineDriverOf(compatible ?? [])?.driver;
  const rule = driver === undefined ? undefined : SPECIFIER_RULES.get(driver);
  if (driver === undefined || rule === undefined || dmaController === undefined) return undefined;
  if (dmaController.masters !== undefined) return undefined;
  const { fewest, most, limits } = rule;
  if (entry.cells.length < fewest || entry.cells.length > most)
    return { kind: 'cells', driver, fewest, most };
  for (const limit of limits) {
    const value = entry.cells[limit.argument];
    const { count, property } = countOf(dmaController, limit);
    if (value === undefined || count === undefined || value < count) continue;
    return { kind: 'argument', driver, what: limit.what, value, count, property };
  }
  return undefined;
}
