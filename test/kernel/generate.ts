/**
 * Random scenarios over the whole command language. The same seed gives the same bytes; scenario n of a seed can be made alone.
 *
 * A scenario grows by moves, each a few commands that belong together, chosen by the weights of its theme and by the state
 * that the model is in: a device that is suspending is asked other things than one that is active.
 */
import { composeBlind } from './generate-blind.ts';
import { beginDma, DMA_MOVES } from './generate-dma.ts';
import * as domains from './generate-domains.ts';
import { Draft, type Move } from './generate-draft.ts';
import { faultyCommand, incompleteCommand } from './generate-faults.ts';
import * as probing from './generate-probing.ts';
import { Random, type Weighted } from './generate-random.ts';
import { Rehearsal } from './generate-rehearsal.ts';
import * as runtime from './generate-runtime.ts';
import * as sleep from './generate-sleep.ts';
import * as structure from './generate-structure.ts';

/** What a scenario is about. In the asynchronous ones workers probe or sleep. */
export const THEMES = [
  'runtime',
  'timers',
  'links',
  'probe',
  'sleep',
  'mixed',
  'async-sleep',
  'async-probe',
  'power-domains',
  'async-power-domains',
  'dma',
  'blind',
  'async-blind',
] as const;
export type Theme = (typeof THEMES)[number];

/** Themes whose scenarios are no moves, but commands drawn one by one. */
type BlindTheme = 'blind' | 'async-blind';

function isBlind(theme: Theme): theme is BlindTheme {
  return theme.endsWith('blind');
}

export interface GenerateOptions {
  /** One theme for all; else each scenario has its own. */
  readonly theme?: Theme | undefined;
  /** Least and most commands of a scenario. */
  readonly commands: readonly [least: number, most: number];
  /** How many scenarios in a hundred are of an asynchronous theme. */
  readonly asynchronousPercent: number;
}

export interface GeneratedScenario {
  /** `theme-seed-index`. */
  readonly name: string;
  readonly theme: Theme;
  readonly commands: readonly string[];
}

export const DEFAULT_COMMANDS: readonly [number, number] = [20, 200];
export const DEFAULT_ASYNCHRONOUS_PERCENT = 5;

/** Whether workers probe or sleep in scenarios of a theme. */
function isAsynchronous(theme: Theme): boolean {
  return theme.startsWith('async-');
}

const STRUCTURE: Weighted<Move> = [
  [6, structure.addDevice],
  [2, structure.registerDevice],
  [2, structure.removeDevice],
  [5, structure.addDriver],
  [2, structure.addDriverForAll],
  [2, structure.removeDriver],
  [6, structure.changeDriver],
  [2, structure.moveDevice],
  [8, structure.addLink],
  [3, structure.removeLink],
  [2, faultyCommand],
  [1, incompleteCommand],
  [1, (draft) => draft.refocus()],
];

const RUNTIME: Weighted<Move> = [
  [10, runtime.operateOften],
  [8, runtime.upAndDown],
  [6, runtime.bringUp],
  [3, runtime.bringAllUp],
  [5, runtime.supplierChain],
  [5, runtime.branchSettings],
  [5, runtime.latchError],
  [5, runtime.forceStatus],
  [1, runtime.disableOften],
  [6, structure.script('runtime')],
];

const TIMERS: Weighted<Move> = [
  [8, runtime.catchInCallback],
  [8, runtime.autosuspend],
  [4, runtime.rivalTimers],
  [3, runtime.operateOften],
  [3, runtime.upAndDown],
  [3, structure.script('runtime')],
];

const LINKS: Weighted<Move> = [
  [10, structure.addLink],
  [8, structure.linkLife],
  [5, structure.removeLink],
  [6, structure.changeDriver],
  [3, probing.linkWhileUnbinding],
  [3, runtime.operateOften],
  [3, structure.script('probe')],
];

const PROBE: Weighted<Move> = [
  [8, probing.deferralWeb],
  [8, probing.busyProbe],
  [5, probing.twoDrivers],
  [3, probing.catchInProbe],
  [3, probing.changeInProbe],
  [2, probing.linkUnderLock],
  [2, probing.linkWhileUnbinding],
  [8, structure.changeDriver],
  [5, structure.script('probe')],
  [3, structure.linkLife],
  [2, runtime.operateOften],
  [1, sleep.probeInSleep],
];

const SLEEP: Weighted<Move> = [
  [6, sleep.sleepCycle],
  [6, sleep.directComplete],
  [6, sleep.smartSuspend],
  [5, sleep.failPhase],
  [5, sleep.wakeupAbort],
  [5, sleep.nestedInSleep],
  [3, sleep.probeInSleep],
  [3, sleep.runtimeInSleep],
  [3, sleep.smartAbort],
  [5, structure.script('sleep')],
  [5, structure.setFlags],
  [3, structure.setWakeup],
  [4, runtime.operateOften],
  [3, runtime.upAndDown],
];

const POWER_DOMAINS: Weighted<Move> = [
  [3, domains.addDomain],
  [3, domains.changeSubdomains],
  [4, domains.joinDomain],
  [2, domains.leaveDomain],
  [6, domains.scriptDomain],
  [4, domains.scriptMember],
  [4, domains.constrain],
  [12, domains.powerCycle],
  [2, domains.stayOn],
  [1, domains.faultyDomainCommand],
];

const LOOK: Weighted<Move> = [
  [1, (draft) => draft.look()],
  [1, (draft) => draft.wait()],
];

