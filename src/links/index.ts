/** Device links and the firmware links that they come from. */

export { walkSubordinates } from './circles.ts';
export { fwDevlinkRelaxLink, SEARCH_STEP_LIMIT } from './cycles.ts';
export {
  deviceLinkAdd,
  findLink,
  type LinkAddResult,
  type LinkRefusal,
} from './device-link-add.ts';
export {
  deviceLinkDel,
  deviceLinkDropManaged,
  deviceLinkRemove,
  deviceLinksPurge,
} from './device-link-del.ts';
export {
  deviceLinksCheckSuppliers,
  deviceLinksDriverBound,
  deviceLinksForceBind,
  type SupplierCheck,
} from './driver-core.ts';
export { deviceLinksBusy, deviceLinksDriverCleanup, deviceLinksNoDriver } from './driver-core-unbind.ts';
export { fwDevlinkDriversDone, fwDevlinkLinkDevice, fwDevlinkUnblockConsumers } from './fw-devlink.ts';
export { blockingSuppliers, fwDevlinkIsStrict, fwnodeLinkOf, newestFirst } from './fwnode-links.ts';
export { linkTransition } from './link-transitions.ts';
export { deviceIsAncestor, deviceIsDependent, deviceReorderToTail } from './reorder.ts';
export { PATH_STEP_LIMIT } from './simple-paths.ts';
export {
  deviceLinksSupplierSyncStatePause,
  deviceLinksSupplierSyncStateResume,
} from './sync-state.ts';
