/** Usage counts that were taken in a log and are not given back when it ends. */
import { errorText } from './errno-names.ts';
import type { RuntimeDraft } from './runtime-draft.ts';
import { momentText } from './runtime-draft.ts';
import type { UsageHold, UsageHolds } from './usage-holds.ts';
import { milliseconds } from './wait-text.ts';

/** A hold that lasts until the end of the log is worth telling from this many microseconds on. */
const LONG_HOLD = 1_000_000;
/** So many counts of one taker that were not given back are no use of the device any more. */
const MANY = 3;
/** Holds of a finding that are listed. */
const LISTED = 4;

/** The taker in words: `getty-812`, `a kernel thread ...`; kworkers are one taker, since work moves between them. */
function takerOf({ taskName, task, forDevice }: UsageHold): string {
  if (forDevice !== undefined) return `the resume of ${forDevice}`;
  return taskName?.startsWith('kworker/') ? 'kworker' : `${taskName ?? ''} ${task ?? ''}`;
}

function holdText(hold: UsageHold): string {
  const counts = hold.count === 1 ? 'taken' : `${hold.count} counts taken`;
  const by =
    hold.by === 'unseen'
      ? 'by a call that leaves no event (pm_runtime_get_noresume(), a negative autosuspend delay)'
      : hold.task === undefined
        ? ''
        : `by ${hold.taskName === undefined ? 'task ' : `${hold.taskName}-`}${hold.task}`;
  const within = hold.forDevice === undefined ? '' : ` in the resume of ${hold.forDevice}`;
  const failed = hold.error === undefined ? '' : `; the resume failed: ${errorText(hold.error)}`;
  return `${momentText(hold)}: ${counts} ${by}`.trimEnd() + within + failed;
}

function listed(holds: readonly UsageHold[]): string[] {
  const more = holds.length - LISTED;
  return [...holds.slice(0, LISTED).map(holdText), ...(more > 0 ? [`and ${more} more`] : [])];
}

/** Gets that failed and whose count was still there when the device was seen again, or for long. */
function failedGets(holds: UsageHolds, open: readonly UsageHold[], end: number): UsageHold[] {
  return open.filter(
    ({ error, line, time }) =>
      error !== undefined && ((holds.last?.line ?? line) > line || end - time >= LONG_HOLD),
  );
}

/** Holds of a taker that has MANY of them. */
function manyOfOne(open: readonly UsageHold[]): UsageHold[] {
  const byTaker = new Map<string, UsageHold[]>();
  for (const hold of open) {
    if (hold.by !== 'get') continue;
    const taker = takerOf(hold);
    byTaker.set(taker, [...(byTaker.get(taker) ?? []), hold]);
  }
  return [...byTaker.values()].find((own) => own.length >= MANY) ?? [];
}

/**
 * What is wrong with the counts of a device at the end of its log.
 * @param isHeldFor whether a device may still need what its resume took: it has not been suspended since
 * @param end time of the last event of the log
 */
export function keptUsage(
  device: string,
  holds: UsageHolds,
  isHeldFor: (consumer: string) => boolean,
  end: number,
): RuntimeDraft | undefined {
  const open = holds.open.filter(({ forDevice }) => forDevice === undefined || !isHeldFor(forDevice));
  const [first] = open;
  if (first === undefined) return undefined;
  const counts = `usage count ${holds.level} at the end of the log, ${holds.base ?? 0} of it from before`;
  const failed = failedGets(holds, open, end);
  if (failed.length > 0) {
    const times = failed.length === 1 ? 'a get' : `${failed.length} gets`;
    return {
      rule: 'usage-count-leaked',
      devices: [device],
      message: `${times} failed, and the usage count that a get keeps when it fails was not put; ${counts}`,
      at: failed[0]!,
      evidence: listed(failed),
    };
  }
  const many = manyOfOne(open);
  if (many.length > 0) {
    return {
      rule: 'usage-count-leaked',
      devices: [device],
      message: `${many.length} gets of one task have no put; ${counts}`,
      at: many[0]!,
      evidence: listed(many),
    };
  }
  const held = end - first.time;
  if (!(held >= LONG_HOLD && !(holds.longest >= held))) return undefined;
  const usual = Number.isNaN(holds.longest)
    ? 'no other use of it ended'
    : `its other uses took ${milliseconds(holds.longest)} at most`;
  return {
    rule: 'usage-count-kept',
    devices: [device],
    message: `held for the last ${milliseconds(held)} of the log, and not given back; ${usual}; ${counts}`,
    at: first,
    evidence: listed(open),
  };
}
