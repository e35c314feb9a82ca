import { describe, expect, it } from 'vitest';
import { ktap } from '../../src/report/ktap.ts';
import { visible } from '../../src/report/visible.ts';
import { readKtap } from './ktap-reader.ts';
import {
  CHECK,
  EXAMPLE_BOARDS,
  exampleResults,
  findingAbout,
  itHoldsForNames,
  resultWith,
} from './small-results.ts';

describe('KTAP', () => {
  it('has a test for each input and a subtest for each rule, findings before the result of their rule', () => {
    const rules = ['dma-client-unlinked', 'supplier-disabled', 'callback-failed'];
    expect(ktap({ ...CHECK, logs: CHECK.logs.slice(1) }, { rules })).toBe(`KTAP version 1
1..2
# Linux 6.12, fw_devlink=rpm, arm64, drivers none
  KTAP version 1
  # Subtest: board.dtb
  1..2
  # model: A board
  # devices: 4
  # links: 3
  # warning: 7000.mmc -> dma: dmas in 7000.mmc makes no device link
  # warning: 8000.serial -> dma: dmas in 8000.serial makes no device link
  #   &{/soc/8000.serial} { };
  #   8000.serial
  not ok 1 dma-client-unlinked
  # note: osc -> /dsi: clocks in /osc names a supplier that is disabled
  ok 2 supplier-disabled
not ok 1 board.dtb
  KTAP version 1
  # Subtest: logs/second.dmesg
  1..1
  # format: dmesg
  # lines: 100
  # skipped lines: 0
  # sleep cycles: 1
  # callbacks: 8
  # error: line 42: 7000.mmc: suspend returned -16 (EBUSY)
  not ok 1 callback-failed
not ok 2 logs/second.dmesg
`);
  });

  it('passes an input that has notes only', () => {
    const [test] = readKtap(
      ktap(resultWith([findingAbout('x', { severity: 'note', place: { input: 'board.dtb' } })])),
    );
    expect(test).toMatchObject({ name: 'board.dtb', ok: true });
    expect(test!.subtests.every((subtest) => subtest.ok)).toBe(true);
  });

  it('has an empty plan where nothing was looked at', () => {
    expect(readKtap(ktap(resultWith([], { boards: [] })))).toEqual([]);
  });
});

describe('KTAP of any names', () => {
  const holds = (name: string) => {
    const finding = findingAbout(name);
    const boards = [{ input: finding.place.input, model: name, devices: 1, links: 0 }];
    const [test, ...others] = readKtap(ktap(resultWith([finding], { boards, context: name })));
    expect(others).toEqual([]);
    expect(test!.ok).toBe(false);
    expect(test!.name).toBe(visible(finding.place.input).replaceAll('#', '\\x23'));
    const failed = test!.subtests.filter((subtest) => !subtest.ok);
    expect(failed).toHaveLength(1);
    expect(failed[0]!.name).toBe(finding.rule);
    expect(failed[0]!.diagnostics.slice(-3)).toEqual([
      `warning: ${visible(finding.subject)}: ${visible(finding.message)}`,
      ...finding.evidence.map((line) => `  ${visible(line)}`),
    ]);
  };

  itHoldsForNames('can be read and says', holds);
});

it.each(EXAMPLE_BOARDS)('the rules that find errors or warnings in %s are not ok', (name) => {
  const { check } = exampleResults(name);
  const failing = new Set(check.findings.filter((one) => one.severity !== 'note').map((one) => one.rule));
  const [test] = readKtap(ktap(check));
  expect(new Set(test!.subtests.filter((one) => !one.ok).map((one) => one.name))).toEqual(failing);
});
