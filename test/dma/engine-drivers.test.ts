/** The table of engine drivers against the source of the kernel that the judge is built from, where that is unpacked. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINE_DRIVERS, type EngineSleepPhase, engineDriverOf } from '../../src/dma/engine-drivers.ts';
import { SPECIFIER_RULES } from '../../src/dma/engine-specifiers.ts';

function unpackedDrivers(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'devgraph');
  if (!existsSync(cache)) return undefined;
  return readdirSync(cache)
    .map((name) => join(cache, name, 'source/drivers/dma'))
    .find((folder) => existsSync(join(folder, 'imx-sdma.c')));
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.c') ? [readFileSync(path, 'latin1')] : [];
  });
}

function phaseIn(source: string): EngineSleepPhase {
  if (/NOIRQ_SYSTEM_SLEEP_PM_OPS|\.suspend_noirq\s*=/.test(source)) return 'suspend_noirq';
  if (/LATE_SYSTEM_SLEEP_PM_OPS|\.suspend_late\s*=/.test(source)) return 'suspend_late';
  return /SYSTEM_SLEEP_PM_OPS|SIMPLE_DEV_PM_OPS|\.suspend\s*=/.test(source) ? 'suspend' : 'none';
}

/** Constants below which xlate functions want an argument. */
const LIMITS: Readonly<Record<string, RegExp>> = {
  gpi: /MAX_CHANNELS_PER_GPII\s+\((\w+)\)/,
  'xilinx-zynqmp-dpdma': /chan\[(XILINX_DPDMA_NUM_CHAN|\d+)\]/,
  'tegra-apbdma': /TEGRA_APBDMA_CSR_REQ_SEL_MASK\s+(\w+)/,
  'stm32-dma': /STM32_DMA_MAX_CHANNELS\s+(\w+)/,
  'stm32-mdma': /STM32_MDMA_MAX_REQUESTS\s+(\w+)/,
  mtk_uart_apdma: /MTK_UART_APDMA_NR_VCHANS\s+(\w+)/,
  mtk_cqdma: /MTK_CQDMA_NR_VCHANS\s+(\w+)/,
};

const folder = unpackedDrivers();
if (folder === undefined)
  console.warn('skipped: engine drivers against the kernel: its source is not unpacked (npm run kernel)');

describe('the table of engine drivers', () => {
  it('is asked by the first compatible that has a driver, whatever its case', () => {
    expect(engineDriverOf(['fsl,imx8mp-sdma', 'fsl,imx8mq-sdma'])).toMatchObject({
      driver: 'imx-sdma',
      sleep: 'none',
    });
    expect(engineDriverOf(['ARM,PL330'])?.sleep).toBe('suspend_late');
    expect(engineDriverOf(['test,dma', 'constructor'])).toBeUndefined();
  });

  it.skipIf(folder === undefined)(
    'says of each compatible what the driver that names it has, in Linux 6.12',
    () => {
      const files = sources(folder!);
      // AMBA drivers match by peripheral id and name no compatible; the crossbar of edma names its engine.
      const byId: Record<string, RegExp> = { pl330: /"dma-pl330"/, pl08x: /"pl08xdmac"/, edma: /edma_tptc/ };
      const wrong = ENGINE_DRIVERS.flatMap(({ driver, sleep, runtimePm, compatibles }) =>
        compatibles.flatMap((compatible) => {
          const naming = files.filter((source) =>
            byId[driver] === undefined
              ? source.includes(`"${compatible}"`) && !/route_allocate|"st,stm32h7-dmamux"/.test(source)
              : byId[driver].test(source),
          );
          const [source] = naming;
          if (source === undefined || naming.length > 1) return [`${compatible}: ${naming.length} drivers`];
          const found = { sleep: phaseIn(source), runtimePm: source.includes('RUNTIME_PM_OPS(') };
          return found.sleep === sleep && found.runtimePm === runtimePm
            ? []
            : [`${compatible}: ${JSON.stringify(found)}`];
        }),
      );
      expect(wrong).toEqual([]);
    },
  );

  it.skipIf(folder === undefined)(
    'says how many cells and which numbers the of_xlate of each driver takes',
    () => {
      const files = sources(folder!);
      const wrong = [...SPECIFIER_RULES].flatMap(([driver, { fewest, most, limits }]) => {
        const compatible = ENGINE_DRIVERS.find((each) => each.driver === driver)!.compatibles[0]!;
        const byId: Record<string, string> = { pl330: 'dma-pl330', pl08x: 'pl08xdmac', edma: 'edma_tptc' };
        const source = files.find(
          (text) =>
            text.includes(byId[driver] ?? `"${compatible}"`) &&
            !/route_allocate|"st,stm32h7-dmamux"/.test(text),
        )!;
        const checked = [...source.matchAll(/(?:->args_|\bint |\()count (!=|<) (\d+)/g)].map(([, , count]) =>
          Number(count),
        );
        const isOne = /of_dma_xlate_by_chan_id|of_dma_simple_xlate/.test(source) && driver !== 'k3-dma';
        const faults: string[] = [];
        if (!isOne && fewest > 0 && !checked.includes(fewest))
          faults.push(`${driver} does not compare with ${fewest}`);
        if (!isOne && fewest === 0 && checked.length > 0) faults.push(`${driver} compares with ${checked}`);
        if (isOne && (fewest !== 1 || most !== 1)) faults.push(`${driver} takes one`);
        for (const { property, otherwise } of limits) {
          if (property !== undefined && !source.includes(`"${property}"`))
            faults.push(`${driver} reads no ${property}`);
          const constant = LIMITS[driver]?.exec(source)?.[1];
          const value = Number(constant) + (driver === 'tegra-apbdma' ? 1 : 0);
          if (otherwise !== undefined && !Number.isNaN(value) && value !== otherwise)
            faults.push(`${driver}: ${constant}`);
          if (otherwise !== undefined && constant === undefined) faults.push(`${driver}: no constant`);
        }
        return faults;
      });
      expect(wrong).toEqual([]);
    },
  );
});
