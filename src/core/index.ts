/** The world as data. */
export type * from './board.ts';
export * from './callbacks.ts';
export * from './compiled-machine.ts';
export * from './deferred-list.ts';
export * from './device-link.ts';
export * from './device-lock.ts';
export * from './device-power.ts';
export * from './diagnostic.ts';
export * from './id-lists.ts';
export * from './order-list.ts';
export * from './pm-lists.ts';
export * from './power-domain.ts';
export * from './task.ts';
export * from './trace.ts';
export * from './visit-marks.ts';
export * from './work-queues.ts';
export * from './world.ts';
