/**
 * The verbs as a table: dispatch, --help and shell completion all come from it. A verb's own file is loaded only when it runs.
 */
import type { Io } from './io.ts';
import type { OptionSpec, ParsedOptions } from './options.ts';
import { ASYNC, BOARD_OPTIONS, FOCUS_OPTIONS, JSON_OUTPUT, OUTPUT, PROBE_DRIVERS } from './verb-options.ts';

export { GLOBAL_OPTIONS } from './verb-options.ts';

/** A verb running: returns the exit status. */
export type RunVerb = (options: ParsedOptions, io: Io) => Promise<number>;

export interface Verb {
  readonly name: string;
  /** What the operands are, as usage prints them. */
  readonly operands: string;
  readonly summary: string;
  /** Lines below the usage. */
  readonly description: readonly string[];
  readonly options: readonly OptionSpec[];
  readonly example: readonly string[];
  readonly load: () => Promise<{ readonly run: RunVerb }>;
}

export const VERBS: readonly Verb[] = [
  {
    name: 'links',
    operands: 'BOARD',
    summary: 'what depends on what, and which property says so',
    description: [
      'Every device in registration order with its suppliers: state and flags of each device link and the',
      'properties behind it; what a device still waits for; dependency cycles and what would settle them.',
    ],
    options: [
      ...FOCUS_OPTIONS,
      {
        name: 'format',
        value: 'F',
        choices: ['text', 'json', 'dot', 'mermaid'],
        help: 'text (default), json, dot, mermaid',
      },
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS,
    ],
    example: [
      'devgraph links imx8mp-evk.dtb --device 30860000.serial',
      'devgraph links imx8mp-evk.dtb --device "*.dma-controller" --format dot | dot -Tsvg -o dma.svg',
    ],
    load: () => import('./links.ts'),
  },
  {
    name: 'order',
    operands: 'BOARD|SCENARIO',
    summary: 'in which order the board suspends and resumes, and what of it is luck',
    description: [
      'The order of the suspend phase (resume is its mirror), each step with the reason it stands there, and',
      'every dependency that only list position keeps. With --async, who may be overtaken and what deadlocks.',
      'With --graph, the order that parents and links alone give, whatever the list. Of a scenario (.yaml, .json,',
      '.scn), the order at its end, and which phases stand in for a link or contradict one.',
    ],
    options: [
      { name: 'graph', help: 'the order from parents and links alone, instead of the list' },
      ASYNC,
      ...FOCUS_OPTIONS,
      {
        name: 'format',
        value: 'F',
        choices: ['text', 'json', 'dot', 'mermaid'],
        help: 'text (default), json, dot, mermaid',
      },
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS,
    ],
    example: [
      'devgraph order imx8mp-evk.dtb --async all',
      'devgraph order examples/scenarios/phases-against-a-link.yaml',
    ],
    load: () => import('./order.ts'),
  },
  {
    name: 'why',
    operands: 'BOARD A B',
    summary: 'why one device is suspended before another',
    description: [
      'The path of links and parents that orders two devices, with the property at each step; or that only list',
      'position orders them; or that nothing does. A device is named as bus:name, as name, or by its node path.',
    ],
    options: [ASYNC, JSON_OUTPUT, OUTPUT, ...BOARD_OPTIONS],
    example: ['devgraph why bcm2837-rpi-3-b.dtb 3f202000.mmc 3f007000.dma-controller'],
    load: () => import('./why.ts'),
  },
  {
    name: 'diff',
    operands: 'BOARD [OTHER]',
    summary: 'what differs between two boards, or what a DMA link policy or an overlay changes on one',
    description: [
      'Devices, links, dependency cycles, the order of suspend and what of it is luck, deferrals, and phases that engines',
      'no longer need for the order. With one policy the other side is none: channels requested, no links.',
    ],
    options: [
      {
        name: 'dma-links',
        value: 'POLICY',
        repeatable: true,
        greedy: true,
        help: 'one policy, or two to compare (docs/dma.md); with two boards, one for each',
      },
      { name: 'format', value: 'F', choices: ['text', 'json'], help: 'text (default), json' },
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS.filter(({ name }) => name !== 'dma-links'),
    ],
    example: [
      'devgraph diff imx8mp-evk.dtb --dma-links engine',
      'devgraph diff imx8mp-evk.dtb --dma-links engine at-creation',
      'devgraph diff old.dtb new.dtb',
      'devgraph diff board.dtb --overlay camera.dtbo',
    ],
    load: () => import('./diff.ts'),
  },
  {
    name: 'dma',
    operands: 'WORKLOAD|SCENARIO',
    summary: 'the same DMA workload or scenario under several policies of links and runtime PM, in one table',
    description: [
      'WORKLOAD says in YAML or JSON which engines and clients there are and what the clients do (docs/dma-workloads.md).',
      'Deferrals, links, what keeps the order of suspend, engine on-time, resumes, worst latency, resumes needed in',
      'atomic context, lost data. A SCENARIO (.yaml, .json, .scn) has devices, whose requests of channels follow the policy.',
      'Exit status 1 if something that the file expects does not come.',
    ],
    options: [
      {
        name: 'policy',
        value: 'P,...',
        repeatable: true,
        help: 'policies, between commas: a link policy, hold, count, prepare, irq-safe, attach, late, noirq, ..., or several words joined with +',
      },
      { name: 'format', value: 'F', choices: ['text', 'json'], help: 'text (default), json' },
      JSON_OUTPUT,
      OUTPUT,
    ],
    example: [
      'devgraph dma examples/dma/hold-count-or-link.yaml',
      'devgraph dma examples/dma/hold-count-or-link.yaml --policy hold,count+irq-safe,engine-pm-runtime',
      'devgraph dma examples/scenarios/dma-serial-port.yaml --policy none,hold,engine-pm-runtime',
    ],
    load: () => import('./dma.ts'),
  },
  {
    name: 'check',
    operands: 'BOARD...',
    summary: 'what is wrong with a board, or with a recorded suspend of it',
    description: [
      'A linter with named rules; devgraph help RULE explains one. With --log, recorded suspends (dmesg with',
      'pm_print_times or initcall_debug, or an ftrace text trace; plain or .gz) are held against the board, and runtime PM',
      'events (rpm_* of ftrace) are searched for counts that stay, use without need and suspends without rest.',
    ],
    options: [
      {
        name: 'log',
        value: 'FILE',
        repeatable: true,
        greedy: true,
        help: 'recorded suspends and runtime PM events: one file or several',
      },
      { name: 'rule', value: 'NAME', repeatable: true, help: 'only this rule; may be repeated' },
      {
        name: 'severity',
        value: 'S',
        choices: ['error', 'warning', 'note'],
        help: 'list findings of this severity and worse (default note)',
      },
      {
        name: 'config',
        value: 'FILE',
        help: 'rules and severities (default devgraph.config.json, if it is there)',
      },
      { name: 'baseline', value: 'FILE', help: 'findings accepted earlier: count them, do not list them' },
      { name: 'write-baseline', value: 'FILE', help: 'accept all findings of today: write them to FILE' },
      {
        name: 'format',
        value: 'F',
        choices: ['text', 'json', 'github', 'sarif', 'junit', 'ktap'],
        help: 'text (default), json, github, sarif, junit, ktap',
      },
      ASYNC,
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS,
    ],
    example: [
      'devgraph check imx8mp-evk.dtb',
      'devgraph check bcm2837-rpi-3-b.dtb --log good.ftrace bad.ftrace.gz',
    ],
    load: () => import('./check.ts'),
  },
  {
    name: 'simulate',
    operands: 'FILE',
    summary: 'run a scenario: devices, drivers, steps, and what is expected of them',
    description: [
      'FILE is a scenario in YAML or JSON (devgraph schema scenario), or in the command language (.scn).',
      'Prints what did not come as expected, with its place in FILE, a hang of the kernel by name, and the',
      'trace: virtual time, calls, callbacks, results. Exit status 1 if anything did not. Of a scenario with a',
      'workload it prints what each of its runtime PM policies costs (docs/policies.md).',
    ],
    options: [
      { name: 'until', value: 'TIME', help: 'stop at this virtual time, such as 500ms or 10s' },
      {
        name: 'seed',
        value: 'N',
        help: 'another order where the kernel has a choice, or another workload; the same N gives the same run',
      },
      { name: 'policy', value: 'A,B,...', help: 'of a scenario with a workload: only these policies' },
      {
        name: 'sweep',
        value: 'NUMBER=A..B',
        repeatable: true,
        help: 'one policy over the values of a number of FILE, such as uart.autosuspend=0..5s; two give a grid',
      },
      { name: 'points', value: 'N', help: 'values of a range of --sweep (default 50, of each in a grid 12)' },
      {
        name: 'seeds',
        value: 'N',
        help: 'seeds whose spread is told, of a workload that has one (default 5)',
      },
      { name: 'verbose', short: 'v', help: 'what is set up, every event, and all states at the end' },
      {
        name: 'format',
        value: 'F',
        choices: ['text', 'json', 'svg', 'perfetto', 'csv', 'scn'],
        help: 'text (default), json, svg (the run; of a sweep its curve), perfetto (for ui.perfetto.dev), csv (a sweep), scn (a policy run as commands); the end of -o FILE says it too',
      },
      JSON_OUTPUT,
      OUTPUT,
    ],
    example: [
      'devgraph simulate examples/scenarios/supplier-resumed-by-link.yaml',
      'devgraph simulate suspend.yaml --seed 3 --until 10s',
      'devgraph simulate suspend.yaml -o suspend.perfetto.json',
      'devgraph simulate examples/policies/audio.yaml --policy at-once,delay-3ms',
      'devgraph simulate examples/policies/audio.yaml --sweep 30c10000.sai.autosuspend=0..20ms -o curve.svg',
    ],
    load: () => import('./simulate.ts'),
  },
  {
    name: 'explore',
    operands: 'FILE',
    summary: 'every order of what actors, workers and timers do in a small world, held against invariants',
    description: [
      'FILE is a scenario with actors (docs/explore.md). Visits every state that any schedule can reach, and says',
      'by which steps, as few as can be, one comes to break an invariant. Exit status 1 if one does. What was not',
      'looked at is said: memory grows by about 100 bytes a state.',
    ],
    options: [
      { name: 'invariant', value: 'NAME', repeatable: true, help: 'hold against this one; may be repeated' },
      { name: 'invariants', help: 'list the invariants' },
      { name: 'depth', value: 'N', help: 'follow paths of up to N steps (with --walk default 1000)' },
      { name: 'max-states', value: 'N', help: 'stop at N states (default 1000000)' },
      { name: 'walk', value: 'N', help: 'N random walks instead, for a world too large to visit' },
      { name: 'seed', value: 'N', help: 'of --walk: the same N walks the same way (default 0)' },
      { name: 'format', value: 'F', choices: ['text', 'json'], help: 'text (default), json' },
      JSON_OUTPUT,
      OUTPUT,
    ],
    example: [
      'devgraph explore examples/explore/unbind-twice.scn --invariant no-remove-under-consumer',
      'devgraph explore big.scn --walk 10000 --seed 7',
    ],
    load: () => import('./explore.ts'),
  },
  {
    name: 'probe',
    operands: 'BOARD...',
    summary: 'what binds, what never does, and the few causes behind it',
    description: [
      'Boots the board with the drivers of --kernel or --drivers (without either: one for every compatible) and',
      'says which devices bind, in which order and after how many deferrals, and what holds the others back.',
      'Several boards have a line each, and the causes over all of them, ranked.',
    ],
    options: [
      {
        name: 'kernel',
        value: 'DIR',
        help: 'an unpacked or installed kernel (lib/modules and boot), or an image: its drivers',
      },
      {
        name: 'modules-at',
        value: 'TIME',
        help: 'when the modules of --kernel come, as 12s; later than 10s is behind the timeout; or never',
      },
      {
        name: 'source',
        value: 'DIR',
        help: 'a Linux source folder: names file, option and module of the drivers that are missing',
      },
      {
        name: 'unblock',
        value: 'DEVICE',
        help: 'the fewest fixes after which DEVICE binds, tried by booting again; all for everything',
      },
      {
        name: 'log',
        value: 'FILE',
        help: 'the account of a recorded boot (dmesg) instead; BOARD may be left out',
      },
      {
        name: 'deferred',
        value: 'FILE',
        help: 'with --log: /sys/kernel/debug/devices_deferred of that system',
      },
      { name: 'closure', value: 'DEVICE', help: 'the modules of --kernel that DEVICE needs, in load order' },
      {
        name: 'chain',
        value: 'DEVICE',
        help: 'what DEVICE waited for last, what that waited for, and so on',
      },
      { name: 'sync-state', help: 'suppliers whose sync_state waits, for whom, and whether that is a fault' },
      { name: 'shuffle', value: 'N', help: 'do N other orders of driver registration bind the same devices' },
      { name: 'seed', value: 'N', help: 'which orders --shuffle tries (default 1)' },
      { name: 'fail', help: 'exit status 1 if any device is held back' },
      { name: 'verbose', short: 'v', help: 'also devices that nobody waits for, and every deferral' },
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS.map((option) => (option.name === 'drivers' ? PROBE_DRIVERS : option)),
    ],
    example: [
      'devgraph probe rk3399-rock-pi-4b.dtb --kernel /',
      'devgraph probe imx8mp-evk.dtb --kernel linux-image/ --unblock 30b50000.mmc',
      'devgraph probe boards/*.dtb --kernel linux-image/ --source /usr/src/linux-source-6.12',
    ],
    load: () => import('./probe.ts'),
  },
  {
    name: 'timeline',
    operands: 'LOG [BOARD]',
    summary: 'what took how long in a recorded suspend, and what determined it',
    description: [
      'The sleep cycles of a log, and of the longest one the critical path of each phase: the callbacks that determined',
      'how long it took, each with why it did not begin earlier; and what devices would save if they were',
      'asynchronous. A board adds its links to what the log tells.',
    ],
    options: [
      { name: 'cycle', value: 'N', help: 'look into this cycle, from 1 (default the one that took longest)' },
      {
        name: 'format',
        value: 'F',
        choices: ['text', 'json', 'svg', 'perfetto'],
        help: 'text (default), json, svg, perfetto (a Chrome trace file); else what the name of -o ends in says',
      },
      JSON_OUTPUT,
      OUTPUT,
      ...BOARD_OPTIONS,
    ],
    example: [
      'devgraph timeline suspend.ftrace',
      'devgraph timeline suspend.ftrace.gz bcm2837-rpi-3-b.dtb -o suspend.svg',
      'devgraph timeline suspend.ftrace -o suspend.perfetto.json',
    ],
    load: () => import('./timeline.ts'),
  },
  {
    name: 'snapshot-script',
    operands: '',
    summary: 'a shell script that packs what devgraph asks of a running board into one .tar.gz',
    description: [
      'Prints the script. It runs on the board, as root, in any POSIX shell (busybox is enough), reads only, and',
      'writes nothing but the archive, also straight through a pipe. Every verb on boards takes the archive, or the',
      'folder that it unpacks to, in place of BOARD.dtb: the device tree, the command line, the kernel log, modules',
      'and device links are then those of the board, and are compared with the model.',
      'Look before you publish an archive: the device tree may hold MAC addresses and serial numbers, and the command',
      'line and the kernel log whatever somebody put there.',
    ],
    options: [OUTPUT],
    example: [
      'devgraph snapshot-script > snapshot.sh; ssh root@board sh < snapshot.sh > board.tar.gz',
      'devgraph probe board.tar.gz',
    ],
    load: () => import('./snapshot-script.ts'),
  },
  {
    name: 'help',
    operands: '[VERB|RULE]',
    summary: 'explain a verb or a rule of check',
    description: ['Without an argument: all verbs and all rules.'],
    options: [],
    example: ['devgraph help dma-client-unlinked'],
    load: () => import('./help.ts'),
  },
  {
    name: 'schema',
    operands: 'VERB|board|scenario|workload',
    summary: "the JSON Schema of a verb's --json, of a board, of a scenario, or of a DMA workload",
    description: ['Printed as JSON Schema draft 2020-12, for editors and other programs.'],
    options: [OUTPUT],
    example: ['devgraph schema links'],
    load: () => import('./schema.ts'),
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    summary: 'a completion script for a shell',
    description: ['Prints the script; your shell reads it.'],
    options: [],
    example: ['source <(devgraph completion bash)'],
    load: () => import('./completion.ts'),
  },
];

export function verbNamed(name: string): Verb | undefined {
  return VERBS.find((verb) => verb.name === name);
}
