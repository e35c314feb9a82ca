/** The world as data. */
export type * from './board.ts';
export * from './device-link.ts';
export * from './diagnostic.ts';
export * from './order-list.ts';
export * from './trace.ts';
export * from './world.ts';
