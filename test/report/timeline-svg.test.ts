import { describe, expect, it } from 'vitest';
import { type CriticalPath, criticalPath } from '../../src/analysis/critical-path.ts';
import { timelineSvg } from '../../src/report/timeline-svg.ts';
import { cyclesOf, recordedCycle } from '../analysis/cycles-of.ts';
import { cyclesOfScenario } from '../support/recorded-run.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { readXml } from './xml-reader.ts';

function pathOf(...commands: string[]): CriticalPath {
  return criticalPath(cyclesOfScenario(...commands)[0]!);
}

interface Label {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What is written in a picture, and where; widths are those of a common sans-serif font at this size, or less. */
function labelsOf(svg: string): Label[] {
  return [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.-]+)"([^>]*)>([^<]*)<\/text>/g)].map(
    ([, x, y, attributes, text]) => {
      const width = text!.replace(/&\w+;/g, '.').length * 5.8;
      const from = attributes!.includes('anchor="end"') ? Number(x) - width : Number(x);
      return { text: text!, from, to: from + width, y: Number(y) };
    },
  );
}

function overlapping(labels: readonly Label[]): string[] {
  return labels.flatMap((one, index) =>
    labels
      .slice(index + 1)
      .filter((two) => Math.abs(one.y - two.y) < 11 && one.from < two.to && two.from < one.to)
      .map((two) => `${one.text} and ${two.text}`),
  );
}

const MACHINE = [
  ...['pm_async 1', 'dev p', 'dev a parent=p async', 'dev b parent=p async', 'drv r match=p,a,b ops=basic'],
  ...['delay a suspend 5', 'delay b suspend 3', 'delay p suspend 1', 'delay p resume 2', 'suspend devices'],
];

describe('a picture of a sleep cycle', () => {
  it('has a panel for each way that took time, with phases, callbacks and the critical path by name', () => {
    const svg = timelineSvg(pathOf(...MACHINE), 'a machine');
    expect(readXml(`${PROLOGUE}${svg}`)).toBeDefined();
    const texts = labelsOf(svg).map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining([
        ...[
          'a machine',
          '6 ms on the way down',
          '2 ms on the way up',
          'phases',
          'synchronous',
          'asynchronous',
        ],
        ...['critical path', 'suspend 6 ms', 'a 5 ms', 'b 3 ms', 'p 1 ms', 'p 2 ms'],
      ]),
    );
    expect(svg).toContain('<title>b: 3 ms, 2 ms to spare; began with the suspend phase</title>');
  });

  it('has no panels without times', () => {
    const [cycle] = cyclesOf([
      { kind: 'callback-begin', time: Number.NaN, device: 'a', direction: 'suspend' },
      { kind: 'callback-end', time: Number.NaN, device: 'a', error: 0 },
    ]);
    expect(labelsOf(timelineSvg(criticalPath(cycle!), 'nothing')).map(({ text }) => text)).toEqual([
      'nothing',
    ]);
  });

  it('is well-formed whatever the names', () => {
    for (const name of ['<script>', ']]>', '&lt;', '"', '\u0001', '\ud800', '\u202e']) {
      const [cycle] = cyclesOf([
        { kind: 'callback-begin', time: 0, device: name, direction: 'suspend', phase: 'suspend' },
        { kind: 'callback-end', time: 9, device: name, error: 0 },
      ]);
      const svg = timelineSvg(criticalPath(cycle!), name);
      expect(readXml(`${PROLOGUE}${svg}`), name).toBeDefined();
      expect(svg).not.toContain('<script');
    }
  });
});

describeWithSharedData(
  'the recorded suspends',
  ['rpi3b/suspend-async.ftrace', 'q35/q35-async.ftrace'],
  () => {
    it.each([
      ...['rpi3b/suspend-async.ftrace', 'rpi3b/suspend-sync.ftrace', 'rpi3b/suspend-async.dmesg'],
      ...['q35/q35-async.ftrace', 'q35/q35-sync.dmesg'],
    ])('%s: nothing is written over anything else, nor beyond the edge', (name) => {
      const svg = timelineSvg(criticalPath(recordedCycle(name)), name);
      const labels = labelsOf(svg);
      expect(overlapping(labels)).toEqual([]);
      expect(labels.filter(({ from, to }) => from < 0 || to > 1200)).toEqual([]);
      expect(labels.length).toBeGreaterThan(12);
    });
  },
);
