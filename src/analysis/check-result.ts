/**
 * The whole answer of `devgraph check`: what was looked at, what was found.
 */
import { compareFindings, type Finding, SEVERITIES, type Severity } from './finding.ts';

/** A board that was checked. */
export interface CheckedBoard {
  readonly input: string;
  readonly model: string | null;
  readonly devices: number;
  readonly links: number;
}

/** A log that was checked. */
export interface CheckedLog {
  readonly input: string;
  readonly format: 'dmesg' | 'ftrace' | 'mixed' | 'unknown';
  readonly lines: number;
  /** Lines that look like ours and could not be read. */
  readonly skipped: number;
  /** Records that the log itself says are missing. */
  readonly lost: number;
  /** Callbacks of sleep cycles that were too large to be kept whole, and were not checked. */
  readonly droppedCallbacks: number;
  /** Runtime PM events of devices past the most that are followed. */
  readonly droppedRuntimeEvents: number;
  /** Findings past the most that are kept of one log. */
  readonly findingsLeftOut: number;
  /** Suspend and resume cycles found, and the callbacks in them. */
  readonly cycles: number;
  readonly callbacks: number;
  /** Runtime PM events found. */
  readonly runtimeEvents: number;
  /** What the format does not record, in words; an empty list for ftrace. */
  readonly unknown: readonly string[];
  /** Devices of the log that the board has, as `bus:name`, in log order. */
  readonly devicesOnBoard: readonly string[];
  /** Devices of the log that the board does not have: made by drivers, by classes, or of another board. */
  readonly devicesNotOnBoard: readonly string[];
}

export interface CheckResult {
  readonly version: 1;
  readonly kernel: string;
  readonly fwDevlink: string;
  /** What the answer holds for, in words: `Linux 6.12, fw_devlink=rpm, arm64, drivers none`. */
  readonly context: string;
  readonly boards: readonly CheckedBoard[];
  readonly logs: readonly CheckedLog[];
  /** By input, then the most severe first. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Severity, number>>;
  /** Findings that the baseline file accepts; they are not listed. */
  readonly accepted: number;
  /** Rules that the baseline accepts and that are gone: the baseline can be made smaller. */
  readonly stale: number;
}

/** Sorts and counts findings. */
export function checkResult(
  parts: Omit<CheckResult, 'version' | 'findings' | 'counts'> & { readonly findings: readonly Finding[] },
): CheckResult {
  const findings = [...parts.findings].sort(compareFindings);
  const counts = Object.fromEntries(
    SEVERITIES.map((severity) => [severity, findings.filter((one) => one.severity === severity).length]),
  ) as Record<Severity, number>;
  return { version: 1, ...parts, findings, counts };
}
