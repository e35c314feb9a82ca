/** Power management: system sleep. */
export { type Deadlock, enableAsyncSuspend, mayOvertake, sleepDeadlocks, type Wait } from './async-waits.ts';
