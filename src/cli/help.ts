/** devgraph help: explains a verb or a rule. */
import { readFileSync } from 'node:fs';
import { isRuleName, RULE_NAMES } from '../analysis/rules.ts';
import { overview, ruleList, verbHelp } from './help-text.ts';
import { type Io, UsageError } from './io.ts';
import { nearest, type ParsedOptions } from './options.ts';
import { VERBS, verbNamed } from './verbs.ts';

/** The page of a rule: docs/rules beside the package's dist folder. */
function rulePage(rule: string): string {
  for (const up of ['..', '../..']) {
    try {
      return readFileSync(new URL(`${up}/docs/rules/${rule}.md`, import.meta.url), 'utf8');
    } catch {
      // Sources lie one folder deeper than the build.
    }
  }
  throw new UsageError(`the page of ${rule} is missing from this installation`);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const [topic] = options.operands;
  const verb = topic === undefined ? undefined : verbNamed(topic);
  if (topic === undefined) io.stdout(`${overview()}\nRules of check:\n\n${ruleList()}`);
  else if (verb !== undefined) io.stdout(verbHelp(verb));
  else if (isRuleName(topic)) io.stdout(rulePage(topic));
  else {
    const near = nearest(topic, [...VERBS.map((one) => one.name), ...RULE_NAMES]);
    throw new UsageError(
      `no verb and no rule '${topic}'; ${near === undefined ? 'devgraph help lists them' : `did you mean ${near}?`}`,
    );
  }
  return 0;
}