/** Moves of each theme, in groups of a weight each. */
const GROUPS: Readonly<Record<Exclude<Theme, BlindTheme>, Weighted<Weighted<Move>>>> = {
  runtime: [
    [8, RUNTIME],
    [2, STRUCTURE],
    [1, TIMERS],
    [3, LOOK],
  ],
  timers: [
    [8, TIMERS],
    [3, RUNTIME],
    [1, STRUCTURE],
    [2, LOOK],
  ],
  links: [
    [8, LINKS],
    [3, STRUCTURE],
    [2, RUNTIME],
    [3, LOOK],
  ],
  probe: [
    [8, PROBE],
    [4, STRUCTURE],
    [1, LINKS],
    [3, LOOK],
  ],
  sleep: [
    [8, SLEEP],
    [2, RUNTIME],
    [2, STRUCTURE],
    [1, LOOK],
  ],
  mixed: [
    [2, RUNTIME],
    [1, TIMERS],
    [2, LINKS],
    [2, PROBE],
    [2, SLEEP],
    [2, STRUCTURE],
    [2, LOOK],
  ],
  'async-sleep': [
    [8, SLEEP],
    [2, RUNTIME],
    [2, STRUCTURE],
    [1, LOOK],
  ],
  'async-probe': [
    [8, PROBE],
    [4, STRUCTURE],
    [1, LINKS],
    [3, LOOK],
  ],
  'power-domains': [
    [12, POWER_DOMAINS],
    [5, RUNTIME],
    [2, TIMERS],
    [4, SLEEP],
    [3, STRUCTURE],
    [3, LOOK],
  ],
  dma: [
    [12, DMA_MOVES],
    [2, RUNTIME],
    [2, STRUCTURE],
    [1, LINKS],
    [1, SLEEP],
    [3, LOOK],
  ],
  'async-power-domains': [
    [4, POWER_DOMAINS],
    [8, SLEEP],
    [2, RUNTIME],
    [2, STRUCTURE],
    [1, LOOK],
  ],
};

/** A few devices, mostly with drivers, links and runtime PM. */
function begin(draft: Draft): void {
  for (let count = draft.random.between(1, 6); count > 0; count--) structure.addDevice(draft);
  const isEarly = draft.chance(2);
  if (isEarly) structure.addDriver(draft);
  for (let count = draft.random.below(4); count > 0; count--) structure.addLink(draft);
  for (let count = draft.random.below(3); count > 0; count--) structure.addDriver(draft);
  if (!draft.chance(4)) structure.addDriverForAll(draft);
  if (!draft.chance(3)) runtime.bringAllUp(draft);
  draft.refocus();
}

/** The same with domains, which devices join before drivers come. */
function beginWithDomains(draft: Draft): void {
  domains.beginDomains(draft);
  for (let count = draft.random.between(1, 4); count > 0; count--) structure.addDevice(draft);
  domains.joinSome(draft);
  structure.addDriverForAll(draft);
  begin(draft);
}

/** A scenario that hangs where it should not is made anew, so often at most. */
const ATTEMPTS = 5;

/** One scenario in so many may end in a hang, which costs the kernel a boot. */
const HANG_ONCE_IN = 100;

function compose(
  random: Random,
  theme: Theme,
  [least, most]: readonly [number, number],
  mayHang: boolean,
): Rehearsal {
  const rehearsal = new Rehearsal();
  const isLong = random.once(4);
  const length = random.between(least, isLong ? most : Math.min(most, least + 60));
  const asynchronous = isAsynchronous(theme);
  const draft = new Draft(random, rehearsal, { asynchronous, length, mayHang });
  if (asynchronous && theme !== 'async-probe') draft.say('pm_async', 1);
  if (isBlind(theme)) {
    composeBlind(draft);
    return rehearsal;
  }
  if (theme.endsWith('power-domains')) beginWithDomains(draft);
  else begin(draft);
  if (theme === 'dma') beginDma(draft);
  const hangsAtRemoval = mayHang && random.once(2);
  const end = hangsAtRemoval ? length - probing.COMMANDS_TO_HANG_AT_REMOVAL : length;
  for (let moves = 0; !draft.isFull && rehearsal.commands.length < end && moves < 10 * length; moves++) {
    draft.weighted(draft.weighted(GROUPS[theme]))(draft);
  }
  if (hangsAtRemoval) probing.hangAtRemoval(draft);
  return rehearsal;
}

/** The end of each scenario: all that is left. */
const CLOSING = ['settle', 'dump'];

function themeOf(random: Random, { theme, asynchronousPercent }: GenerateOptions): Theme {
  if (theme !== undefined) return theme;
  const asynchronous = random.below(100) < asynchronousPercent;
  return random.pick(THEMES.filter((each) => isAsynchronous(each) === asynchronous));
}

/** Scenario `index` of a seed. */
export function generateScenario(seed: string, index: number, options: GenerateOptions): GeneratedScenario {
  const random = new Random(`${seed}/${index}`);
  const theme = themeOf(random, options);
  const [least, most] = options.commands;
  const limits = [Math.max(1, least - CLOSING.length), Math.max(1, most - CLOSING.length)] as const;
  const mayHang = random.once(HANG_ONCE_IN);
  let commands: readonly string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const rehearsal = compose(random, theme, limits, mayHang);
    for (const command of CLOSING) rehearsal.say(command);
    commands = rehearsal.commands;
    if (mayHang || !rehearsal.cleanUpHangs()) break;
  }
  return { name: `${theme}-${seed}-${index}`, theme, commands };
}

/** Scenarios `from` to below `from + count` of a seed. */
export function generateScenarios(
  seed: string,
  from: number,
  count: number,
  options: GenerateOptions,
): GeneratedScenario[] {
  return Array.from({ length: count }, (_, offset) => generateScenario(seed, from + offset, options));
}
