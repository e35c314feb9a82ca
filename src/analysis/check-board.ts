/**
 * The static rules of `check`: what a board says about itself before anything runs.
 */
import type { BoardReference, ReferenceProblem } from '../core/board.ts';
import type { World } from '../core/world.ts';
import { sleepDeadlocks } from '../pm/index.ts';
import { type CycleEdge, type Tangle, tanglesOf } from './cycles.ts';
import {
  isAvailableUpwards,
  nearestDevice,
  type UnlinkedBecause,
  unlinkedDependencies,
} from './dependencies.ts';
import { disabledSuppliers } from './disabled-suppliers.ts';
import { dmaEntryProblems } from './dma-entries.ts';
import type { Finding, Severity } from './finding.ts';
import { deadlockRow, type LuckyPair, luckyPairs } from './order.ts';
import { RULES, type RuleName } from './rules.ts';
import { idOf, nameOf, referenceText } from './words.ts';

type Draft = Omit<Finding, 'rule' | 'severity' | 'place' | 'key' | 'evidence' | 'devices'> & {
  readonly node?: string;
  readonly property?: string;
  readonly key: string;
  readonly evidence?: readonly string[];
  readonly devices?: readonly string[];
  /** Where it differs from the rule's. */
  readonly severity?: Severity;
};

function finding(world: World, rule: RuleName, draft: Draft): Finding {
  const { node, property, evidence = [], devices = [], ...rest } = draft;
  return {
    rule,
    severity: RULES[rule].severity,
    ...rest,
    place: {
      input: world.board.input,
      ...(node !== undefined && { node }),
      ...(property !== undefined && { property }),
    },
    devices,
    evidence,
  };
}

function pathOf(world: World, node: number): string {
  return world.board.nodes[node]!.path;
}

/** Properties whose supplier's driver may add a link of its own when the consumer probes. */
const LINKED_BY_DRIVERS: Record<string, string> = {
  iommus: 'some IOMMU drivers add a link when the client probes',
  'iommu-map': 'some IOMMU drivers add a link when the client probes',
};

/**
 * Properties whose supplier the consumer's driver asks for when it probes: until it is bound the consumer is deferred, and the retry
 * puts it behind. The model's probes succeed at once.
 */
const ASKED_FOR_AT_PROBE: ReadonlySet<string> = new Set([
  ...['sound-dai', 'mmc-pwrseq', 'ddc-i2c-bus', 'i2c-bus', 'i2c-parent', 'mdio-parent-bus', 'iommu-map'],
]);

/** Before drivers the list is as good as a toss of a coin; with them it is the list that a booted board has. */
function severityOf(world: World, { kind, property }: LuckyPair): Pick<Draft, 'severity'> {
  const stands = kind === 'against' && property !== 'dmas' && haveDriversCome(world);
  return stands && !ASKED_FOR_AT_PROBE.has(property) ? { severity: 'warning' } : {};
}

/** Pairs of devices that a reference ties and no link does. Pairs on a cycle are told with their cycle. */
function unlinkedFindings(world: World): Finding[] {
  const lucky = new Map(
    luckyPairs(world).map((pair) => [`${pair.consumer} ${pair.supplier} ${pair.property}`, pair]),
  );
  const findings: Finding[] = [];
  for (const { consumer, supplier, reference, because } of unlinkedDependencies(world)) {
    if (because === 'cycle') continue;
    const ids = [idOf(world, consumer), idOf(world, supplier)] as const;
    const pair = lucky.get(`${ids[0]} ${ids[1]} ${reference.property}`);
    const isDma = reference.property === 'dmas';
    if (pair === undefined && !isDma) continue;
    const rule = isDma
      ? 'dma-client-unlinked'
      : pair!.kind === 'against'
        ? 'order-against-dependency'
        : 'order-by-luck';
    findings.push(
      finding(world, rule, {
        // Ordered all the same: no harm today.
        ...(pair === undefined ? { severity: 'note' as const } : severityOf(world, pair)),
        subject: `${nameOf(world, consumer)} -> ${nameOf(world, supplier)}`,
        message: unlinkedText(world, reference, because, pair),
        node: pathOf(world, reference.consumer),
        property: reference.property,
        devices: [...ids],
        key: `${ids[0]} ${ids[1]} ${reference.property}`,
      }),
    );
  }
  return findings;
}

const WHY_UNLINKED: Record<UnlinkedBecause, string> = {
  optional: 'optional supplier',
  'not followed': 'unknown to fw_devlink',
  cycle: 'on a cycle',
  mode: 'by the fw_devlink mode',
};

/** Whether the world was booted with drivers beyond those that every kernel has built in. */
function haveDriversCome({ drivers }: World): boolean {
  return drivers.some(
    ({ matchesAll, probe: { kind } }) => matchesAll === true || kind === 'typical' || kind === 'populate',
  );
}

