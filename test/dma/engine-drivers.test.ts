/** The table of engine drivers against the source of the kernel that the judge is built from, where that is unpacked. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENGINE_DRIVERS, type EngineSleepPhase, engineDriverOf } from '../../src/dma/engine-drivers.ts';

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
});
