/**
 * How an engine and the core take part in a client's runtime PM and system sleep: the designs that have been proposed, as data.
 * A design is named by words joined with `+`: at most one link policy, and what else is not the default.
 */

import { DL_FLAG } from '../core/device-link.ts';
import { InputError, printable } from '../core/diagnostic.ts';
import type { DmaLinkPolicy, DmaPolicy } from '../core/dma-engine.ts';
import { nearest } from '../core/nearest.ts';
import {
  DMA_LINK_POLICIES,
  DMA_LINK_POLICY_NAMES,
  type DmaLinkPolicyName,
  dmaLinkPolicyText,
  readDmaLinkPolicy,
} from './link-policy.ts';

/** The phase of system sleep in which a driver stops its device. */
export type StopPhase = 'suspend' | 'suspend_late' | 'suspend_noirq';

/** When a switch between channel and device is torn down. */
export type Teardown = 'interrupt' | 'synchronize' | 'idle' | 'runtime-suspend';

export interface DmaDesign {
  readonly name: string;
  readonly link: DmaLinkPolicy;
  /**
   * Who keeps the engine awake: nobody has to, as it has no runtime PM (`always`); a reference from request to release; one from
   * submit to completion; one between prepare and unprepare of the client; or the link alone.
   */
  readonly power: 'always' | 'channel' | 'descriptor' | 'prepare' | 'link';
  /** pm_runtime_irq_safe() of the engine. */
  readonly irqSafe: boolean;
  /** The phase in which the engine's driver stops it. */
  readonly stopsIn: StopPhase;
  /** The link is made by the engine's own callback around the allocation of a channel, not by the core. */
  readonly attach: boolean;
  readonly teardown: Teardown;
}

interface Word {
  readonly help: string;
  readonly set: (design: DmaDesign) => DmaDesign;
}

/** Words beside the names of link policies. */
export const DESIGN_WORDS = {
  hold: {
    help: 'the engine is resumed when a channel is allocated and put when it is freed',
    set: (design) => ({ ...design, power: 'channel' }),
  },
  count: {
    help: 'the engine is resumed for each descriptor, and put when that is complete',
    set: (design) => ({ ...design, power: 'descriptor' }),
  },
  prepare: {
    help: 'the client says when it starts and stops to use DMA, in process context',
    set: (design) => ({ ...design, power: 'prepare' }),
  },
  'irq-safe': {
    help: 'pm_runtime_irq_safe(): the engine may be resumed in atomic context, and what is above it never suspends',
    set: (design) => ({ ...design, irqSafe: true }),
  },
  attach: {
    help: "the engine's callback around allocation makes a stateless PM_RUNTIME link",
    set: (design) => ({
      ...design,
      attach: true,
      link: DMA_LINK_POLICIES['engine-stateless-pm-runtime'].policy,
    }),
  },
  late: {
    help: 'the engine stops in suspend_late',
    set: (design) => ({ ...design, stopsIn: 'suspend_late' }),
  },
  noirq: {
    help: 'the engine stops in suspend_noirq',
    set: (design) => ({ ...design, stopsIn: 'suspend_noirq' }),
  },
  'teardown-interrupt': {
    help: "the switch is torn down in the engine's interrupt (default)",
    set: (design) => ({ ...design, teardown: 'interrupt' }),
  },
  'teardown-synchronize': {
    help: 'the switch is torn down in dmaengine_synchronize()',
    set: (design) => ({ ...design, teardown: 'synchronize' }),
  },
  'teardown-idle': {
    help: 'the switch is torn down when the client says that it is idle',
    set: (design) => ({ ...design, teardown: 'idle' }),
  },
  'teardown-runtime-suspend': {
    help: "the switch is torn down in the client's runtime suspend",
    set: (design) => ({ ...design, teardown: 'runtime-suspend' }),
  },
} as const satisfies Record<string, Word>;

type DesignWord = keyof typeof DESIGN_WORDS;
export const DESIGN_WORD_NAMES = Object.keys(DESIGN_WORDS) as DesignWord[];

function isWord(word: string): word is DesignWord {
  return Object.hasOwn(DESIGN_WORDS, word);
}

