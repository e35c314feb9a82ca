/**
 * The configuration and baseline files of check: rules, severities, findings accepted today. Both are JSON, checked by a schema.
 */
import { z } from 'zod';
import type { CheckResult } from '../analysis/check-result.ts';
import { type Finding, SEVERITIES } from '../analysis/finding.ts';
import { matchesPattern } from '../analysis/focus.ts';
import { isRuleName, RULE_NAMES } from '../analysis/rules.ts';
import { InputError } from '../core/diagnostic.ts';
import type { Io } from './io.ts';

const ruleName = z
  .string()
  .refine(isRuleName, { error: `not a rule; the rules are ${RULE_NAMES.join(', ')}` });

const configSchema = z.strictObject({
  /** Severity by rule, or off. */
  rules: z.partialRecord(ruleName, z.enum(['off', ...SEVERITIES])).default({}),
  /** Findings that are wanted as they are, each with its reason. */
  ignore: z
    .array(
      z.strictObject({
        rule: ruleName.optional(),
        /** A device or node that the finding names; * is a wildcard. */
        device: z.string().min(1),
        reason: z.string().min(1),
      }),
    )
    .default([]),
  /** Least severity that makes the exit status 1. */
  failOn: z.enum(SEVERITIES).default('warning'),
});

const baselineSchema = z.strictObject({
  version: z.literal(1),
  accepted: z.array(z.strictObject({ input: z.string(), rule: z.string(), key: z.string() })).max(1_000_000),
});

export type CheckConfig = z.infer<typeof configSchema>;
export type Baseline = z.infer<typeof baselineSchema>;

async function readJson<T>(name: string, schema: z.ZodType<T>, io: Io): Promise<T> {
  const text = new TextDecoder().decode(await io.readBytes(name));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError('json', { input: name }, `is not JSON (${(error as Error).message})`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new InputError(
    'json',
    path === '' ? { input: name } : { input: name, path },
    issue?.message ?? 'is not valid',
  );
}

export function readConfig(name: string, io: Io): Promise<CheckConfig> {
  return readJson(name, configSchema, io);
}

export function readBaseline(name: string, io: Io): Promise<Baseline> {
  return readJson(name, baselineSchema, io);
}

/** File name without its folders, so that a baseline holds wherever the board lies. */
function baseName(input: string): string {
  return input.split(/[\\/]/).at(-1)!;
}

function acceptanceKey({ input, rule, key }: { input: string; rule: string; key: string }): string {
  return JSON.stringify([baseName(input), rule, key]);
}

function acceptanceOf(finding: Finding) {
  return { input: baseName(finding.place.input), rule: finding.rule, key: finding.key };
}

/** Findings with the severities of the configuration, without those it turns off or ignores. */
export function applyConfig(findings: readonly Finding[], config: CheckConfig): Finding[] {
  return findings.flatMap((finding) => {
    const severity = isRuleName(finding.rule) ? config.rules[finding.rule] : undefined;
    if (severity === 'off') return [];
    const names = [...finding.devices, ...finding.devices.map((id) => id.slice(id.indexOf(':') + 1))];
    if (finding.place.node !== undefined) names.push(finding.place.node);
    const isIgnored = config.ignore.some(
      ({ rule, device }) =>
        (rule === undefined || rule === finding.rule) && names.some((name) => matchesPattern(device, name)),
    );
    if (isIgnored) return [];
    return [severity === undefined ? finding : { ...finding, severity }];
  });
}

/** Takes out what the baseline accepts. `stale` counts entries of the baseline that no finding matches any more. */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
): { readonly findings: Finding[]; readonly accepted: number; readonly stale: number } {
  const accepted = new Set(baseline.accepted.map(acceptanceKey));
  const seen = new Set<string>();
  const left = findings.filter((finding) => {
    const key = acceptanceKey(acceptanceOf(finding));
    if (!accepted.has(key)) return true;
    seen.add(key);
    return false;
  });
  return { findings: left, accepted: findings.length - left.length, stale: accepted.size - seen.size };
}

/** The baseline that accepts these findings, in a stable order. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const byKey = new Map(
    findings.map((finding) => [acceptanceKey(acceptanceOf(finding)), acceptanceOf(finding)]),
  );
  const accepted = [...byKey].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, entry]) => entry);
  return { version: 1, accepted };
}

/** Whether a result has findings as severe as the configuration fails on. */
export function hasFailed(result: CheckResult, config: CheckConfig): boolean {
  return SEVERITIES.slice(0, SEVERITIES.indexOf(config.failOn) + 1).some(
    (severity) => result.counts[severity] > 0,
  );
}