function unlinkedText(
  world: World,
  reference: BoardReference,
  because: UnlinkedBecause,
  pair: LuckyPair | undefined,
): string {
  const what = `${referenceText(world, reference)} makes no device link (${WHY_UNLINKED[because]})`;
  if (pair === undefined) return `${what}; another path of links and parents orders the two`;
  const drivers = LINKED_BY_DRIVERS[reference.property];
  const first = pair.kind === 'against' ? 'supplier' : 'consumer';
  const isBooted = haveDriversCome(world);
  const when = isBooted ? 'once booted' : 'before drivers come';
  const order = `nothing orders the two, and ${when} the ${first} is suspended first`;
  const asked =
    isBooted && pair.kind === 'against' && ASKED_FOR_AT_PROBE.has(reference.property)
      ? '; a driver that waits for it when it probes is put in order by its deferral'
      : '';
  return `${what}; ${drivers === undefined ? '' : `${drivers}; `}${order}${asked}`;
}

/** Relaxed edges and fixes of one tangle that are listed; the rest is counted. */
const LISTED_EDGES = 8;
const LISTED_FIXES = 3;

function edgeText({ from, to, properties }: CycleEdge): string {
  return `${from} -> ${to}: ${properties.join(', ')}`;
}

function tangleFinding(world: World, tangle: Tangle): Finding {
  // What the board loses: edges that are no graph ends, which every display pipeline has.
  const lost = tangle.relaxed.filter(
    ({ from, to, properties }) =>
      from !== to && properties.some((property) => property !== 'remote-endpoint'),
  );
  const fixes = [
    ...new Set(tangle.cycles.filter((cycle) => !cycle.expected).flatMap((cycle) => cycle.fixes.slice(0, 1))),
  ];
  const shown = lost.slice(0, LISTED_EDGES).map((edge) => `relaxed: ${edgeText(edge)}`);
  if (lost.length > shown.length) shown.push(`and ${lost.length - shown.length} more`);
  const nodes = new Set(tangle.cycles.flatMap((cycle) => cycle.edges.map((edge) => edge.from)));
  const [first] = lost;
  return finding(world, 'cycle-relaxed', {
    subject: `${first!.from} -> ${first!.to}`,
    message: `${nodes.size} nodes depend on each other in ${tangle.cycles.length === 1 ? 'a cycle' : `${tangle.cycles.length} cycles`}; these references order neither probe nor suspend`,
    node: first!.from,
    key: [...nodes].sort().join(' '),
    evidence:
      fixes.length === 0
        ? shown
        : [
            ...shown,
            'opened by a line below, if that driver probes without that supplier:',
            ...fixes.slice(0, LISTED_FIXES),
          ],
    devices: tangle.devices,
  });
}

/** A finding for each tangle of cycles, and one note that counts the cycles that are there by design. */
function cycleFindings(world: World): Finding[] {
  const tangles = tanglesOf(world);
  const findings = tangles.filter((tangle) => !tangle.expected).map((tangle) => tangleFinding(world, tangle));
  const expected = tangles.filter((tangle) => tangle.expected).flatMap((tangle) => tangle.cycles);
  if (expected.length > 0) {
    findings.push(
      finding(world, 'cycle-relaxed', {
        severity: 'note',
        subject: `${expected.length} by design`,
        message: `${expected.length === 1 ? 'a cycle' : 'cycles'} of graph ends, of a node and a part of itself, or of nodes set up by early boot, that ${expected.length === 1 ? 'costs' : 'cost'} nothing; devgraph links lists ${expected.length === 1 ? 'it' : 'them'}`,
        key: 'by design',
      }),
    );
  }
  return findings;
}

const PROBLEM_RULES: Record<ReferenceProblem['kind'], RuleName> = {
  dangling: 'phandle-dangling',
  truncated: 'phandle-list-truncated',
  'no-cells': 'phandle-cells-missing',
  empty: 'phandle-empty-hides',
  unresolved: 'interrupt-unresolved',
  endless: 'interrupt-unresolved',
};

function problemText(world: World, problem: ReferenceProblem): string {
  const entry = `entry ${problem.entry} of ${problem.property}`;
  const provider = problem.supplier === undefined ? '' : pathOf(world, problem.supplier);
  switch (problem.kind) {
    case 'dangling':
      return `${entry} is phandle 0x${(problem.phandle ?? 0).toString(16)}, which no node has`;
    case 'truncated':
      return `${entry} needs ${problem.wanted} ${problem.wanted === 1 ? 'cell' : 'cells'} by ${problem.cells} of ${provider}, the list has ${problem.found} left`;
    case 'no-cells':
      return `${entry} names ${provider}, which has no ${problem.cells}`;
    case 'empty':
      return `${entry} is empty; ${problem.hidden} later ${problem.hidden === 1 ? 'entry makes' : 'entries make'} no link`;
    case 'unresolved':
      return `${entry} ends at no interrupt controller`;
    case 'endless':
      return `${entry}: the walk never ends (#interrupt-cells is 0, or interrupt parents or maps form a loop); the kernel hangs here`;
  }
}

