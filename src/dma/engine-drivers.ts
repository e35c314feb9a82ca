/**
 * In which phase of system sleep the drivers of DMA engines in Linux 6.12 stop their engine: what they have in place of device
 * links. A fact of each driver's dev_pm_ops; the compatibles are those of its match table.
 */

/** The first phase in which the driver has a callback of its own; `none`: it has none of system sleep. */
export type EngineSleepPhase = 'none' | 'suspend' | 'suspend_late' | 'suspend_noirq';

export interface EngineDriver {
  readonly driver: string;
  readonly sleep: EngineSleepPhase;
  /** It has runtime PM callbacks. */
  readonly runtimePm: boolean;
  readonly compatibles: readonly string[];
}

function row(driver: string, sleep: EngineSleepPhase, pm: 'rpm' | '', compatibles: string): EngineDriver {
  return { driver, sleep, runtimePm: pm === 'rpm', compatibles: compatibles.split(' ') };
}

/** Of drivers/dma, those that a device tree names. */
export const ENGINE_DRIVERS: readonly EngineDriver[] = [
  row('pl330', 'suspend_late', '', 'arm,pl330'),
  row('pl08x', 'none', '', 'arm,pl080 arm,pl081'),
  row('imx-sdma', 'none', '', 'fsl,imx6q-sdma fsl,imx53-sdma fsl,imx51-sdma fsl,imx35-sdma fsl,imx31-sdma'),
  row('imx-sdma', 'none', '', 'fsl,imx25-sdma fsl,imx7d-sdma fsl,imx6ul-sdma fsl,imx8mq-sdma'),
  row('mxs-dma', 'none', '', 'fsl,imx23-dma-apbh fsl,imx23-dma-apbx fsl,imx28-dma-apbh fsl,imx28-dma-apbx'),
  row('fsl-edma', 'suspend_late', '', 'fsl,vf610-edma fsl,ls1028a-edma fsl,imx7ulp-edma fsl,imx8qm-edma'),
  row('fsl-edma', 'suspend_late', '', 'fsl,imx8ulp-edma fsl,imx93-edma3 fsl,imx93-edma4 fsl,imx95-edma5'),
  row('fsl-qdma', 'none', '', 'fsl,ls1021a-qdma'),
  row('bam-dma-engine', 'suspend_late', 'rpm', 'qcom,bam-v1.3.0 qcom,bam-v1.4.0 qcom,bam-v1.7.0'),
  row('gpi', 'none', '', 'qcom,sdm845-gpi-dma qcom,sm6350-gpi-dma qcom,sc7280-gpi-dma'),
  row('gpi', 'none', '', 'qcom,sm8150-gpi-dma qcom,sm8250-gpi-dma qcom,sm8350-gpi-dma'),
  row('gpi', 'none', '', 'qcom,sm8450-gpi-dma'),
  row('xilinx-zynqmp-dma', 'suspend', 'rpm', 'xlnx,zynqmp-dma-1.0 amd,versal2-dma-1.0'),
  row('xilinx-zynqmp-dpdma', 'none', '', 'xlnx,zynqmp-dpdma'),
  row('xilinx-vdma', 'none', '', 'xlnx,axi-dma-1.00.a xlnx,axi-cdma-1.00.a xlnx,axi-vdma-1.00.a'),
  row('rcar-dmac', 'suspend_noirq', 'rpm', 'renesas,rcar-dmac renesas,rcar-gen4-dmac renesas,dmac-r8a779a0'),
  row('usb-dmac', 'suspend_noirq', 'rpm', 'renesas,usb-dmac'),
  row('rz-dmac', 'none', '', 'renesas,rz-dmac'),
  row('sun6i-dma', 'none', '', 'allwinner,sun6i-a31-dma allwinner,sun8i-a23-dma allwinner,sun8i-a83t-dma'),
  row('sun6i-dma', 'none', '', 'allwinner,sun8i-h3-dma allwinner,sun8i-v3s-dma allwinner,sun20i-d1-dma'),
  row('sun6i-dma', 'none', '', 'allwinner,sun50i-a64-dma allwinner,sun50i-a100-dma allwinner,sun50i-h6-dma'),
  row('sun4i-dma', 'none', '', 'allwinner,sun4i-a10-dma'),
  row('bcm2835-dma', 'none', '', 'brcm,bcm2835-dma'),
  row('ti-udma', 'suspend_late', '', 'ti,am654-navss-main-udmap ti,am654-navss-mcu-udmap'),
  row('ti-udma', 'suspend_late', '', 'ti,j721e-navss-main-udmap ti,j721e-navss-mcu-udmap'),
  row('ti-udma', 'suspend_late', '', 'ti,am64-dmss-bcdma ti,am64-dmss-pktdma ti,am62a-dmss-bcdma-csirx'),
  row('ti-udma', 'suspend_late', '', 'ti,j721s2-dmss-bcdma-csi'),
  row('edma', 'suspend_late', '', 'ti,edma3 ti,edma3-tpcc'),
  row(
    'tegra-apbdma',
    'suspend',
    'rpm',
    'nvidia,tegra148-apbdma nvidia,tegra114-apbdma nvidia,tegra30-apbdma',
  ),
  row('tegra-apbdma', 'suspend', 'rpm', 'nvidia,tegra20-apbdma'),
  row('tegra-adma', 'suspend_late', 'rpm', 'nvidia,tegra210-adma nvidia,tegra186-adma'),
  row('tegra-gpcdma', 'suspend', '', 'nvidia,tegra186-gpcdma nvidia,tegra194-gpcdma nvidia,tegra234-gpcdma'),
  row('stm32-dma', 'suspend', 'rpm', 'st,stm32-dma'),
  row('stm32-dma3', 'suspend', 'rpm', 'st,stm32mp25-dma3'),
  row('stm32-mdma', 'suspend', 'rpm', 'st,stm32h7-mdma'),
  row('dw_dmac', 'suspend_late', '', 'snps,dma-spear1340 renesas,rzn1-dma'),
  row('dw_axi_dmac_platform', 'suspend', 'rpm', 'snps,axi-dma-1.01a intel,kmb-axi-dma'),
  row('dw_axi_dmac_platform', 'suspend', 'rpm', 'starfive,jh7110-axi-dma starfive,jh8100-axi-dma'),
  row('k3-dma', 'suspend', '', 'hisilicon,k3-dma-1.0 hisilicon,hisi-pcm-asp-dma-1.0'),
  row('mtk_uart_apdma', 'suspend', 'rpm', 'mediatek,mt6577-uart-dma'),
  row('mtk_cqdma', 'none', '', 'mediatek,mt6765-cqdma'),
  row('at_xdmac', 'suspend_late', 'rpm', 'atmel,sama5d4-dma microchip,sama7g5-dma'),
  row('sprd-dma', 'none', 'rpm', 'sprd,sc9860-dma'),
  row('dma40', 'suspend_late', 'rpm', 'stericsson,dma40'),
  row('mv_xor', 'suspend', '', 'marvell,orion-xor marvell,armada-380-xor marvell,armada-3700-xor'),
  row('apple-admac', 'none', '', 'apple,t8103-admac apple,admac'),
];

const BY_COMPATIBLE = new Map(
  ENGINE_DRIVERS.flatMap((driver) => driver.compatibles.map((compatible) => [compatible, driver] as const)),
);

/** The driver in Linux 6.12 of an engine with these compatibles, by the first one that has any; undefined for one not known here. */
export function engineDriverOf(compatibles: readonly string[]): EngineDriver | undefined {
  for (const compatible of compatibles) {
    const driver = BY_COMPATIBLE.get(compatible.toLowerCase());
    if (driver !== undefined) return driver;
  }
  return undefined;
}
