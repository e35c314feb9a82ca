/**
 * Recorded suspends of two machines, each twice (synchronous, asynchronous) and each in both formats at once: what the
 * formats say of the same run must agree.
 *
 * A kernel log prints just before it calls a callback and just after it returned; the tracepoints stand between. So
 * there must be one difference between the clocks with which every traced callback lies inside its printed one.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CallbackRun } from '../../src/analysis/sleep-cycles.ts';
import { readLog } from '../../src/logs/index.ts';
import { recordedCycle, runsOfBothFormats } from '../analysis/cycles-of.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';
import { addsUp } from './reading.ts';

const MACHINES = [
  { machine: 'rpi3b', runs: ['suspend-sync', 'suspend-async'], callbacks: 216 },
  { machine: 'q35', runs: ['q35-sync', 'q35-async'], callbacks: 128 },
] as const;

/** What both formats record of a callback. */
function essence({ device, driver, parent, direction, task, error }: CallbackRun): unknown {
  return { device, driver, parent, direction, task, error };
}

/** Begins and ends in the order in which they happened, by the callbacks' places. */
function interleaving(runs: readonly CallbackRun[]): string[] {
  return runs
    .flatMap((run, place) => [
      { sequence: run.beginSequence, what: `begin ${place}` },
      { sequence: run.endSequence ?? Number.NaN, what: `end ${place}` },
    ])
    .sort((one, two) => one.sequence - two.sequence)
    .map(({ what }) => what);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, two) => one - two);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)]!;
}

/** The plain forms of both formats, read the slow and obvious way. */
const ORACLES: Readonly<Record<string, readonly [RegExp, (groups: Record<string, string>) => object][]>> = {
  dmesg: [
    [
      /^\[ *(?<s>\d+)\.(?<us>\d{6})\] (?<driver>.*) (?<device>\S+): PM: calling (?<callback>\w+)(?: \[\w+\])? @ (?<task>\d+), parent: (?<parent>.*)$/,
      ({ driver, device, callback, task, parent }) => ({
        kind: 'callback-begin',
        driver,
        device,
        callback,
        task: Number(task),
        parent,
        direction: callback!.includes('suspend') || callback!.includes('freeze') ? 'suspend' : 'resume',
      }),
    ],
    [
      /^\[ *(?<s>\d+)\.(?<us>\d{6})\] (?<driver>.*) (?<device>\S+): PM: (?<callback>\w+)(?: \[\w+\])? returned (?<error>-?\d+) after (?<duration>\d+) usecs$/,
      ({ driver, device, callback, error, duration }) => ({
        kind: 'callback-end',
        driver,
        device,
        callback,
        error: Number(error),
        duration: Number(duration),
      }),
    ],
  ],
  ftrace: [
    [
      /^ *.*-(?<task>\d+) +\[\d+\] \S+ +(?<s>\d+)\.(?<us>\d{6}): device_pm_callback_start: (?<driver>.*) (?<device>\S+), parent: (?<parent>\S+), (?<words>.*)\[(?<verb>\w+)\]$/,
      ({ task, driver, device, parent, words, verb }) => ({
        kind: 'callback-begin',
        task: Number(task),
        ...(driver !== '' && { driver }),
        device,
        ...(parent !== 'none' && { parent }),
        ...(words !== '' && { callback: words!.trim() }),
        direction: verb,
        verb,
      }),
    ],
    [
      /^ *.*-(?<task>\d+) +\[\d+\] \S+ +(?<s>\d+)\.(?<us>\d{6}): device_pm_callback_end: (?<driver>.*) (?<device>\S+), err=(?<error>-?\d+)$/,
      ({ task, driver, device, error }) => ({
        kind: 'callback-end',
        task: Number(task),
        ...(driver !== '' && { driver }),
        device,
        error: Number(error),
      }),
    ],
  ],
};

function readByOracle(text: string, format: string): object[] {
  return text.split('\n').flatMap((line) => {
    for (const [pattern, read] of ORACLES[format]!) {
      const groups = pattern.exec(line)?.groups;
      if (groups !== undefined) return [{ time: Number(groups.s! + groups.us!), ...read(groups) }];
    }
    return [];
  });
}

const FILES = MACHINES.flatMap(({ machine, runs }) =>
  runs.flatMap((run) => [`${machine}/${run}.dmesg`, `${machine}/${run}.ftrace`]),
);

