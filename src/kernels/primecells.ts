/**
 * Drivers of the AMBA bus. They match by the peripheral id in the hardware, not by compatible, so neither the tables of an image nor
 * the `of:` aliases of modules name them; the kernel's configuration tells whether they are there.
 */

/** A driver, its option and the module that it is when the option is m. */
interface PrimecellDriver {
  readonly name: string;
  readonly option: string;
  readonly module: string;
  readonly compatibles: readonly string[];
}

/** Drivers with an amba_driver, from drivers/ and sound/ of Linux 6.12. */
const PRIMECELL_DRIVERS: readonly PrimecellDriver[] = [
  { name: 'uart-pl011', option: 'SERIAL_AMBA_PL011', module: 'amba_pl011', compatibles: ['arm,pl011'] },
  { name: 'uart-pl010', option: 'SERIAL_AMBA_PL010', module: 'amba_pl010', compatibles: ['arm,pl010'] },
  { name: 'pl061_gpio', option: 'GPIO_PL061', module: 'gpio_pl061', compatibles: ['arm,pl061'] },
  { name: 'dma-pl330', option: 'PL330_DMA', module: 'pl330', compatibles: ['arm,pl330'] },
  { name: 'pl08xdmac', option: 'AMBA_PL08X', module: 'amba_pl08x', compatibles: ['arm,pl080', 'arm,pl081'] },
  { name: 'ssp-pl022', option: 'SPI_PL022', module: 'spi_pl022', compatibles: ['arm,pl022'] },
  { name: 'rtc-pl031', option: 'RTC_DRV_PL031', module: 'rtc_pl031', compatibles: ['arm,pl031'] },
  { name: 'rtc-pl030', option: 'RTC_DRV_PL030', module: 'rtc_pl030', compatibles: ['arm,pl030'] },
  { name: 'kmi-pl050', option: 'SERIO_AMBAKMI', module: 'ambakmi', compatibles: ['arm,pl050'] },
  {
    name: 'drm-clcd-pl111',
    option: 'DRM_PL111',
    module: 'pl111_drm',
    compatibles: ['arm,pl110', 'arm,pl111'],
  },
  {
    name: 'mmci-pl18x',
    option: 'MMC_ARMMMCI',
    module: 'mmci',
    compatibles: ['arm,pl180', 'arm,pl181', 'arm,pl18x'],
  },
  { name: 'sp805-wdt', option: 'ARM_SP805_WATCHDOG', module: 'sp805_wdt', compatibles: ['arm,sp805'] },
  {
    name: 'coresight-etm4x',
    option: 'CORESIGHT_SOURCE_ETM4X',
    module: 'coresight_etm4x',
    compatibles: ['arm,coresight-etm4x'],
  },
  {
    name: 'coresight-tmc',
    option: 'CORESIGHT_LINK_AND_SINK_TMC',
    module: 'coresight_tmc',
    compatibles: ['arm,coresight-tmc'],
  },
  {
    name: 'coresight-funnel',
    option: 'CORESIGHT_LINKS_AND_SINKS',
    module: 'coresight_funnel',
    compatibles: ['arm,coresight-dynamic-funnel'],
  },
  {
    name: 'coresight-replicator',
    option: 'CORESIGHT_LINKS_AND_SINKS',
    module: 'coresight_replicator',
    compatibles: ['arm,coresight-dynamic-replicator'],
  },
  {
    name: 'coresight-cpu-debug',
    option: 'CORESIGHT_CPU_DEBUG',
    module: 'coresight_cpu_debug',
    compatibles: ['arm,coresight-cpu-debug'],
  },
  {
    name: 'coresight-stm',
    option: 'CORESIGHT_STM',
    module: 'coresight_stm',
    compatibles: ['arm,coresight-stm'],
  },
  {
    name: 'coresight-tpiu',
    option: 'CORESIGHT_SINK_TPIU',
    module: 'coresight_tpiu',
    compatibles: ['arm,coresight-tpiu'],
  },
  {
    name: 'coresight-etb10',
    option: 'CORESIGHT_SINK_ETBV10',
    module: 'coresight_etb10',
    compatibles: ['arm,coresight-etb10'],
  },
  {
    name: 'coresight-catu',
    option: 'CORESIGHT_CATU',
    module: 'coresight_catu',
    compatibles: ['arm,coresight-catu'],
  },
  { name: 'mhu', option: 'ARM_MHU', module: 'arm_mhu', compatibles: ['arm,mhu'] },
  { name: 'mhu-doorbell', option: 'ARM_MHU', module: 'arm_mhu_db', compatibles: ['arm,mhu-doorbell'] },
  {
    name: 'arm-mhuv2',
    option: 'ARM_MHU_V2',
    module: 'arm_mhuv2',
    compatibles: ['arm,mhuv2-tx', 'arm,mhuv2-rx'],
  },
  { name: 'pl353-smc', option: 'PL353_SMC', module: 'pl353_smc', compatibles: ['arm,pl353-smc-r2p1'] },
  {
    name: 'memory-pl172',
    option: 'ARM_PL172_MPMC',
    module: 'pl172',
    compatibles: ['arm,pl172', 'arm,pl175'],
  },
  {
    name: 'coresight-etm3x',
    option: 'CORESIGHT_SOURCE_ETM3X',
    module: 'coresight_etm3x',
    compatibles: ['arm,coresight-etm3x'],
  },
  {
    name: 'coresight-tpdm',
    option: 'CORESIGHT_TPDM',
    module: 'coresight_tpdm',
    compatibles: ['qcom,coresight-tpdm'],
  },
  {
    name: 'coresight-tpda',
    option: 'CORESIGHT_TPDA',
    module: 'coresight_tpda',
    compatibles: ['qcom,coresight-tpda'],
  },
  {
    name: 'coresight-cti',
    option: 'CORESIGHT_CTI',
    module: 'coresight_cti',
    compatibles: ['arm,coresight-cti'],
  },
];

/** Compatibles of AMBA drivers by where a configuration puts them. `config` is the text of a .config file. */
export function primecellDrivers(config: string): {
  readonly builtin: readonly { readonly name: string; readonly compatibles: readonly string[] }[];
  /** By name of the module. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
} {
  const values = new Map(
    [...config.matchAll(/^CONFIG_(\w+)=([ym])$/gm)].map(([, name, value]) => [name!, value!]),
  );
  const chosen = (value: string) => PRIMECELL_DRIVERS.filter(({ option }) => values.get(option) === value);
  return {
    builtin: chosen('y').map(({ name, compatibles }) => ({ name, compatibles })),
    modules: new Map(chosen('m').map(({ module, compatibles }) => [module, compatibles])),
  };
}
