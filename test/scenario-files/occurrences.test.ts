import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Occurrences } from '../../src/scenario-files/occurrences.ts';
import type { EventPattern } from '../../src/scenario-files/scenario-file.ts';
import type { JournalEntry } from '../../src/scenarios/index.ts';

interface Happening {
  readonly task: number;
  readonly ends: boolean;
  readonly device: string;
  readonly value: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  task: fc.integer({ min: 1, max: 3 }),
  ends: fc.boolean(),
  device: fc.constantFrom('a', 'b'),
  value: fc.constantFrom(0, -5, -11),
});

/** A journal in which callbacks of several tasks begin and end; what was found, one after the other, as somebody would who asks each. */
function journalOf(happenings: readonly Happening[]) {
  const journal: JournalEntry[] = [];
  const all: { device: string; returns: number | undefined }[] = [];
  const open = new Map<number, { device: string; returns: number | undefined }[]>();
  for (const { task, ends, device, value } of happenings) {
    const inside = open.get(task) ?? [];
    open.set(task, inside);
    if (!ends) {
      const begun = { device, returns: undefined };
      all.push(begun);
      inside.push(begun);
      const event = { e: 'cb', d: device, c: 'suspend', l: 'drv', x: 'cmd' };
      journal.push({ kind: 'trace', time: 0, task, event } as unknown as JournalEntry);
      continue;
    }
    const ended = inside.pop();
    if (ended === undefined) continue;
    ended.returns = value;
    const event = { e: 'cbr', d: ended.device, c: 'suspend', v: value };
    journal.push({ kind: 'trace', time: 0, task, event } as unknown as JournalEntry);
  }
  return { journal, all };
}

describe('what happened to devices', () => {
  it('is found as if every occurrence was asked, while some callbacks have not returned yet', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), fc.nat({ max: 10 }), (happenings, from) => {
        const journal: JournalEntry[] = [];
        const occurrences = new Occurrences(journal);
        for (let length = 0; length <= happenings.length; length++) {
          const { journal: so, all } = journalOf(happenings.slice(0, length));
          journal.push(...so.slice(journal.length));
          // Reads what has come.
          occurrences.placeOf(0);
          for (const returns of [undefined, 0, -5, '-EAGAIN'] as const) {
            const wanted = returns === '-EAGAIN' ? -11 : returns;
            const pattern: EventPattern = {
              device: 'a',
              event: 'suspend',
              ...(returns === undefined ? {} : { returns }),
            };
            const matching = all.flatMap((one, place) =>
              place >= from && one.device === 'a' && (wanted === undefined || one.returns === wanted)
                ? [place]
                : [],
            );
            expect(occurrences.firstMatch(pattern, from)).toBe(matching.at(0) ?? -1);
            expect(occurrences.lastMatch(pattern, from)).toBe(matching.at(-1) ?? -1);
          }
        }
      }),
    );
  });
});
