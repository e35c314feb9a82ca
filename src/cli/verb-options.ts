/** Options that several verbs have. */
import { KERNEL_VERSIONS } from '../boards/supplier-bindings.ts';
import { FW_DEVLINK_MODES } from '../core/world.ts';
import type { OptionSpec } from './options.ts';

const ENVIRONMENT_CHOICES = ['arm64', 'arm', 'uml'];

/** Options of every verb. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { name: 'help', short: 'h', help: 'explain the verb and its options' },
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    help: 'colour: auto (default), always, never',
  },
  { name: 'quiet', short: 'q', help: 'only the answer: no headings, no progress' },
  { name: 'debug', help: 'print a stack with an error' },
];

export const OUTPUT: OptionSpec = {
  name: 'output',
  short: 'o',
  value: 'FILE',
  help: 'write to FILE instead of standard output',
};
export const JSON_OUTPUT: OptionSpec = {
  name: 'json',
  help: 'the result as JSON; devgraph schema VERB describes it',
};

/** Options of every verb that reads a board. */
export const BOARD_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'fw-devlink',
    value: 'MODE',
    choices: [...FW_DEVLINK_MODES],
    help: 'fw_devlink= of the kernel: off, permissive, on, rpm (default)',
  },
  { name: 'strict', help: 'fw_devlink.strict=1: dmas, iommus and iommu-map make links too' },
  { name: 'overlay', value: 'FILE', repeatable: true, help: 'apply a .dtbo before boot; may be repeated' },
  {
    name: 'environment',
    value: 'NAME',
    choices: ENVIRONMENT_CHOICES,
    help: 'early boot of arm64 (default), arm, or uml',
  },
  {
    name: 'drivers',
    value: 'SET',
    help: 'all (default), none, per-compatible, live (default of a snapshot), or a FILE of compatibles, one a line',
  },
  {
    name: 'dma-links',
    value: 'POLICY',
    help: 'drivers request DMA channels, and requests make these links: none, engine, channel-stateless, at-creation, ... (docs/dma.md)',
  },
  { name: 'after-timeout', help: 'the state after the deferred-probe timeout' },
  {
    name: 'kernel-version',
    value: 'V',
    choices: [...KERNEL_VERSIONS],
    help: 'the kernel whose rules hold: 6.12 (default)',
  },
];

export const PROBE_DRIVERS: OptionSpec = {
  name: 'drivers',
  value: 'SET',
  help: 'all (default), none, per-compatible, live (default of a snapshot), or a FILE of compatibles, one a line; with --kernel: only those',
};

export const FOCUS_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'device',
    value: 'NAME',
    repeatable: true,
    help: 'only this device and what is near it; * is a wildcard; may be repeated',
  },
  { name: 'depth', value: 'N', help: 'how many steps around --device (default 1)' },
];

export const ASYNC: OptionSpec = {
  name: 'async',
  value: 'SET',
  help: 'asynchronous devices: all, none (default), live (default of a snapshot), or a FILE of names, one a line',
};
