/** Results written by hand, small enough to know by heart; and results of the bundled boards. */
import fc from 'fast-check';
import { it } from 'vitest';
import { checkBoard } from '../../src/analysis/check-board.ts';
import { type CheckResult, checkResult } from '../../src/analysis/check-result.ts';
import type { Finding } from '../../src/analysis/finding.ts';
import { type LinksResult, linksOf } from '../../src/analysis/links.ts';
import { type OrderResult, orderOf } from '../../src/analysis/order.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';

export const EXAMPLE_BOARDS = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'] as const;

/** A UART and an MMC host on a bus, a clock beside it, a display that waits, and a pair of codecs on a cycle. */
export const LINKS: LinksResult = {
  version: 1,
  kernel: '6.12',
  devices: [
    { id: 'platform:soc', name: 'soc', bus: 'platform', node: '/soc', parent: null, driver: 'simple-pm-bus' },
    {
      id: 'platform:7000.mmc',
      name: '7000.mmc',
      bus: 'platform',
      node: '/soc/mmc@7000',
      parent: 'platform:soc',
      driver: null,
    },
    {
      id: 'amba:8000.serial',
      name: '8000.serial',
      bus: 'amba',
      node: '/soc/serial@8000',
      parent: 'platform:soc',
      driver: null,
    },
    { id: 'platform:osc', name: 'osc', bus: 'platform', node: '/osc', parent: null, driver: null },
  ],
  links: [
    {
      supplier: 'platform:osc',
      consumer: 'platform:7000.mmc',
      status: 'dormant',
      flags: ['PM_RUNTIME', 'AUTOPROBE_CONSUMER', 'MANAGED', 'INFERRED'],
      causes: [
        { property: 'clocks', consumerNode: '/soc/mmc@7000', supplierNode: '/osc' },
        { property: 'resets', consumerNode: '/soc/mmc@7000', supplierNode: '/osc' },
      ],
    },
    {
      supplier: 'platform:osc',
      consumer: 'platform:soc',
      status: 'dormant',
      flags: ['MANAGED', 'SYNC_STATE_ONLY', 'INFERRED'],
      causes: [{ property: 'clocks', consumerNode: '/soc/mmc@7000/card', supplierNode: '/osc' }],
    },
    {
      supplier: 'platform:7000.mmc',
      consumer: 'amba:8000.serial',
      status: 'dormant',
      flags: ['MANAGED', 'SYNC_STATE_ONLY', 'INFERRED', 'CYCLE'],
      causes: [{ property: 'phys', consumerNode: '/soc/serial@8000', supplierNode: '/soc/mmc@7000' }],
    },
  ],
  waiting: [{ device: 'platform:7000.mmc', nodes: ['/gpio/pins'] }],
  cycles: [['/soc/serial@8000', '/soc/mmc@7000']],
};

const ORDER_OF_SUSPEND = ['amba:8000.serial', 'platform:7000.mmc', 'platform:soc', 'platform:osc'];

/** The order of the same four: the MMC host uses the UART (so to speak) without a link, and is asynchronous. */
export const ORDER: OrderResult = {
  version: 1,
  kernel: '6.12',
  suspend: ORDER_OF_SUSPEND,
  resume: ORDER_OF_SUSPEND.toReversed(),
  steps: ORDER_OF_SUSPEND.map((device) => ({
    device,
    reason: 'registered here',
    asynchronous: device === 'platform:7000.mmc',
    mayBeOvertakenBy: [],
  })),
  luck: [
    {
      first: 'amba:8000.serial',
      second: 'platform:7000.mmc',
      reason: 'dmas in /soc/mmc@7000 makes no device link; the supplier is suspended before its consumer',
      consumer: 'platform:7000.mmc',
      supplier: 'amba:8000.serial',
      property: 'dmas',
      node: '/soc/mmc@7000',
      kind: 'against',
      because: 'optional',
    },
  ],
  deadlocks: [],
  graph: {
    suspend: ['amba:8000.serial', 'platform:7000.mmc', 'platform:osc', 'platform:soc'],
    longestChain: 2,
    pairs: 6,
    orderedPairs: 2,
    swappedPairs: 1,
    contradicted: [],
    broken: [],
  },
  phases: [],
  phasesKnown: false,
};

/** A finding about a name from outside, wherever a name can stand. */
export function findingAbout(name: string, overrides: Partial<Finding> = {}): Finding {
  return {
    rule: 'dma-client-unlinked',
    severity: 'warning',
    subject: `${name} -> dma`,
    message: `dmas in ${name} makes no device link`,
    place: { input: `${name}.dtb`, node: `/soc/${name}`, property: name },
    devices: [`platform:${name}`, 'platform:dma'],
    evidence: [`&{/soc/${name}} { };`, name],
    key: `${name} dma`,
    ...overrides,
  };
}