function isLinkName(word: string): word is DmaLinkPolicyName {
  return Object.hasOwn(DMA_LINK_POLICIES, word);
}

const PLAIN: Omit<DmaDesign, 'name'> = {
  link: DMA_LINK_POLICIES.none.policy,
  power: 'always',
  irqSafe: false,
  stopsIn: 'suspend',
  attach: false,
  teardown: 'interrupt',
};

function unknown(word: string, text: string): InputError {
  const names = [...DMA_LINK_POLICY_NAMES, ...DESIGN_WORD_NAMES];
  const near = nearest(word, names);
  return new InputError(
    'dma-policy',
    { input: '--policy' },
    printable(word === text ? `'${text}' is no policy` : `'${text}': '${word}' is no word of a policy`),
    near === undefined ? `words are ${names.join(', ')}` : `did you mean ${near}?`,
  );
}

/** Whether links of a policy keep the engine awake: those with PM_RUNTIME, and those of fw_devlink=rpm. */
export function keepsAwake({ target, made, flags }: DmaLinkPolicy): boolean {
  return target !== 'none' && (made === 'at creation' || (flags & DL_FLAG.PM_RUNTIME) !== 0);
}

/** A design from its words: `engine`, `count+late`, `hold`, `attach+teardown-idle`. Throws InputError for an unknown one. */
export function readDesign(text: string): DmaDesign {
  let design: DmaDesign = { ...PLAIN, name: text };
  let links = 0;
  for (const part of text.split('+')) {
    const word = part.trim().toLowerCase();
    if (isWord(word)) {
      design = DESIGN_WORDS[word].set(design);
      if (word === 'attach') links++;
    } else if (isLinkName(word) || word.includes(',')) {
      design = { ...design, link: readDmaLinkPolicy(word) };
      links++;
    } else throw unknown(word, text);
  }
  if (links > 1)
    throw new InputError(
      'dma-policy',
      { input: '--policy' },
      printable(`'${text}' names ${links} link policies`),
      'name one; commas part policies, + joins words of one',
    );
  return design.power === 'always' && keepsAwake(design.link) ? { ...design, power: 'link' } : design;
}

/** Words that a scenario has no use for: its callbacks say themselves when an engine stops, and it has no switches. */
const OF_WORKLOADS_ONLY: readonly DesignWord[] = [
  ...(['late', 'noirq', 'teardown-interrupt', 'teardown-synchronize'] as const),
  ...(['teardown-idle', 'teardown-runtime-suspend'] as const),
];

/** What a design does in the DMA engine layer of a scenario. Throws InputError for words that only a workload can follow. */
export function layerPolicyOf({ name, link, power, irqSafe }: DmaDesign): DmaPolicy {
  const words = name.split('+').map((word) => word.trim().toLowerCase());
  const word = OF_WORKLOADS_ONLY.find((one) => words.includes(one));
  if (word !== undefined)
    throw new InputError(
      'dma-policy',
      { input: '--policy' },
      printable(`'${name}': ${word} is for workloads`),
      'say in the callbacks of the scenario when the engine stops; docs/dma-workloads.md has workloads',
    );
  return { link, power: power === 'always' || power === 'link' ? 'driver' : power, irqSafe };
}

const POWER_TEXT: Readonly<Record<DmaDesign['power'], string>> = {
  always: 'the engine has no runtime PM and is on for ever',
  channel: 'the engine is held from request to release',
  descriptor: 'the engine is held for each descriptor',
  prepare: 'the engine is held while the client has prepared it',
  link: 'the engine is awake through the link',
};

/** A design in words. */
export function designText({ link, power, irqSafe, stopsIn, attach, teardown }: DmaDesign): string {
  return [
    `${dmaLinkPolicyText(link)}${attach ? ', made by a callback of the engine' : ''}`,
    POWER_TEXT[power],
    ...(irqSafe ? ['irq-safe'] : []),
    ...(stopsIn === 'suspend' ? [] : [`stopped in ${stopsIn}`]),
    ...(teardown === 'interrupt' ? [] : [`the switch is torn down at ${teardown}`]),
  ].join('; ');
}
