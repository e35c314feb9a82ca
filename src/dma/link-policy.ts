/**
 * Which device link a request for a DMA channel makes: the policy as data, and its words.
 *
 * Linux 6.12 makes none (../semantics dmaengine.md section 12). What has been proposed differs in the supplier (the engine, or the
 * channel's own device below it), in the flags, and in the moment; device_link_add() decides what comes of it.
 */
import { type DeviceLinkFlag, DL_FLAG, deviceLinkFlagNames } from '../core/device-link.ts';
import { InputError, printable } from '../core/diagnostic.ts';
import { type DmaLinkPolicy, NO_DMA_LINKS } from '../core/dma-engine.ts';
import { nearest } from '../core/nearest.ts';

const { STATELESS, AUTOREMOVE_CONSUMER, AUTOREMOVE_SUPPLIER, PM_RUNTIME } = DL_FLAG;

interface NamedPolicy {
  readonly policy: DmaLinkPolicy;
  /** What it is, in a few words. */
  readonly help: string;
}

function atRequest(target: 'engine' | 'channel', flags: number, rpmActive = false): DmaLinkPolicy {
  return { target, made: 'at request', flags, rpmActive };
}

/** Policies that have a name, by name. */
export const DMA_LINK_POLICIES = {
  none: {
    policy: NO_DMA_LINKS,
    help: 'channels are requested and no link is made, as in Linux 6.12',
  },
  engine: {
    policy: atRequest('engine', AUTOREMOVE_CONSUMER),
    help: 'a managed link to the engine, gone with the client',
  },
  'engine-pm-runtime': {
    policy: atRequest('engine', AUTOREMOVE_CONSUMER | PM_RUNTIME, true),
    help: 'the same, and the engine is awake while the client is',
  },
  'engine-persistent': {
    policy: atRequest('engine', 0),
    help: 'a managed link to the engine that outlives the client',
  },
  'engine-stateless': {
    policy: atRequest('engine', STATELESS),
    help: 'a link to the engine that only orders',
  },
  'engine-stateless-pm-runtime': {
    policy: atRequest('engine', STATELESS | PM_RUNTIME, true),
    help: 'the same, and the engine is awake while the client is',
  },
  channel: {
    policy: atRequest('channel', AUTOREMOVE_CONSUMER),
    help: "a managed link to the channel's own device, which has no driver",
  },
  'channel-persistent': {
    policy: atRequest('channel', 0),
    help: 'the same, and it outlives the client',
  },
  'channel-stateless': {
    policy: atRequest('channel', STATELESS),
    help: "a link to the channel's own device that only orders",
  },
  'channel-stateless-pm-runtime': {
    policy: atRequest('channel', STATELESS | PM_RUNTIME, true),
    help: 'the same, and the channel is awake while the client is',
  },
  'channel-stateless-autoremove': {
    policy: atRequest('channel', STATELESS | PM_RUNTIME | AUTOREMOVE_CONSUMER, true),
    help: 'the flags of a proposal, which device_link_add() refuses',
  },
  'at-creation': {
    policy: { target: 'engine', made: 'at creation', flags: 0, rpmActive: false },
    help: 'fw_devlink follows dmas: a link to the engine before any driver runs',
  },
} as const satisfies Record<string, NamedPolicy>;

export type DmaLinkPolicyName = keyof typeof DMA_LINK_POLICIES;
export const DMA_LINK_POLICY_NAMES = Object.keys(DMA_LINK_POLICIES) as DmaLinkPolicyName[];

function isPolicyName(name: string): name is DmaLinkPolicyName {
  return Object.hasOwn(DMA_LINK_POLICIES, name);
}

/** Words of the spelled-out form behind the target, and what each sets. */
const WORDS: Readonly<Record<string, (policy: DmaLinkPolicy) => DmaLinkPolicy>> = {
  managed: (policy) => policy,
  stateless: (policy) => ({ ...policy, flags: policy.flags | STATELESS }),
  autoremove_consumer: (policy) => ({ ...policy, flags: policy.flags | AUTOREMOVE_CONSUMER }),
  autoremove_supplier: (policy) => ({ ...policy, flags: policy.flags | AUTOREMOVE_SUPPLIER }),
  pm_runtime: (policy) => ({ ...policy, flags: policy.flags | PM_RUNTIME }),
  rpm_active: (policy) => ({ ...policy, rpmActive: true }),
};

function wrong(what: string, todo: string): InputError {
  return new InputError('dma-links', { input: '--dma-links' }, printable(what), todo);
}

/** `engine,managed,autoremove_consumer,pm_runtime`: a target and words. */
function spelledOut(text: string): DmaLinkPolicy {
  const [target, ...words] = text
    .toLowerCase()
    .split(',')
    .map((word) => word.trim().replaceAll('-', '_'));
  if (target !== 'engine' && target !== 'channel')
    throw wrong(
      `'${text}' names no target`,
      'write engine or channel first, as engine,managed,autoremove_consumer',
    );
  if (words.includes('managed') && words.includes('stateless'))
    throw wrong(`'${text}': a link is managed or stateless`, 'leave one of the two out');
  return words.reduce(
    (policy, word) => {
      const set = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
      if (set === undefined)
        throw wrong(`'${text}': '${word}' is no word of a policy`, `use ${Object.keys(WORDS).join(', ')}`);
      return set(policy);
    },
    atRequest(target, 0),
  );
}

/**
 * A policy from its name, or from its target and words between commas. Combinations that device_link_add() refuses are
 * policies too. Throws InputError for what is neither.
 */
export function readDmaLinkPolicy(text: string): DmaLinkPolicy {
  const name = text.toLowerCase().replaceAll('_', '-');
  if (isPolicyName(name)) return DMA_LINK_POLICIES[name].policy;
  if (text.includes(',')) return spelledOut(text);
  const near = nearest(name, DMA_LINK_POLICY_NAMES);
  const hint = near === undefined ? '' : `did you mean ${near}? `;
  throw wrong(
    `'${text}' is no policy`,
    `${hint}policies are ${DMA_LINK_POLICY_NAMES.join(', ')}, or as engine,managed,pm_runtime`,
  );
}

/** The flags that a request passes, in the kernel's words, RPM_ACTIVE with its condition. */
function flagWords({ flags, rpmActive }: DmaLinkPolicy): string {
  const words: string[] = deviceLinkFlagNames(flags).filter((flag: DeviceLinkFlag) => flag !== 'STATELESS');
  if (rpmActive) words.push('RPM_ACTIVE if the client is active');
  return words.join(', ');
}

/** A policy in words: `a managed link to the engine (AUTOREMOVE_CONSUMER)`. */
export function dmaLinkPolicyText(policy: DmaLinkPolicy): string {
  if (policy.target === 'none') return 'no link';
  if (policy.made === 'at creation') return 'a link to the engine, made by fw_devlink before any driver runs';
  const kind = policy.flags & STATELESS ? 'stateless' : 'managed';
  const target = policy.target === 'engine' ? 'the engine' : "the channel's own device";
  const flags = flagWords(policy);
  return `a ${kind} link to ${target}${flags === '' ? '' : ` (${flags})`}`;
}
