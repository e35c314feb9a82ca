/**
 * The rules that `check` knows, written once: names, default severities and one line each. docs/rules/NAME.md explains each of
 * them; a test holds the two lists equal. Names are stable and never reused.
 */
export interface Rule {
  readonly severity: 'error' | 'warning' | 'note';
  /** What a finding of this rule says, in one line. */
  readonly title: string;
  /** What it looks at. */
  readonly needs: 'board' | 'log' | 'board and log' | 'two logs';
}

export const RULES = {
  'callback-failed': {
    severity: 'error',
    title: 'a PM callback returned an error',
    needs: 'log',
  },
  'suspended-before-consumer': {
    severity: 'error',
    title: 'a supplier began to suspend before its consumer had ended',
    needs: 'board and log',
  },
  'resumed-before-supplier': {
    severity: 'error',
    title: 'a consumer began to resume before its supplier had ended',
    needs: 'board and log',
  },
  'unlinked-dependency-violated': {
    severity: 'warning',
    title: 'a recorded order broke a dependency that has no link',
    needs: 'board and log',
  },
  'usage-count-leaked': {
    severity: 'warning',
    title: 'usage counts were taken again and again, or by a get that failed, and not given back',
    needs: 'log',
  },
  'active-without-use': {
    severity: 'warning',
    title: 'a device stayed active while nothing used it',
    needs: 'log',
  },
  'suspend-ping-pong': {
    severity: 'warning',
    title: 'a device was suspended and resumed over and over with hardly any rest between',
    needs: 'log',
  },
  'active-without-supplier': {
    severity: 'warning',
    title: 'a device was runtime-active while one that it depends on was not',
    needs: 'log',
  },
  'usage-count-kept': {
    severity: 'note',
    title: 'a device was held until the end of the log, longer than ever before',
    needs: 'log',
  },
  'log-of-another-board': {
    severity: 'warning',
    title: 'a log has no device that the board has: it was recorded elsewhere',
    needs: 'board and log',
  },
  'phandle-dangling': {
    severity: 'error',
    title: 'a phandle names no node; this entry and all later ones make no link',
    needs: 'board',
  },
  'phandle-list-truncated': {
    severity: 'error',
    title: 'a list ends inside an entry; the entry makes no link',
    needs: 'board',
  },
  'phandle-cells-missing': {
    severity: 'error',
    title: 'a provider lacks its #...-cells property; this entry and all later ones make no link',
    needs: 'board',
  },
  'dma-names-mismatch': {
    severity: 'warning',
    title: 'DMA channels and their names do not fit: one that nobody can ask for, or a name without one',
    needs: 'board',
  },
  'dma-entry-refused': {
    severity: 'error',
    title: 'an entry of dmas asks for what the driver of its engine does not give',
    needs: 'board',
  },
  'phandle-empty-hides': {
    severity: 'warning',
    title: 'an empty entry hides all later ones from fw_devlink',
    needs: 'board',
  },
  'interrupt-unresolved': {
    severity: 'warning',
    title: 'an interrupt does not resolve to a controller',
    needs: 'board',
  },
  'device-exists': {
    severity: 'error',
    title: 'no device is made of a node because its name is taken',
    needs: 'board',
  },
  'sleep-deadlock': {
    severity: 'error',
    title: 'devices would wait for each other for ever during suspend or resume',
    needs: 'board',
  },
  'cycle-relaxed': {
    severity: 'warning',
    title: 'a dependency cycle: the kernel makes its links order nothing',
    needs: 'board',
  },
  'dma-client-unlinked': {
    severity: 'warning',
    title: 'a DMA client has no device link to its engine',
    needs: 'board',
  },
  'order-against-dependency': {
    severity: 'note',
    title: 'nothing orders two devices, and the supplier is suspended first',
    needs: 'board',
  },
  'order-by-luck': {
    severity: 'note',
    title: 'nothing but list position orders two devices, one of which depends on the other',
    needs: 'board',
  },
  'order-differs': {
    severity: 'note',
    title: 'two logs differ in the order of a pair of devices',
    needs: 'two logs',
  },
  'supplier-disabled': {
    severity: 'note',
    title: 'a supplier is disabled, so the dependency is forgotten',
    needs: 'board',
  },
  'cycle-search-limit': {
    severity: 'note',
    title: 'a cycle search was too large to finish: some edges of it may be unmarked',
    needs: 'board',
  },
  'nodes-too-deep': {
    severity: 'warning',
    title: 'Linux leaves out nodes that lie too deep',
    needs: 'board',
  },
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES;

export const RULE_NAMES = Object.keys(RULES) as RuleName[];

/** Narrows a name from outside. */
export function isRuleName(name: string): name is RuleName {
  return Object.hasOwn(RULES, name);
}