describeWithSharedData('recorded logs', FILES, () => {
  it.each(FILES)('%s is read without a skipped line', (name) => {
    const { events, summary } = readLog(name, readFileSync(sharedPath(name)));
    expect(summary).toMatchObject({
      format: name.slice(name.lastIndexOf('.') + 1),
      skipped: 0,
      continuations: 0,
      withoutTime: 0,
      lost: 0,
      cut: 0,
    });
    expect(addsUp({ events, summary })).toBe(true);
    expect(summary.lines).toBe(readFileSync(sharedPath(name), 'latin1').split('\n').length - 1);
    // An ftrace file of power events holds nothing else; a kernel log holds the usual lines around a suspend.
    if (name.endsWith('ftrace')) expect(summary.other).toBe(0);
  });

  it.each(FILES)('%s gives the callbacks that regular expressions find in it, field by field', (name) => {
    const bytes = readFileSync(sharedPath(name));
    const { events } = readLog(name, bytes);
    const callbacks = events.filter(({ kind }) => kind === 'callback-begin' || kind === 'callback-end');
    const expected = readByOracle(bytes.toString('latin1'), name.slice(name.lastIndexOf('.') + 1));
    expect(callbacks.length).toBeGreaterThan(100);
    expect(callbacks.map((event) => ({ ...event, phase: undefined }))).toEqual(
      expected.map((event) => ({ ...event, phase: undefined })),
    );
  });

  it.each(MACHINES)(
    'of $machine say the same in both formats: $callbacks callbacks',
    ({ machine, runs, callbacks }) => {
      let total = 0;
      for (const run of runs) {
        const printed = recordedCycle(`${machine}/${run}.dmesg`);
        const traced = recordedCycle(`${machine}/${run}.ftrace`);
        const tracedRuns = runsOfBothFormats(traced);
        expect(printed.runs.map(essence)).toEqual(tracedRuns.map(essence));
        expect(interleaving(printed.runs)).toEqual(interleaving(tracedRuns));
        expect([printed.unfinished, traced.unfinished, printed.dropped, traced.dropped]).toEqual([
          0, 0, 0, 0,
        ]);
        expect([...printed.endsWithoutBegin, ...traced.endsWithoutBegin]).toEqual([]);
        // What dmesg does not record is absent; what ftrace records is there.
        expect(printed.runs.every(({ phase }) => phase === undefined)).toBe(true);
        expect(tracedRuns.every(({ phase, direction }) => phase === direction)).toBe(true);
        total += printed.runs.length;
      }
      expect(total).toBe(callbacks);
    },
  );

  it.each(MACHINES)(
    'of $machine agree in time, but for one difference of their clocks',
    ({ machine, runs }) => {
      let least = Number.NEGATIVE_INFINITY;
      let most = Number.POSITIVE_INFINITY;
      const begins: number[] = [];
      const ends: number[] = [];
      for (const run of runs) {
        const printed = recordedCycle(`${machine}/${run}.dmesg`).runs;
        const traced = runsOfBothFormats(recordedCycle(`${machine}/${run}.ftrace`));
        for (const [place, { begin, end, duration }] of traced.entries()) {
          begins.push(begin! - printed[place]!.begin!);
          ends.push(end! - printed[place]!.end!);
          // The kernel measures the printed duration around the tracepoints, in microseconds rounded down.
          expect(printed[place]!.duration!).toBeGreaterThanOrEqual(end! - begin! - 1);
          expect(duration).toBeUndefined();
        }
      }
      // Nested intervals leave the difference of the clocks open by some 20 microseconds.
      least = Math.max(least, ...ends);
      most = Math.min(most, ...begins);
      expect(least).toBeLessThanOrEqual(most);
      expect(most - least).toBeLessThan(50);
      // Between a print and its tracepoint lie tens of microseconds; once, on the emulated Pi, 17 milliseconds.
      const apart = [...begins.map((value) => value - least), ...ends.map((value) => least - value)];
      expect(percentile(apart, 0.5)).toBeLessThan(50);
      expect(percentile(apart, 0.95)).toBeLessThan(500);
      expect(Math.max(...apart)).toBeLessThan(20_000);
    },
  );

  it('of the boot of the Pi hold no record of a suspend', () => {
    const { events, summary } = readLog('boot.dmesg', readFileSync(sharedPath('rpi3b/boot.dmesg')));
    expect(events).toEqual([]);
    expect(summary).toMatchObject({ format: 'dmesg', lines: 1238, other: 1238 });
  });
});
