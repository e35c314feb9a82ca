/** dma_list_mutex, which is held across the callbacks of engines and filters, and of_dma_lock, held across translations. */
import type { DmaMutexName } from '../core/dma-engine.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';

/** mutex_lock(): waiters get it in the order in which they came. A task that holds it already waits for ever. */
export function* dmaMutexLock(world: World, name: DmaMutexName): Task<void> {
  const mutex = world.dma.mutexes[name];
  if (mutex.held) {
    const ticket = (mutex.queue.at(-1) ?? 0) + 1;
    mutex.queue.push(ticket);
    while (mutex.held) yield { kind: 'wait', for: { kind: 'dma-mutex', mutex: name, ticket } };
    mutex.queue.splice(mutex.queue.indexOf(ticket), 1);
  }
  mutex.held = true;
}

/** mutex_unlock(). */
export function dmaMutexUnlock(world: World, name: DmaMutexName): void {
  world.dma.mutexes[name].held = false;
}
