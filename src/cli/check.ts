/** devgraph check: rules on boards and on recorded suspends of them. */
import { checkBoard } from '../analysis/check-board.ts';
import {
  type CheckedBoard,
  type CheckedLog,
  type CheckResult,
  checkResult,
} from '../analysis/check-result.ts';
import { type Finding, SEVERITIES } from '../analysis/finding.ts';
import { treeDevices } from '../analysis/links.ts';
import type { LogBoard } from '../analysis/log-board.ts';
import { isRuleName, RULE_NAMES, type RuleName } from '../analysis/rules.ts';
import { checkText } from '../report/text-check.ts';
import { type Io, UsageError } from './io.ts';
import { choiceOf, optionValue, optionValues, type ParsedOptions } from './options.ts';
import {
  bootOptionsOf,
  bootWorld,
  contextText,
  driverSetOf,
  emit,
  formatOf,
  jsonText,
  readBoard,
  styleOf,
} from './session.ts';

interface Checked {
  readonly boards: CheckedBoard[];
  readonly logs: readonly CheckedLog[];
  readonly findings: Finding[];
}

/** Reads and checks all that the command line names. */
async function checkInputs(options: ParsedOptions, io: Io): Promise<Checked> {
  // --log takes all words that follow it, so a board may stand among them.
  const isBoard = (name: string) => name.endsWith('.dtb');
  const logs = optionValues(options, 'log').filter((name) => !isBoard(name));
  const boards = [...options.operands, ...optionValues(options, 'log').filter(isBoard)];
  if (boards.length + logs.length === 0) throw new UsageError('name a board, or a log with --log');
  if (logs.length > 0 && boards.length > 1) throw new UsageError('--log goes with one board at a time');
  const checked: CheckedBoard[] = [];
  const findings: Finding[] = [];
  const progress = progressOf(boards.length, options, io);
  let logBoard: LogBoard | undefined;
  for (const input of boards) {
    progress(input, checked.length);
    const world = await bootWorld(await readBoard(input, options, io), options, io);
    for (const finding of checkBoard(world)) findings.push(finding);
    checked.push({
      input,
      model: world.board.model ?? null,
      devices: treeDevices(world).length,
      links: world.links.filter((link) => link !== undefined).length,
    });
    if (logs.length > 0) logBoard = new (await import('../analysis/log-board.ts')).LogBoard(world);
  }
  progress(undefined, checked.length);
  if (logs.length === 0) return { boards: checked, logs: [], findings };
  const { checkLogs } = await import('./check-logs.ts');
  const fromLogs = await checkLogs(logs, logBoard, io);
  return {
    boards: checked,
    logs: fromLogs.logs,
    findings: [...findings.map(fromLogs.explain), ...fromLogs.findings],
  };
}

/** A line on a terminal's standard error that says how far it is; nothing in a pipe. */
function progressOf(
  total: number,
  options: ParsedOptions,
  io: Io,
): (input: string | undefined, done: number) => void {
  if (total < 20 || !io.stderrIsTerminal || options.flags.has('quiet')) return () => {};
  return (input, done) =>
    io.stderr(input === undefined ? '\r\u001b[K' : `\r\u001b[K${done}/${total} ${input}`);
}

function selectedRules(options: ParsedOptions): (finding: Finding) => boolean {
  const rules = optionValues(options, 'rule');
  for (const rule of rules) {
    if (!isRuleName(rule)) throw new UsageError(`no rule '${rule}'; devgraph help lists them`);
  }
  const worst = SEVERITIES.indexOf(choiceOf(options, 'severity', SEVERITIES, 'note'));
  return (finding) =>
    (rules.length === 0 || rules.includes(finding.rule)) && SEVERITIES.indexOf(finding.severity) <= worst;
}

/** `rules` are those that were looked at: a rule that is left out has not passed. */
async function render(
  result: CheckResult,
  rules: readonly RuleName[],
  options: ParsedOptions,
  io: Io,
): Promise<string> {
  switch (formatOf(options)) {
    case 'json':
      return jsonText(result);
    case 'github':
      return (await import('../report/github.ts')).githubAnnotations(result);
    case 'sarif':
      return (await import('../report/sarif.ts')).sarif(result, {
        version: (await import('./version.ts')).VERSION,
      });
    case 'junit':
      return (await import('../report/junit.ts')).junit(result, { rules });
    case 'ktap':
      return (await import('../report/ktap.ts')).ktap(result, { rules });
    default:
      return checkText(result, styleOf(options, io), { quiet: options.flags.has('quiet') });
  }
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const isSelected = selectedRules(options);
  const config = await configOf(options, io);
  const checked = await checkInputs(options, io);
  let findings = config.apply(checked.findings).filter(isSelected);
  const baselineFile = optionValue(options, 'baseline');
  const writeFile = optionValue(options, 'write-baseline');
  let accepted = 0;
  let stale = 0;
  if (baselineFile !== undefined || writeFile !== undefined) {
    const { applyBaseline, baselineOf, readBaseline } = await import('./check-config.ts');
    if (baselineFile !== undefined) {
      ({ findings, accepted, stale } = applyBaseline(findings, await readBaseline(baselineFile, io)));
    }
    if (writeFile !== undefined) await io.writeFile(writeFile, jsonText(baselineOf(findings)));
  }
  const result = checkResult({
    kernel: optionValue(options, 'kernel-version') ?? '6.12',
    fwDevlink: bootOptionsOf(options).fwDevlink,
    context: `${contextText(options)}, drivers ${driverSetOf(options)}`,
    boards: checked.boards,
    logs: checked.logs,
    findings,
    accepted,
    stale,
  });
  const asked = optionValues(options, 'rule');
  const rules = RULE_NAMES.filter(
    (rule) => !config.isOff(rule) && (asked.length === 0 || asked.includes(rule)),
  );
  await emit(await render(result, rules, options, io), options, io);
  return writeFile === undefined && config.failed(result) ? 1 : 0;
}

interface AppliedConfig {
  readonly apply: (findings: Finding[]) => Finding[];
  readonly failed: (result: CheckResult) => boolean;
  readonly isOff: (rule: RuleName) => boolean;
}

/** The configuration file's effect; its reader is loaded only where there is a file. */
async function configOf(options: ParsedOptions, io: Io): Promise<AppliedConfig> {
  const file =
    optionValue(options, 'config') ??
    (io.exists('devgraph.config.json') ? 'devgraph.config.json' : undefined);
  if (file === undefined) {
    return {
      apply: (findings) => findings,
      failed: ({ counts }) => counts.error + counts.warning > 0,
      isOff: () => false,
    };
  }
  const { applyConfig, hasFailed, readConfig } = await import('./check-config.ts');
  const config = await readConfig(file, io);
  return {
    apply: (findings) => applyConfig(findings, config),
    failed: (result) => hasFailed(result, config),
    isOff: (rule) => config.rules[rule] === 'off',
  };
}
