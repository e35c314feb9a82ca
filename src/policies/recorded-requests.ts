/** Requests of a recorded trace: the times in which a device was used, by the usage counts of its rpm_* events. */
import type { RuntimePmEvent } from '../core/trace.ts';
import type { RecordedRequest } from './arrivals.ts';

/** Collects requests by device, in the order of the record. */
export interface RequestCollector {
  readonly push: (event: RuntimePmEvent) => void;
  /** Requests by device; times are microseconds since the first event. */
  readonly requests: () => ReadonlyMap<string, readonly RecordedRequest[]>;
}

interface Use {
  /** When the count left 0; undefined while it is 0. */
  since: number | undefined;
  /** When the device was active then: a resume has returned. */
  activeAt: number | undefined;
  readonly found: RecordedRequest[];
}

/**
 * A request begins where the usage count leaves 0 and ends where it is 0 again; the work on it begins when the resume has returned
 * (rpm_return_int of rpm_resume, or RPM_ACTIVE). One that has not ended with the record is left out.
 */
export function createRequestCollector(): RequestCollector {
  const uses = new Map<string, Use>();
  let first: number | undefined;
  const useOf = (device: string): Use => {
    let use = uses.get(device);
    if (use === undefined) {
      use = { since: undefined, activeAt: undefined, found: [] };
      uses.set(device, use);
    }
    return use;
  };
  const push = ({ device, event, usage, caller, result, status, time }: RuntimePmEvent) => {
    if (Number.isNaN(time)) return;
    first ??= time;
    const use = useOf(device);
    const isResumed =
      (event === 'return' && caller?.startsWith('rpm_resume') === true && (result ?? -1) >= 0) ||
      (event === 'status' && status === 'RPM_ACTIVE');
    if (isResumed && use.since !== undefined) use.activeAt ??= time;
    if (usage === undefined) return;
    if (usage > 0 && use.since === undefined) {
      use.since = time;
      use.activeAt = undefined;
    } else if (usage === 0 && use.since !== undefined) {
      const begin = use.activeAt ?? use.since;
      use.found.push({
        at: Math.round(use.since - first),
        work: Math.max(0, Math.round(time - begin)),
      });
      use.since = undefined;
    }
  };
  return {
    push,
    requests: () => new Map([...uses].map(([device, { found }]) => [device, found])),
  };
}
