/** Why a callback of system sleep did not begin earlier, in words. */
import type { CallbackTiming, PartPath, WaitedFor } from './critical-path.ts';
import type { WaitKind } from './sleep-jobs.ts';

const ROLE: Readonly<Record<Exclude<WaitKind, 'list order' | 'walk'>, string>> = {
  child: 'its child',
  consumer: 'its consumer',
  parent: 'its parent',
  supplier: 'its supplier',
};

function overLink(link: string | undefined): string {
  return link === undefined ? '' : ` (${link})`;
}

function waitsFor(kind: WaitKind, device: string, link: string | undefined): string {
  if (kind === 'walk') return `which started when the walk had passed ${device}`;
  if (kind === 'list order') return `whose turn came after ${device}`;
  return `which waited for ${ROLE[kind]} ${device}${overLink(link)}`;
}

/** `which waited for its child b, which ...`: devices without a callback between the two. */
function throughText({ via, device }: WaitedFor): string {
  return via
    .map((hop, index) => {
      const next = via[index + 1]?.device ?? device!;
      return `, ${waitsFor(hop.kind, next, hop.link)}`;
    })
    .join('');
}

/** The device that the callback's first wait is for: one without a callback, where there is one between the two. */
function nearest({ via, device }: WaitedFor): string {
  return via[0]?.device ?? device!;
}

/**
 * What a callback waited for last, as the end of a sentence about its device: `waited for its child usb1`, `its turn came after b`,
 * `began with the phase`.
 */
export function waitText(
  { waitedFor, asynchronous }: CallbackTiming,
  { phase, direction }: PartPath,
): string {
  const { kind, link } = waitedFor;
  if (kind === 'phase') return `began with the ${phase ?? direction} phase`;
  const to = nearest(waitedFor);
  const through = throughText(waitedFor);
  if (kind === 'list order') return `synchronous: its turn came after ${to}${through}`;
  if (kind === 'walk') return `asynchronous: started when the walk had passed ${to}${through}`;
  return `${asynchronous ? '' : 'synchronous, but '}waited for ${ROLE[kind]} ${to}${overLink(link)}${through}`;
}

/** Microseconds in words: `25.2 ms`, `0.007 ms`, `12.4 s`. */
export function milliseconds(microseconds: number): string {
  if (microseconds >= 10_000_000) return `${(microseconds / 1_000_000).toFixed(1)} s`;
  const value = microseconds / 1000;
  if (value >= 1 || value === 0) return `${Number(value.toFixed(1))} ms`;
  return `${Number(value.toFixed(3))} ms`;
}
