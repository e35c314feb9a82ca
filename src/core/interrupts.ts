/**
 * Interrupts of the only processor, as the task that runs has them. While they are off no time passes. A task has them on when it begins
 * and whenever it comes back from a wait: schedule() returns so. A function of the kernel that takes a lock and gives it back with nothing
 * called in between comes down to its last step.
 */
import { keep } from './kept.ts';
import type { World } from './world.ts';

/** spin_lock_irq(). */
export function spinLockIrq(world: World): void {
  world.interruptsOff = true;
}

/** spin_unlock_irq(): they are on now, whatever was before. */
export function spinUnlockIrq(world: World): void {
  world.interruptsOff = false;
}

/** spin_lock_irqsave(): returns what spin_unlock_irqrestore() needs. */
export function spinLockIrqsave(world: World): boolean {
  const before = keep(world.interruptsOff);
  world.interruptsOff = true;
  return before;
}

/** spin_unlock_irqrestore(). */
export function spinUnlockIrqrestore(world: World, before: boolean): void {
  world.interruptsOff = before;
}
