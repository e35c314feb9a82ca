/**
 * Findings as SARIF 2.1.0, the format of code-scanning services.
 *
 * Reference: OASIS SARIF 2.1.0 with errata 01. In a message `{` and `}` are doubled (section 3.11.5), and `[text](target)`
 * is a link (3.11.6), which no name from outside may make.
 */
import type { CheckResult } from '../analysis/check-result.ts';
import type { Finding, FindingPlace } from '../analysis/finding.ts';
import { isRuleName, RULE_NAMES, RULES } from '../analysis/rules.ts';
import { findingLines } from './finding-lines.ts';
import { visible } from './visible.ts';

export interface SarifOptions {
  /** Version of devgraph; default none. */
  readonly version?: string;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

function messageText(text: string): string {
  return text.replace(/[{}]/g, '$&$&').replaceAll('](', '\\](');
}

/** A file name as a URI reference; an absolute one as a file URI. */
function uriOf(input: string): string {
  const wellFormed = input.replace(/[\ud800-\udfff]/gu, '\ufffd');
  const path = wellFormed.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}

function driver(version: string | undefined) {
  return {
    name: 'devgraph',
    ...(version !== undefined && { version }),
    rules: RULE_NAMES.map((id) => ({
      id,
      shortDescription: { text: RULES[id].title },
      help: { text: `devgraph help ${id} explains this rule and how to fix what it finds.` },
      defaultConfiguration: { level: RULES[id].severity },
      properties: { needs: RULES[id].needs },
    })),
  };
}

/** Boards and logs, each once. */
function artifacts({ boards, logs }: CheckResult): Map<string, Readonly<Record<string, string | number>>> {
  const found = new Map<string, Readonly<Record<string, string | number>>>();
  for (const { input, model, devices, links } of boards) {
    found.set(input, { ...(model !== null && { model: visible(model) }), devices, links });
  }
  for (const { input, format, lines, skipped } of logs) {
    if (!found.has(input)) found.set(input, { format, lines, skipped });
  }
  return found;
}

function runProperties({ kernel, fwDevlink, context, accepted }: CheckResult) {
  return { kernel, fwDevlink, context: visible(context), accepted };
}

/** The file and line, and within it the node. */
function location({ input, line, node, property }: FindingPlace, indices: ReadonlyMap<string, number>) {
  const index = indices.get(input);
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(input), ...(index !== undefined && { index }) },
      ...(line !== undefined && { region: { startLine: line } }),
    },
    ...(node !== undefined && {
      logicalLocations: [
        {
          name: visible(node.slice(node.lastIndexOf('/') + 1) || node),
          fullyQualifiedName: visible(node),
          kind: 'device tree node',
          ...(property !== undefined && { properties: { property: visible(property) } }),
        },
      ],
    }),
  };
}

/** A device that a finding concerns. */
function deviceLocation(device: string, id: number) {
  return {
    id,
    logicalLocations: [
      {
        name: visible(device.slice(device.indexOf(':') + 1)),
        fullyQualifiedName: visible(device),
        kind: 'device',
      },
    ],
  };
}

function resultOf(finding: Finding, indices: ReadonlyMap<string, number>) {
  const { rule, severity, place, key } = finding;
  const devices = [...new Set(finding.devices)];
  return {
    ruleId: rule,
    ...(isRuleName(rule) && { ruleIndex: RULE_NAMES.indexOf(rule) }),
    level: severity,
    message: { text: messageText(findingLines(finding).join('\n')) },
    locations: [location(place, indices)],
    ...(devices.length > 0 && { relatedLocations: devices.map(deviceLocation) }),
    partialFingerprints: { 'finding/v1': visible(`${rule} ${key}`) },
  };
}

/**
 * The result as a SARIF 2.1.0 log of one run. The rules are the whole catalogue; boards and logs are its artifacts; a finding
 * has its node as logical location, its devices as related locations, the line where it lies in a log, and a fingerprint
 * that does not change with order and position. Returns indented JSON that ends in a line break.
 */
export function sarif(result: CheckResult, options: SarifOptions = {}): string {
  const inputs = artifacts(result);
  const indices = new Map([...inputs.keys()].map((input, index) => [input, index]));
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: driver(options.version) },
        columnKind: 'utf16CodeUnits',
        artifacts: [...inputs].map(([input, properties]) => ({
          location: { uri: uriOf(input) },
          roles: ['analysisTarget'],
          properties,
        })),
        results: result.findings.map((finding) => resultOf(finding, indices)),
        properties: runProperties(result),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
