/**
 * The static rules of `check`: what a board says about itself before anything runs.
 */
import type { BoardReference, ReferenceProblem } from '../core/board.ts';
import type { World } from '../core/world.ts';
import { sleepDeadlocks } from '../pm/index.ts';
import { cyclesOf, cycleText } from './cycles.ts';
import { nearestDevice, unlinkedDependencies } from './dependencies.ts';
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

/** A pair of devices that a reference ties and no link does. */
function unlinkedFindings(world: World): Finding[] {
  const lucky = new Map(
    luckyPairs(world).map((pair) => [`${pair.consumer} ${pair.supplier} ${pair.property}`, pair]),
  );
  const findings: Finding[] = [];
  for (const { consumer, supplier, reference, because } of unlinkedDependencies(world)) {
    const ids = [idOf(world, consumer), idOf(world, supplier)] as const;
    const pair = lucky.get(`${ids[0]} ${ids[1]} ${reference.property}`);
    const common = {
      subject: `${nameOf(world, consumer)} -> ${nameOf(world, supplier)}`,
      node: pathOf(world, reference.consumer),
      property: reference.property,
      devices: [...ids],
      key: `${ids[0]} ${ids[1]} ${reference.property}`,
    };
    if (reference.property === 'dmas' && because !== 'cycle') {
      findings.push(
        finding(world, 'dma-client-unlinked', { ...common, message: dmaText(world, pair, reference) }),
      );
    } else if (pair?.kind === 'list position') {
      const message = `${pair.reason}; list position alone suspends the consumer first`;
      findings.push(finding(world, 'order-by-luck', { ...common, message }));
    } else if (pair?.kind === 'against') {
      findings.push(finding(world, 'order-against-dependency', { ...common, message: pair.reason }));
    }
  }
  return findings;
}

function dmaText(world: World, pair: LuckyPair | undefined, reference: BoardReference): string {
  const order =
    pair === undefined
      ? 'another path of links and parents orders the two'
      : pair.kind === 'list position'
        ? 'list position alone suspends the client first'
        : 'the engine is suspended before its client';
  return `${referenceText(world, reference)} makes no device link; ${order}`;
}

/** One finding for each cycle, with its edges and the line that would settle it. */
function cycleFindings(world: World): Finding[] {
  return cyclesOf(world).map((cycle) => {
    const [first, second = first] = cycle.edges.map((edge) => edge.from);
    const size = cycle.edges.length;
    return finding(world, 'cycle-relaxed', {
      ...(cycle.expected && { severity: 'note' as const }),
      subject: `${first} <-> ${second}`,
      message:
        `${size === 1 ? 'a node depends on itself' : `${size} nodes depend on each other`}: ` +
        'the links of this cycle become SYNC_STATE_ONLY and order neither probe nor suspend',
      node: first!,
      key: cycle.edges.map((edge) => edge.from).join(' '),
      evidence: cycleText(cycle),
      devices: cycle.devices,
    });
  });
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
      return `${entry} needs ${problem.wanted} cells by ${problem.cells} of ${provider}, the list has ${problem.found} left`;
    case 'no-cells':
      return `${entry} names ${provider}, which has no ${problem.cells}`;
    case 'empty':
      return `${entry} is empty; ${problem.hidden} later ${problem.hidden === 1 ? 'entry makes' : 'entries make'} no link`;
    case 'unresolved':
      return `${entry} ends at no interrupt controller`;
    case 'endless':
      return `${entry}: the interrupt parent says #interrupt-cells = <0>, the kernel would never stop reading`;
  }
}

function problemFindings(world: World): Finding[] {
  return world.board.nodes.flatMap((node, index) => {
    if (node.problems.length === 0 || !node.available) return [];
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

/** References of enabled devices to nodes that are disabled, themselves or above. */
function disabledFindings(world: World): Finding[] {
  const { nodes } = world.board;
  const findings = new Map<string, Finding>();
  for (const device of world.devices) {
    if (device.node < 0) continue;
    const node = nodes[device.node]!;
    for (const reference of node.references) {
      if (reference.kind !== 'supplier' || reference.property === 'remote-endpoint') continue;
      const disabled = disabledAt(world, reference.supplier);
      if (disabled === undefined) continue;
      const key = `${node.path} ${reference.property} ${pathOf(world, reference.supplier)}`;
      if (findings.has(key)) continue;
      findings.set(
        key,
        finding(world, 'supplier-disabled', {
          subject: `${device.name} -> ${pathOf(world, reference.supplier)}`,
          message: `${referenceText(world, reference)} names a supplier that is disabled (status of ${disabled}); the kernel forgets the dependency`,
          node: node.path,
          property: reference.property,
          key,
          devices: [`${device.bus}:${device.name}`],
        }),
      );
    }
  }
  return [...findings.values()];
}

function disabledAt(world: World, node: number): string | undefined {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) {
    if (world.fwnodes[at]!.device >= 0) return undefined;
    if (!world.board.nodes[at]!.available) return pathOf(world, at);
  }
  return undefined;
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
    ...disabledFindings(world),
    ...eventFindings(world),
    ...deadlockFindings(world),
  ];
}
