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
import type { RunningSystem } from '../core/system.ts';
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
  openSubject,
  progressOf,
  type Subject,
  styleOf,
} from './session.ts';
import { isSnapshotName } from './snapshot-name.ts';

interface Checked {
  readonly boards: CheckedBoard[];
  readonly logs: readonly CheckedLog[];
  readonly findings: Finding[];
  /** Those of the command line, with what a snapshot adds to them. */
  readonly options: ParsedOptions;
}

/** Reads and checks all that the command line names. */
async function checkInputs(given: ParsedOptions, outside: Io): Promise<Checked> {
  // --log takes all words that follow it, so a board may stand among them.
  const isBoard = (name: string) => name.endsWith('.dtb') || isSnapshotName(name, outside);
  const logs = optionValues(given, 'log').filter((name) => !isBoard(name));
  const boards = [...given.operands, ...optionValues(given, 'log').filter(isBoard)];
  if (boards.length + logs.length === 0) throw new UsageError('name a board, or a log with --log');
  if (logs.length > 0 && boards.length > 1) throw new UsageError('--log goes with one board at a time');
  const checked: CheckedBoard[] = [];
  const findings: Finding[] = [];
  const progress = progressOf(boards.length, given, outside);
  let logBoard: LogBoard | undefined;
  let last: Omit<Subject, 'board'> = { options: given, io: outside, system: undefined };
  for (const input of boards) {
    progress(input, checked.length);
    const { board, ...subject } = await openSubject(input, given, outside);
    last = subject;
    if (board === undefined) continue;
    const world = await bootWorld(board, subject.options, subject.io);
    for (const finding of checkBoard(world)) findings.push(finding);
    checked.push({
      input,
      model: world.board.model ?? null,
      devices: treeDevices(world).length,
      links: world.links.filter((link) => link !== undefined).length,
    });
    if (logs.length > 0 || subject.system !== undefined)
      logBoard = new (await import('../analysis/log-board.ts')).LogBoard(world);
  }
  progress(undefined, checked.length);
  const { system, io } = last;
  const options = boards.length === 1 ? last.options : given;
  const ownLog = system === undefined || boards.length > 1 ? [] : ownLogOf(system, io);
  const inputs = logs.length > 0 ? logs : ownLog;
  if (checked.length + inputs.length === 0) throw (await import('./snapshot-input.ts')).noTree(system!);
  if (inputs.length === 0) return { boards: checked, logs: [], findings, options };
  const { checkLogs } = await import('./check-logs.ts');
  const fromLogs = await checkLogs(
    inputs,
    { board: logBoard, system: boards.length > 1 ? undefined : system },
    io,
  );
  // The kernel log of a snapshot was not asked for: without power management in it there is nothing to say.
  const isSilent = fromLogs.logs.every(({ cycles, runtimeEvents }) => cycles + runtimeEvents === 0);
  if (logs.length === 0 && isSilent && checked.length > 0)
    return { boards: checked, logs: [], findings, options };
  return {
    boards: checked,
    logs: fromLogs.logs,
    findings: [...findings.map(fromLogs.explain), ...fromLogs.findings],
    options,
  };
}

/** The kernel log of a snapshot, where it has one. */
function ownLogOf(system: RunningSystem, io: Io): string[] {
  const log = `${system.input}/dmesg`;
  return io.exists(log) ? [log] : [];
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
    fwDevlink: bootOptionsOf(checked.options).fwDevlink,
    context: `${contextText(checked.options)}, drivers ${driverSetOf(checked.options)}`,
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
