import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/analysis/check-result.ts';
import { RULE_NAMES, RULES } from '../../src/analysis/rules.ts';
import { type SarifOptions, sarif } from '../../src/report/sarif.ts';
import { visible } from '../../src/report/visible.ts';
import {
  CHECK,
  EXAMPLE_BOARDS,
  exampleResults,
  findingAbout,
  itHoldsForNames,
  resultWith,
} from './small-results.ts';

interface LogicalLocation {
  readonly name: string;
  readonly fullyQualifiedName: string;
  readonly kind: string;
}

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex?: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly index?: number };
      readonly region?: { readonly startLine: number };
    };
    readonly logicalLocations?: readonly LogicalLocation[];
  }[];
  readonly relatedLocations?: readonly { readonly logicalLocations: readonly LogicalLocation[] }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}

interface Run {
  readonly tool: {
    readonly driver: {
      readonly name: string;
      readonly version?: string;
      readonly rules: readonly {
        readonly id: string;
        readonly defaultConfiguration: { readonly level: string };
      }[];
    };
  };
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
  readonly results: readonly SarifResult[];
  readonly properties: unknown;
}

function runOf(result: CheckResult, options?: SarifOptions): Run {
  const log = JSON.parse(sarif(result, options)) as { version: string; runs: [Run] };
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  return log.runs[0];
}

/** What a viewer shows of a message: section 3.11.5 of SARIF, no arguments, and no link of section 3.11.6 in it. */
function shownMessage(text: string): string {
  expect(text.replaceAll('{{', '').replaceAll('}}', '')).not.toMatch(/[{}]/);
  expect(text).not.toMatch(/(?<!\\)\]\(/);
  return text.replaceAll('{{', '{').replaceAll('}}', '}').replaceAll('\\](', '](');
}

describe('SARIF', () => {
  it('has the whole rule catalogue, and boards and logs as artifacts', () => {
    const { tool, artifacts, properties } = runOf(CHECK, { version: '1.2.3' });
    expect(tool.driver.name).toBe('devgraph');
    expect(tool.driver.version).toBe('1.2.3');
    expect(tool.driver.rules.map((rule) => [rule.id, rule.defaultConfiguration.level])).toEqual(
      RULE_NAMES.map((name) => [name, RULES[name].severity]),
    );
    expect(artifacts.map((artifact) => artifact.location.uri)).toEqual([
      'board.dtb',
      'logs/first.dmesg',
      'logs/second.dmesg',
    ]);
    expect(properties).toEqual({ kernel: '6.12', fwDevlink: 'rpm', context: CHECK.context, accepted: 0 });
  });

  it('places a finding at its board and node, and names its devices', () => {
    expect(runOf(CHECK).results[1]).toEqual({
      ruleId: 'dma-client-unlinked',
      ruleIndex: RULE_NAMES.indexOf('dma-client-unlinked'),
      level: 'warning',
      message: {
        text: '8000.serial -> dma: dmas in 8000.serial makes no device link\n&{{/soc/8000.serial}} {{ }};\n8000.serial',
      },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'board.dtb', index: 0 } },
          logicalLocations: [
            {
              name: 'serial@8000',
              fullyQualifiedName: '/soc/serial@8000',
              kind: 'device tree node',
              properties: { property: 'dmas' },
            },
          ],
        },
      ],
      relatedLocations: [
        {
          id: 0,
          logicalLocations: [
            { name: '8000.serial', fullyQualifiedName: 'platform:8000.serial', kind: 'device' },
          ],
        },
        { id: 1, logicalLocations: [{ name: 'dma', fullyQualifiedName: 'platform:dma', kind: 'device' }] },
      ],
      partialFingerprints: { 'finding/v1': 'dma-client-unlinked 8000.serial dma' },
    });
  });

  it('places a finding of a log at its line', () => {
    const [location] = runOf(CHECK).results.find(({ ruleId }) => ruleId === 'callback-failed')!.locations;
    expect(location).toEqual({
      physicalLocation: {
        artifactLocation: { uri: 'logs/second.dmesg', index: 2 },
        region: { startLine: 42 },
      },
    });
  });

  it('has a fingerprint that does not change with line, text and severity', () => {
    const fingerprints = [
      {},
      { place: { input: 'x', line: 7 } },
      { message: 'other words', severity: 'note' as const },
    ].map((overrides) => runOf(resultWith([findingAbout('mmc', overrides)])).results[0]!.partialFingerprints);
    expect(new Set(fingerprints.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  it.each([
    ['boards/a b#1?.dtb', 'boards/a%20b%231%3F.dtb'],
    ['/tmp/x.dtb', 'file:///tmp/x.dtb'],
    ['a:b.dtb', 'a%3Ab.dtb'],
    ['50%.dtb', '50%25.dtb'],
    ['\ud800.dtb', '%EF%BF%BD.dtb'],
  ])('refers to %j as %s', (input, uri) => {
    const [result] = runOf(resultWith([findingAbout('x', { place: { input } })])).results;
    expect(result!.locations[0]!.physicalLocation.artifactLocation.uri).toBe(uri);
  });

  it('keeps a finding of a rule that it does not know, without an index', () => {
    const [result] = runOf(resultWith([findingAbout('x', { rule: 'of-tomorrow' })])).results;
    expect(result).toMatchObject({ ruleId: 'of-tomorrow' });
    expect(result).not.toHaveProperty('ruleIndex');
  });
});

describe('SARIF of any names', () => {
  const holds = (name: string) => {
    const finding = findingAbout(name);
    const { results, artifacts } = runOf(
      resultWith([finding], { boards: [{ input: finding.place.input, model: name, devices: 1, links: 0 }] }),
    );
    expect(results).toHaveLength(1);
    const [{ message, locations, relatedLocations }] = results as [SarifResult];
    expect(shownMessage(message.text)).toBe(
      [`${finding.subject}: ${finding.message}`, ...finding.evidence].map(visible).join('\n'),
    );
    expect(locations[0]!.physicalLocation.artifactLocation).toEqual({
      uri: artifacts[0]!.location.uri,
      index: 0,
    });
    expect(artifacts[0]!.location.uri).toMatch(/^[A-Za-z0-9._~!*'()%/:-]+$/);
    expect(locations[0]!.logicalLocations![0]!.fullyQualifiedName).toBe(visible(`/soc/${name}`));
    expect(relatedLocations!.map((one) => one.logicalLocations[0]!.fullyQualifiedName)).toEqual([
      ...new Set([visible(`platform:${name}`), 'platform:dma']),
    ]);
  };

  itHoldsForNames('is JSON and says', holds);
});

it.each(EXAMPLE_BOARDS)('every finding of %s is one result, and no two have one fingerprint', (name) => {
  const { check } = exampleResults(name);
  expect(check.findings.length).toBeGreaterThan(5);
  const { results } = runOf(check);
  expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual(
    check.findings.map(({ rule, severity }) => [rule, severity]),
  );
  for (const { message } of results) shownMessage(message.text);
  expect(new Set(results.map((result) => result.partialFingerprints['finding/v1'])).size).toBe(
    results.length,
  );
});
