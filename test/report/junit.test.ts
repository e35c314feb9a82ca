import { describe, expect, it } from 'vitest';
import { RULE_NAMES, RULES } from '../../src/analysis/rules.ts';
import { junit } from '../../src/report/junit.ts';
import { visible } from '../../src/report/visible.ts';
import {
  CHECK,
  EXAMPLE_BOARDS,
  exampleResults,
  findingAbout,
  itHoldsForNames,
  resultWith,
} from './small-results.ts';
import { readXml, type XmlElement } from './xml-reader.ts';

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Cases that have a child of this name, with its text. */
function casesWith(suite: XmlElement, name: string): (readonly [string, string])[] {
  return childrenOf(suite, 'testcase').flatMap((one) =>
    childrenOf(one, name).map((child) => [one.attributes.name!, child.text] as const),
  );
}

function rulesThatNeed(...needs: string[]): string[] {
  return RULE_NAMES.filter((name) => needs.includes(RULES[name].needs));
}

describe('JUnit XML', () => {
  const root = readXml(junit(CHECK));
  const [board, firstLog, secondLog] = root.children as [XmlElement, XmlElement, XmlElement];

  it('has a suite for each board and log, and a case for each rule that was looked at', () => {
    expect(root.children.map((suite) => suite.attributes.name)).toEqual([
      'board.dtb',
      'logs/first.dmesg',
      'logs/second.dmesg',
    ]);
    const rulesOf = (suite: XmlElement) => childrenOf(suite, 'testcase').map((one) => one.attributes.name);
    expect(rulesOf(board)).toEqual(rulesThatNeed('board'));
    expect(rulesOf(firstLog)).toEqual(rulesThatNeed('log', 'board and log', 'two logs'));
    expect(rulesOf(secondLog)).toEqual(rulesOf(firstLog));
  });

  it('fails a case for errors and warnings, all in one failure', () => {
    expect(casesWith(board, 'failure')).toEqual([
      [
        'dma-client-unlinked',
        [
          'warning: 7000.mmc -> dma: dmas in 7000.mmc makes no device link',
          'warning: 8000.serial -> dma: dmas in 8000.serial makes no device link',
          '  &{/soc/8000.serial} { };',
          '  8000.serial',
        ].join('\n'),
      ],
    ]);
    const [failed] = childrenOf(board, 'testcase').filter((one) => one.children.length > 0);
    expect(failed!.children[0]!.attributes).toEqual({
      type: 'warning',
      message: '7000.mmc -> dma: dmas in 7000.mmc makes no device link (and 1 more)',
    });
    expect(casesWith(secondLog, 'failure')).toEqual([
      ['callback-failed', 'error: line 42: 7000.mmc: suspend returned -16 (EBUSY)'],
    ]);
  });

  it('passes a case that has notes only, and prints them', () => {
    expect(casesWith(board, 'system-out')).toEqual([
      ['supplier-disabled', 'note: osc -> /dsi: clocks in /osc names a supplier that is disabled'],
    ]);
  });

  it('counts what it has', () => {
    expect(root.attributes).toMatchObject({ failures: '2', errors: '0' });
    expect(board.attributes).toMatchObject({ failures: '1', errors: '0', skipped: '0' });
    for (const suite of root.children) {
      expect(suite.attributes.tests).toBe(String(childrenOf(suite, 'testcase').length));
    }
  });

  it('says what was looked at', () => {
    const properties = childrenOf(board.children[0]!, 'property').map(({ attributes }) => attributes);
    expect(properties).toEqual([
      { name: 'context', value: CHECK.context },
      { name: 'model', value: 'A board' },
      { name: 'devices', value: '4' },
      { name: 'links', value: '3' },
    ]);
  });

  it('leaves out rules that were not looked at, but no finding', () => {
    const [suite] = readXml(junit(CHECK, { rules: ['order-by-luck'] })).children;
    expect(childrenOf(suite!, 'testcase').map((one) => one.attributes.name)).toEqual([
      'dma-client-unlinked',
      'order-by-luck',
      'supplier-disabled',
    ]);
  });

  it('has no log rules that need a board where there is none', () => {
    const [suite] = readXml(junit(resultWith([], { boards: [], logs: CHECK.logs.slice(0, 1) }))).children;
    expect(childrenOf(suite!, 'testcase').map((one) => one.attributes.name)).toEqual(rulesThatNeed('log'));
  });

  it('has a suite for an input that only a finding names', () => {
    const root = readXml(junit(resultWith([findingAbout('x', { place: { input: 'lost' } })])));
    expect(root.children.map(({ attributes }) => [attributes.name, attributes.failures])).toEqual([
      ['board.dtb', '0'],
      ['lost', '1'],
    ]);
  });
});

describe('JUnit XML of any names', () => {
  const holds = (name: string) => {
    const finding = findingAbout(name);
    const boards = [{ input: finding.place.input, model: name, devices: 1, links: 0 }];
    const root = readXml(
      junit(resultWith([finding, { ...finding, severity: 'note', key: 'n' }], { boards })),
    );
    const [suite] = root.children as [XmlElement];
    expect(suite.attributes.name).toBe(visible(finding.place.input));
    const [[, text]] = casesWith(suite, 'failure') as [[string, string]];
    const lines = [finding.message, ...finding.evidence].map(visible);
    expect(text).toBe(`warning: ${visible(finding.subject)}: ${lines.join('\n  ')}`);
    expect(casesWith(suite, 'system-out')).toHaveLength(1);
  };

  itHoldsForNames('is well-formed and says', holds);
});

it.each(EXAMPLE_BOARDS)('the rules that find errors or warnings in %s are the failures', (name) => {
  const { check } = exampleResults(name);
  const failing = new Set(check.findings.filter((one) => one.severity !== 'note').map((one) => one.rule));
  expect(failing.size).toBeGreaterThan(0);
  const [suite] = readXml(junit(check)).children as [XmlElement];
  expect(new Set(casesWith(suite, 'failure').map(([rule]) => rule))).toEqual(failing);
});
