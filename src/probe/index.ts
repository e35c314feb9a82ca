/** Adding, matching, probing and deferring devices, and a whole boot. */
export { driverRegister } from './attach.ts';
export { type BootOptions, bootBoard } from './boot.ts';
export { deviceAdd, type NewDevice } from './device-add.ts';
export { ENVIRONMENT, ENVIRONMENTS, type Environment, type EnvironmentName } from './environments.ts';
