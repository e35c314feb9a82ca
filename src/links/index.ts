/** Device links and the firmware links that they come from. */
export { fwDevlinkRelaxLink, SEARCH_STEP_LIMIT } from './cycles.ts';
export {
  deviceLinkAdd,
  findLink,
  initialStatus,
  type LinkAddResult,
  type LinkRefusal,
} from './device-link-add.ts';
export {
  deviceLinkDel,
  deviceLinkDropManaged,
  deviceLinksCheckSuppliers,
  deviceLinksDriverBound,
  deviceLinksNoDriver,
  linkText,
  type SupplierCheck,
} from './driver-core.ts';
export { fwDevlinkDriversDone, fwDevlinkLinkDevice, fwDevlinkUnblockConsumers } from './fw-devlink.ts';
export { blockingSuppliers, fwDevlinkIsStrict, fwnodeLinkOf, newestFirst } from './fwnode-links.ts';
export { deviceIsAncestor, deviceIsDependent, deviceReorderToTail } from './reorder.ts';
export { PATH_STEP_LIMIT } from './simple-paths.ts';
