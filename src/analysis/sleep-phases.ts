/** How the phases of system sleep follow each other (dpm_* in drivers/base/power/main.c, kernel/power/suspend.c). */

import type { SleepPhase } from '../core/trace.ts';

/**
 * The phases with messages of their own that can come next after each: on the way down and up, after an abort or a
 * test level (suspend to resume, late to early), when a system suspended to idle sleeps again (early to late), and
 * between the image and the power-off of a hibernation (resume to suspend). prepare and complete print nothing.
 */
const NEXT: ReadonlyMap<SleepPhase, readonly SleepPhase[]> = new Map([
  ['suspend', ['suspend_late', 'resume']],
  ['suspend_late', ['suspend_noirq', 'resume_early']],
  ['suspend_noirq', ['resume_noirq']],
  ['resume_noirq', ['resume_early']],
  ['resume_early', ['resume', 'suspend_late']],
  ['resume', ['suspend']],
]);

/**
 * Whether nothing but `phase` can have run between the end of the phase `before` and its own end.
 * @param before absent if no phase has ended in this cycle yet: then it must be the first phase
 * @param cut the log starts in the middle of this cycle, so that any phase may be the first
 */
export function followsDirectly(before: SleepPhase | undefined, phase: SleepPhase, cut: boolean): boolean {
  if (before === undefined) return cut || phase === 'suspend';
  return NEXT.get(before)?.includes(phase) ?? false;
}