/** A result of one board and these findings. */
export function resultWith(findings: readonly Finding[], parts: Partial<CheckResult> = {}): CheckResult {
  return checkResult({
    kernel: '6.12',
    fwDevlink: 'rpm',
    context: 'Linux 6.12, fw_devlink=rpm, arm64, drivers none',
    boards: [{ input: 'board.dtb', model: 'A board', devices: 4, links: 3 }],
    logs: [],
    accepted: 0,
    stale: 0,
    ...parts,
    findings,
  });
}

/** A board with an error, two warnings of one rule and a note, and two logs with one finding that has a line. */
export const CHECK: CheckResult = resultWith(
  [
    findingAbout('7000.mmc', {
      place: { input: 'board.dtb', node: '/soc/mmc@7000', property: 'dmas' },
      evidence: [],
    }),
    findingAbout('8000.serial', {
      place: { input: 'board.dtb', node: '/soc/serial@8000', property: 'dmas' },
    }),
    {
      rule: 'supplier-disabled',
      severity: 'note',
      subject: 'osc -> /dsi',
      message: 'clocks in /osc names a supplier that is disabled',
      place: { input: 'board.dtb', node: '/osc', property: 'clocks' },
      devices: ['platform:osc'],
      evidence: [],
      key: '/osc clocks /dsi',
    },
    {
      rule: 'callback-failed',
      severity: 'error',
      subject: '7000.mmc',
      message: 'suspend returned -16 (EBUSY)',
      place: { input: 'logs/second.dmesg', line: 42 },
      devices: ['platform:7000.mmc'],
      evidence: [],
      key: '7000.mmc suspend -16',
    },
  ],
  {
    logs: ['logs/first.dmesg', 'logs/second.dmesg'].map((input) => ({
      input,
      format: 'dmesg',
      lines: 100,
      skipped: 0,
      lost: 0,
      droppedCallbacks: 0,
      droppedRuntimeEvents: 0,
      findingsLeftOut: 0,
      cycles: 1,
      callbacks: 8,
      runtimeEvents: 0,
      unknown: [],
      devicesOnBoard: ['platform:7000.mmc'],
      devicesNotOnBoard: [],
    })),
  },
);

/** What the analyses say of a bundled board. */
export function exampleResults(name: string): { links: LinksResult; order: OrderResult; check: CheckResult } {
  const world = bootBoard(readDeviceTree(exampleBoard(name), { input: name }));
  const links = linksOf(world);
  const boards = [
    {
      input: name,
      model: world.board.model ?? null,
      devices: links.devices.length,
      links: links.links.length,
    },
  ];
  return { links, order: orderOf(world), check: resultWith(checkBoard(world), { boards }) };
}

/** The hand-made links with this name for every device, property and node. */
export function linksNamed(name: string): LinksResult {
  return {
    ...LINKS,
    devices: LINKS.devices.map((device) => ({ ...device, id: `${device.id}${name}`, name, parent: null })),
    links: LINKS.links.map((link) => ({
      ...link,
      supplier: `${link.supplier}${name}`,
      consumer: `${link.consumer}${name}`,
      causes: [{ property: name, consumerNode: name, supplierNode: name }],
    })),
    waiting: [{ device: `platform:soc${name}`, nodes: [`/waited${name}`] }],
  };
}

/** The hand-made order for {@link linksNamed}. */
export function orderNamed(name: string): OrderResult {
  return {
    ...ORDER,
    suspend: ORDER.suspend.map((id) => id + name),
    steps: ORDER.steps.map((step) => ({ ...step, device: step.device + name, reason: name })),
    luck: ORDER.luck.map((pair) => ({
      ...pair,
      consumer: pair.consumer + name,
      supplier: pair.supplier + name,
      property: name,
    })),
  };
}

/** Names that mean something in one of the formats, or are not even text. */
export const HOSTILE_NAMES = [
  '',
  ' ',
  '"',
  '\\',
  '\\\\',
  'x\\',
  '\\"',
  '\\N',
  '\\n',
  'a\nb',
  '\r\n',
  '&',
  '&lt;',
  '&amp;',
  '<script>alert(1)</script>',
  '<!--',
  ']]>',
  "'",
  '#',
  '#60;',
  '#quot;',
  '`',
  '**b**',
  '1. x',
  '- x',
  '__proto__',
  'constructor',
  'end',
  'graph',
  '"]-->x',
  '%%',
  '%0A',
  '::error::x',
  ',:',
  '{0}',
  '{{',
  '}',
  '[x](https://example.com)',
  '](',
  '# SKIP',
  'not ok 1 x',
  '1..0',
  '$$x$$',
  'fa:fa-car',
  ':::',
  '\u0000',
  '\u001b[31m',
  '\u202eabc',
  '\ud800',
  '\udc00',
  '\ufffe',
  '\uffff',
  '\u{1f600}',
  '\u{10ffff}',
  'é',
  '日本',
  'x'.repeat(1000),
];

/** One test for each hostile name and one for any: `what` a format does with a name as it is. */
export function itHoldsForNames(what: string, holds: (name: string) => void): void {
  it.each(HOSTILE_NAMES)(`${what} %j`, (name) => {
    holds(name);
  });

  it(`${what} any name`, () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), holds));
  });
}
