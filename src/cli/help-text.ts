/** Help, made from the tables of verbs, options and rules. */
import { RULE_NAMES, RULES } from '../analysis/rules.ts';
import type { OptionSpec } from './options.ts';
import { GLOBAL_OPTIONS, VERBS, type Verb } from './verbs.ts';

function optionLine(option: OptionSpec): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` ${option.value}${option.greedy ? '...' : ''}`;
  return `  ${short}${`--${option.name}${value}`.padEnd(22)} ${option.help}`;
}

/** `devgraph VERB --help`. */
export function verbHelp(verb: Verb): string {
  const options = [...verb.options, ...GLOBAL_OPTIONS];
  return `${[
    `devgraph ${[verb.name, verb.operands].filter(Boolean).join(' ')} [options]: ${verb.summary}`,
    '',
    ...verb.description,
    '',
    'Options:',
    ...options.map(optionLine),
    '',
    verb.example.length === 1 ? 'Example:' : 'Examples:',
    ...verb.example.map((line) => `  ${line}`),
    '',
    'Exit status: 0 done, 1 findings of severity warning or error (check), 2 bad usage or input.',
  ].join('\n')}\n`;
}

/** `devgraph --help`. */
export function overview(): string {
  const width = Math.max(...VERBS.map((verb) => `${verb.name} ${verb.operands}`.length));
  return `${[
    'devgraph: the Linux device model as a graph that runs',
    '',
    'devgraph VERB INPUT... [options]; a BOARD is a device-tree blob (.dtb), a snapshot of a running system (.tar.gz, or',
    'the folder that it unpacks to; devgraph snapshot-script), or - for standard input.',
    '',
    ...VERBS.map((verb) => `  ${`${verb.name} ${verb.operands}`.padEnd(width)}  ${verb.summary}`),
    '',
    'Options of every verb:',
    ...GLOBAL_OPTIONS.map(optionLine),
    '',
    'devgraph VERB --help explains a verb, devgraph help RULE a rule of check.',
  ].join('\n')}\n`;
}

/** The rules of check, a line each. */
export function ruleList(): string {
  const width = Math.max(...RULE_NAMES.map((name) => name.length));
  return `${RULE_NAMES.map((name) => `  ${name.padEnd(width)}  ${RULES[name].severity.padEnd(7)}  ${RULES[name].title}`).join('\n')}\n`;
}
