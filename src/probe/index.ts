/** Adding, matching, probing, deferring, unbinding and removing devices, and a whole boot. */
export {
  deviceAttach,
  deviceAttachAsyncHelper,
  deviceDriverAttach,
  driverAttachAsyncHelper,
  driverMatchDevice,
  driverRegister,
} from './attach.ts';
export { type BootOptions, bootBoard } from './boot.ts';
export { populateClients } from './client-devices.ts';
export { deferredProbeWorkFunc } from './deferred.ts';
export {
  deviceAdd,
  deviceDel,
  deviceMove,
  deviceRegister,
  folderOf,
  type MoveOrder,
  type NewDevice,
} from './device-add.ts';
export {
  allDrivers,
  driversOfCompatibles,
  driversOfKernel,
  type KernelDriver,
  type KernelDriverSet,
  type NewDriver,
  perCompatibleDrivers,
} from './driver-sets.ts';
export { ENVIRONMENT, ENVIRONMENTS, type Environment, type EnvironmentName } from './environments.ts';
export { type MissingProvider, missingProvider } from './subsystems.ts';
export { driversOfSystem, type RefusedDevice, type SystemDriverSet } from './system-drivers.ts';
export { deviceReleaseDriver, driverUnregister } from './unbind.ts';
