/**
 * What a kernel does with a tree before its drivers come: which nodes early boot sets up, and which drivers are built in.
 */
import type { Driver } from '../core/world.ts';
import {
  CLOCK_COMPATIBLES,
  CLOCK_DRIVER_COMPATIBLES,
  EARLY_DOMAIN_COMPATIBLES,
  IRQCHIP_COMPATIBLES,
} from './early-compatibles.ts';
import { ENODEV } from './errno.ts';
import { DEFAULT_BUSES } from './of-platform.ts';

export const ENVIRONMENTS = ['arm64', 'arm', 'uml'] as const;
export type EnvironmentName = (typeof ENVIRONMENTS)[number];

export interface Environment {
  /** CONFIG_ARM_AMBA. */
  readonly amba: boolean;
  /** Its drivers of I2C and SPI controllers make devices of their clients. */
  readonly clientBuses: boolean;
  /** Interrupt controllers that of_irq_init() sets up and takes (OF_POPULATED), lower case: no devices are made of them. */
  readonly irqchips: ReadonlySet<string>;
  /** Clock providers that of_clk_init() sets up and takes. */
  readonly clocks: ReadonlySet<string>;
  /** Clock providers that of_clk_init() sets up and that become devices all the same. */
  readonly clockDrivers: ReadonlySet<string>;
  /** Power domain providers that early initcalls set up, and that become devices all the same. */
  readonly domains: ReadonlySet<string>;
  /** Drivers that are there without any module, in the order in which they register after population. */
  readonly drivers: readonly Driver[];
}

const SIMPLE_PM_BUS: Driver = {
  name: 'simple-pm-bus',
  bus: 'platform',
  compatibles: ['simple-pm-bus', ...DEFAULT_BUSES],
  probe: { kind: 'simple-pm-bus' },
};

/** The kernel compares compatibles without regard to case. */
function lowerCaseSet(compatibles: readonly string[]): ReadonlySet<string> {
  return new Set(compatibles.map((compatible) => compatible.toLowerCase()));
}

/** A kernel for boards with early interrupt controllers and clocks. */
const WITH_EARLY_BOOT: Environment = {
  amba: true,
  clientBuses: true,
  irqchips: lowerCaseSet(IRQCHIP_COMPATIBLES),
  clocks: lowerCaseSet(CLOCK_COMPATIBLES),
  clockDrivers: lowerCaseSet(CLOCK_DRIVER_COMPATIBLES),
  domains: lowerCaseSet(EARLY_DOMAIN_COMPATIBLES),
  drivers: [SIMPLE_PM_BUS],
};

/** The User-Mode Linux kernel that the answers in the tests were recorded on: nothing is early, clocks are drivers. */
const UML: Environment = {
  amba: false,
  clientBuses: false,
  irqchips: new Set(),
  clocks: new Set(),
  clockDrivers: new Set(),
  domains: new Set(),
  drivers: [
    SIMPLE_PM_BUS,
    {
      name: 'of_fixed_factor_clk',
      bus: 'platform',
      compatibles: ['fixed-factor-clock'],
      probe: { kind: 'fixed-factor-clock' },
    },
    {
      name: 'of_fixed_clk',
      bus: 'platform',
      compatibles: ['fixed-clock'],
      probe: { kind: 'clock-provider' },
    },
    {
      name: 'gpio-clk',
      bus: 'platform',
      compatibles: ['gpio-mux-clock', 'gpio-gate-clock'],
      // That kernel has no GPIOLIB.
      probe: { kind: 'return', value: -ENODEV },
    },
  ],
};

/** The environments by name; arm differs from arm64 in machine-specific code only, which is not modelled. */
export const ENVIRONMENT: Record<EnvironmentName, Environment> = {
  arm64: WITH_EARLY_BOOT,
  arm: WITH_EARLY_BOOT,
  uml: UML,
};
