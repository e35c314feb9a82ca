/** What a rule about recorded runtime PM says of a device, before it is a finding of a log. */
import type { RuleName } from './rules.ts';
import type { LogMoment } from './runtime-status.ts';

export interface RuntimeDraft {
  readonly rule: RuleName;
  /** A device; or a consumer and its supplier. */
  readonly devices: readonly string[];
  readonly message: string;
  /** Where it shows. */
  readonly at: LogMoment;
  readonly evidence: readonly string[];
}

/** `line 12 (100.000250 s)`. */
export function momentText({ line, time }: LogMoment): string {
  return Number.isNaN(time) ? `line ${line}` : `line ${line} (${(time / 1e6).toFixed(6)} s)`;
}
