/** devgraph completion: scripts for shells, made from the tables of verbs, options and rules. */
import { RULE_NAMES } from '../analysis/rules.ts';
import { DESIGN_WORD_NAMES, DMA_LINK_POLICY_NAMES } from '../dma/index.ts';
import { type Io, UsageError } from './io.ts';
import type { OptionSpec, ParsedOptions } from './options.ts';
import { GLOBAL_OPTIONS, VERBS, type Verb } from './verbs.ts';

/** Words that may follow an option or a verb, besides files. */
function valueWords(option: OptionSpec): readonly string[] {
  if (option.name === 'rule') return RULE_NAMES;
  if (option.name === 'async') return ['all', 'none', 'live'];
  if (option.name === 'drivers') return ['all', 'none', 'per-compatible', 'live'];
  if (option.name === 'dma-links') return DMA_LINK_POLICY_NAMES;
  if (option.name === 'policy') return [...DMA_LINK_POLICY_NAMES, ...DESIGN_WORD_NAMES];
  return option.choices ?? [];
}

function operandWords(verb: Verb): readonly string[] {
  switch (verb.name) {
    case 'help':
      return [...VERBS.map((one) => one.name), ...RULE_NAMES];
    case 'schema':
      return ['links', 'order', 'why', 'check', 'board'];
    case 'completion':
      return ['bash', 'zsh', 'fish'];
    default:
      return [];
  }
}

function optionsOf(verb: Verb): readonly OptionSpec[] {
  return [...verb.options, ...GLOBAL_OPTIONS];
}

/** Options that take a value from a fixed set, whatever the verb. */
function optionsWithWords(): OptionSpec[] {
  const byName = new Map(VERBS.flatMap(optionsOf).map((option) => [option.name, option]));
  return [...byName.values()].filter((option) => option.value !== undefined && valueWords(option).length > 0);
}

function bashScript(): string {
  // format differs by verb: all of its values are offered together.
  const values = new Map<string, Set<string>>();
  for (const option of VERBS.flatMap(optionsOf)) {
    const words = values.get(option.name) ?? new Set();
    for (const word of valueWords(option)) words.add(word);
    values.set(option.name, words);
  }
  const valueCases = optionsWithWords().map(
    ({ name }) => `    --${name}) words="${[...values.get(name)!].join(' ')}" ;;`,
  );
  const verbCases = VERBS.map((verb) => {
    const words = [...optionsOf(verb).map((option) => `--${option.name}`), ...operandWords(verb)];
    return `    ${verb.name}) words="${words.join(' ')}" ;;`;
  });
  return `_devgraph() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${VERBS.map((verb) => verb.name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "$previous" in
${valueCases.join('\n')}
    *) case "\${COMP_WORDS[1]}" in
${verbCases.join('\n')}
    esac
    COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
  COMPREPLY+=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _devgraph devgraph
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zshScript(): string {
  const argument = (option: OptionSpec) => {
    const words = valueWords(option);
    const name = `--${option.name}`;
    const help = option.help.replace(/[[\]:]/g, (character) => `\\${character}`);
    const value =
      option.value === undefined
        ? ''
        : `:${option.value}:${words.length > 0 ? `(${words.join(' ')})` : '_files'}`;
    return quoted(`${option.repeatable ? '*' : ''}${name}[${help}]${value}`);
  };
  const verbCases = VERBS.map((verb) => {
    const words = operandWords(verb);
    const operands = words.length > 0 ? `(${words.join(' ')})` : '_files';
    const args = [...optionsOf(verb).map(argument), quoted(`*:input:${operands}`)];
    return `    ${verb.name}) _arguments ${args.join(' ')} ;;`;
  });
  return `#compdef devgraph
_devgraph() {
  if (( CURRENT == 2 )); then
    local -a verbs=(${VERBS.map((verb) => quoted(`${verb.name}:${verb.summary}`)).join(' ')})
    _describe verb verbs
    return
  fi
  local verb="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$verb" in
${verbCases.join('\n')}
  esac
}
compdef _devgraph devgraph
`;
}

function fishScript(): string {
  const lines = VERBS.map(
    (verb) => `complete -c devgraph -n __fish_use_subcommand -a ${verb.name} -d ${quoted(verb.summary)}`,
  );
  for (const verb of VERBS) {
    const on = `complete -c devgraph -n '__fish_seen_subcommand_from ${verb.name}'`;
    for (const option of optionsOf(verb)) {
      const words = valueWords(option);
      const value =
        option.value === undefined ? '' : words.length > 0 ? ` -x -a ${quoted(words.join(' '))}` : ' -r';
      lines.push(
        `${on} -l ${option.name}${option.short ? ` -s ${option.short}` : ''}${value} -d ${quoted(option.help)}`,
      );
    }
    const words = operandWords(verb);
    if (words.length > 0) lines.push(`${on} -a ${quoted(words.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const scripts: Record<string, () => string> = { bash: bashScript, zsh: zshScript, fish: fishScript };
  const [shell] = options.operands;
  const script = shell !== undefined && Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined) throw new UsageError(`name a shell: ${Object.keys(scripts).join(', ')}`);
  io.stdout(script());
  return 0;
}
