/** The comparison of policies for a terminal: the answer, one table, time in each state, and what keeps things on. */
import type { PolicyComparison, PolicyResult, StateShare } from '../policies/index.ts';
import { energyText, percentText, timeText } from './amounts.ts';
import { causeText, heldText } from './because.ts';
import { clean, count, indented, type Style } from './style.ts';

/** Lines of columns: the first to the left, all others to the right, as wide as they need. */
export function columns(rows: readonly (readonly string[])[], left = 1): string[] {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at < left ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

/** The policy that takes least among those that are never late, else of all. */
export function bestOf({ policies }: PolicyComparison): PolicyResult {
  const sound = policies.filter(({ missed, failed }) => missed === 0 && failed === 0);
  const from = sound.length === 0 ? policies : sound;
  return from.reduce((best, policy) => (policy.energy < best.energy ? policy : best));
}

function answerText(comparison: PolicyComparison): string {
  const { policies, name } = comparison;
  const best = bestOf(comparison);
  const [cause] = best.causes;
  if (policies.length === 1)
    return cause === undefined
      ? `${name}: nothing is on without work: ${energyText(best.energy)}`
      : `${name}: ${causeText(cause)} of ${energyText(best.energy)}`;
  const late = best.missed + best.failed > 0 ? ', and every policy misses deadlines' : '';
  const rest = `${percentText(best.ofAlwaysOn)} of always on${best.ofOracle === null ? '' : `, ${best.ofOracle.toFixed(2)} times the least that is possible`}`;
  return `${name}: '${best.policy}' takes least, ${energyText(best.energy)}: ${rest}${late}`;
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : ratio.toFixed(2);
}

function policyRow(result: PolicyResult): string[] {
  const { policy, energy, ofAlwaysOn, ofOracle, wake, missed, failed, suspends, wasted } = result;
  return [
    clean(policy),
    energyText(energy),
    percentText(ofAlwaysOn),
    ratioText(ofOracle),
    ...(wake === null ? ['-', '-', '-'] : [wake.worst, wake.median, wake.p99].map(timeText)),
    String(missed + failed),
    String(suspends),
    String(wasted),
  ];
}

const HEADINGS = [
  'policy',
  'energy',
  'of always on',
  'x oracle',
  'wake: worst',
  'median',
  '99 %',
  'missed',
  'suspends',
  'not worth it',
];

function table({ policies, alwaysOn, oracle }: PolicyComparison): string[] {
  const none = ['-', '-', '-', '-', '-', '-'];
  const share = (energy: number) => (alwaysOn === 0 ? '-' : percentText(energy / alwaysOn));
  return columns([
    HEADINGS,
    [
      'always on',
      energyText(alwaysOn),
      share(alwaysOn),
      oracle === 0 ? '-' : ratioText(alwaysOn / oracle),
      ...none,
    ],
    ...policies.map(policyRow),
    ['ideal oracle', energyText(oracle), share(oracle), '1.00', ...none],
  ]);
}

/** Time on the way counts as one: what it costs stands in the energy. */
function shareOf(states: readonly StateShare[], wanted: (state: string) => boolean, length: number): string {
  const time = states.reduce((sum, { state, time: own }) => (wanted(state) ? sum + own : sum), 0);
  return time === 0 ? '-' : percentText(time / length);
}

const isOn = (state: string) => state === 'active' || state === 'on';
const isOff = (state: string) => state === 'off';
const isOnTheWay = (state: string) => /^(suspending|resuming|going)/.test(state);
const isResting = (state: string) => !isOn(state) && !isOff(state) && !isOnTheWay(state);

function stateRows({ policy, devices, domains }: PolicyResult, length: number): string[][] {
  const row = (
    name: string,
    states: readonly StateShare[],
    energy: number,
    downs: number,
    wasted: number,
  ) => [
    clean(policy),
    clean(name),
    energyText(energy),
    ...[isOn, isResting, isOff, isOnTheWay].map((wanted) => shareOf(states, wanted, length)),
    String(downs),
    String(wasted),
  ];
  return [
    ...devices.map((one) => row(one.device, one.states, one.energy, one.suspends, one.wasted)),
    ...domains.map((one) => row(one.domain, one.states, one.energy, one.offs, one.wasted)),
  ];
}

function statesTable({ policies, length }: PolicyComparison): string[] {
  const rows = policies.flatMap((policy) => stateRows(policy, length));
  // A policy is named once.
  const named = rows.map((row, at) => (at > 0 && rows[at - 1]![0] === row[0] ? ['', ...row.slice(1)] : row));
  return columns(
    [
      ['policy', 'device', 'energy', 'active', 'suspended', 'off', 'on the way', 'suspends', 'not worth it'],
      ...named,
    ],
    2,
  );
}

/** What other seeds come to. */
function spreadLines({ policies }: PolicyComparison): string[] {
  const rows = policies.flatMap(({ policy, spread }) =>
    spread === null
      ? []
      : [
          [
            clean(policy),
            `${energyText(spread.energy.least)} to ${energyText(spread.energy.most)}`,
            `${timeText(spread.wake.least)} to ${timeText(spread.wake.most)}`,
            String(spread.missed),
          ],
        ],
  );
  if (rows.length === 0) return [];
  const heading = ['policy', 'energy', 'mean wake', 'missed, at most'];
  return [
    `with ${policies[0]!.spread!.seeds} seeds`,
    ...columns([heading, ...rows]).map((line) => `  ${line}`),
    '',
  ];
}

/** Causes of one policy, the dearest first. */
function causeLines({ policy, causes }: PolicyResult, style: Style, most: number): string[] {
  const shown = causes.slice(0, most).flatMap((cause) => indented(causeText(cause), 4, style.width));
  if (causes.length > most) shown.push(`    and ${count(causes.length - most, 'cause')} more: --verbose`);
  return [`  ${clean(policy)}`, ...(shown.length === 0 ? ['    nothing: all that is on has work'] : shown)];
}

function heldLines({ devices, domains }: PolicyResult, style: Style): string[] {
  return [
    ...devices.map(({ device, held }) => ({ name: device, held })),
    ...domains.map(({ domain, held }) => ({ name: domain, held })),
  ]
    .filter(({ held }) => held.length > 0)
    .flatMap(({ name, held }) => indented(`${clean(name)} held by ${heldText(held)}`, 6, style.width));
}

function detailLines({ devices }: PolicyResult, style: Style, length: number): string[] {
  return devices
    .filter(({ states }) => states.length > 0)
    .flatMap(({ device, states, requests, missed, wake }) => {
      const parts = states.map(
        ({ state, time, energy }) =>
          `${clean(state)} ${timeText(time)} (${percentText(time / length)}) ${energyText(energy)}`,
      );
      const asked =
        requests === 0
          ? ''
          : `; ${count(requests, 'request')}, ${missed} late, wake worst ${wake === null ? '-' : timeText(wake.worst)}`;
      return indented(`${clean(device)}: ${parts.join(', ')}${asked}`, 6, style.width);
    });
}

/** All of a comparison. `verbose`: every cause, every state, who held what. */
export function policiesText(comparison: PolicyComparison, verbose: boolean, style: Style): string {
  const { policies, length, kernel, seed } = comparison;
  const requests = policies[0]!.requests;
  const context = `${timeText(length)} of work, ${count(requests, 'request')}${seed === null ? '' : `, seed ${seed}`} (Linux ${kernel})`;
  return [
    style.bold(clean(answerText(comparison))),
    context,
    '',
    ...table(comparison),
    '',
    ...spreadLines(comparison),
    'time in each state',
    ...statesTable(comparison).map((line) => `  ${line}`),
    '',
    'stays on without work because of',
    ...policies.flatMap((policy) => [
      ...causeLines(policy, style, verbose ? Number.POSITIVE_INFINITY : 3),
      ...(verbose ? [...heldLines(policy, style), ...detailLines(policy, style, length)] : []),
    ]),
    '',
  ].join('\n');
}