function problemFindings(world: World): Finding[] {
  return world.board.nodes.flatMap((node, index) => {
    if (node.problems.length === 0 || !isAvailableUpwards(world, index)) return [];
    const device = nearestDevice(world, index);
    return node.problems.map((problem) =>
      finding(world, PROBLEM_RULES[problem.kind], {
        subject: node.path,
        message: problemText(world, problem),
        node: node.path,
        property: problem.property,
        key: `${node.path} ${problem.property} ${problem.entry}`,
        devices: device < 0 ? [] : [idOf(world, device)],
      }),
    );
  });
}

/** DMA channels that cannot be had as the tree has them. */
function dmaEntryFindings(world: World): Finding[] {
  return world.board.nodes.flatMap((node, index) => {
    if (node.dmaClient === undefined || !isAvailableUpwards(world, index)) return [];
    const device = nearestDevice(world, index);
    return dmaEntryProblems(world.board, node).map(({ rule, property, entry, message }) =>
      finding(world, rule, {
        subject: node.path,
        message,
        node: node.path,
        property,
        key: `${node.path} ${property}${entry < 0 ? '' : ` ${entry}`}`,
        devices: device < 0 ? [] : [idOf(world, device)],
      }),
    );
  });
}

/** References of enabled devices to nodes that are disabled, themselves or above. */
function disabledFindings(world: World): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { consumer, reference, disabled } of disabledSuppliers(world)) {
    const device = world.devices[consumer]!;
    const node = pathOf(world, device.node);
    const supplier = pathOf(world, reference.supplier);
    const key = `${node} ${reference.property} ${supplier}`;
    if (findings.has(key)) continue;
    findings.set(
      key,
      finding(world, 'supplier-disabled', {
        subject: `${device.name} -> ${supplier}`,
        message: `${referenceText(world, reference)} names a supplier that is disabled (status of ${pathOf(world, disabled)}); the kernel forgets the dependency`,
        node,
        property: reference.property,
        key,
        devices: [`${device.bus}:${device.name}`],
      }),
    );
  }
  return [...findings.values()];
}

function eventFindings(world: World): Finding[] {
  const findings: Finding[] = [];
  for (const event of world.events) {
    if (event.kind === 'device-exists') {
      const node = pathOf(world, event.node);
      findings.push(
        finding(world, 'device-exists', {
          subject: node,
          message: `the name ${event.name} is taken, so device_add() fails with -EEXIST`,
          node,
          key: `${node} ${event.name}`,
        }),
      );
    } else if (event.kind === 'cycle-search-limit') {
      const [consumer, supplier] = [pathOf(world, event.consumer), pathOf(world, event.supplier)];
      findings.push(
        finding(world, 'cycle-search-limit', {
          subject: `${consumer} -> ${supplier}`,
          message: 'the paths between the two are too many to enumerate',
          node: consumer,
          key: `${consumer} ${supplier}`,
        }),
      );
    }
  }
  if (world.board.nodesTooDeep > 0) {
    findings.push(
      finding(world, 'nodes-too-deep', {
        subject: world.board.input,
        message: `${world.board.nodesTooDeep} nodes lie deeper than Linux reads`,
        key: 'nodes-too-deep',
      }),
    );
  }
  return findings;
}

/** Circles and waits for devices further down the list; with all devices synchronous there are none. */
function deadlockFindings(world: World): Finding[] {
  return sleepDeadlocks(world, true).map((deadlock) => {
    const row = deadlockRow(world, deadlock);
    const waiter = world.devices[deadlock.waits[0]!.waiter]!;
    return finding(world, 'sleep-deadlock', {
      subject: `${waiter.name} (${row.phase})`,
      message: `${row.devices.length} devices wait for ever in the ${row.phase} phase: ${row.reason}`,
      ...(waiter.node >= 0 && { node: pathOf(world, waiter.node) }),
      key: `${row.phase} ${row.devices.join(' ')}`,
      evidence: row.waits,
      devices: row.devices,
    });
  });
}

/** All findings of the static rules on a booted board, unsorted. */
export function checkBoard(world: World): Finding[] {
  return [
    ...unlinkedFindings(world),
    ...cycleFindings(world),
    ...problemFindings(world),
    ...dmaEntryFindings(world),
    ...disabledFindings(world),
    ...eventFindings(world),
    ...deadlockFindings(world),
  ];
}
