/** DMA engines and their clients: registration, channels, and the links that requests for them create. */

export type { DmaLinkPolicy } from '../core/dma-engine.ts';
export { asyncTxSubmit, canDepend, dmaRunDependencies } from './async-tx.ts';
export { boardWithDmaSuppliers, bootBoardWithDma } from './board-channels.ts';
export { type DmaFilter, filterByNumber } from './candidates.ts';
export {
  DESIGN_WORD_NAMES,
  DESIGN_WORDS,
  type DmaDesign,
  designText,
  layerPolicyOf,
  readDesign,
  type StopPhase,
} from './designs.ts';
export {
  callDma,
  channelOf,
  dmaChanName,
  dmaEngineOfDevice,
  engineOf,
  isPrivate,
} from './engine-access.ts';
export { type EngineDriver, type EngineSleepPhase, engineDriverOf } from './engine-drivers.ts';
export {
  countDescriptor,
  countTransfer,
  dmaPrepare,
  dmaUnprepare,
  dropCounted,
  dropTransfer,
} from './engine-power.ts';
export { type SpecifierFault, specifierFault } from './engine-specifiers.ts';
export {
  DMA_LINK_POLICIES,
  DMA_LINK_POLICY_NAMES,
  type DmaLinkPolicyName,
  dmaLinkPolicyText,
  readDmaLinkPolicy,
} from './link-policy.ts';
export { misused } from './misuse.ts';
export { endedChannel, nextTransferEnd } from './moving-data.ts';
export { ofDmaControllerFree, ofDmaControllerRegister } from './of-dma.ts';
export { dmaNodeOf, makeDmaNode } from './phandle-lists.ts';
export { dmaengineGet, dmaenginePut } from './public-users.ts';
export { dmaFindChannel } from './rebalance.ts';
export {
  createDmaEngine,
  dmaAsyncDeviceRegister,
  dmaAsyncDeviceUnregister,
  registeredEngine,
} from './register.ts';
export {
  dmaGetAnySlaveChannel,
  dmaGetSlaveChannel,
  dmaReleaseChannel,
  dmaRequestChanByMask,
  requestChannelByMask,
} from './request.ts';
export { dmaRequestChan } from './request-by-name.ts';
export {
  type DmaLinkEnds,
  type DmaLinkResult,
  dmaReleaseLink,
  dmaRequestLink,
  FW_DEVLINK_FLAGS,
  pmRuntimeActive,
} from './request-link.ts';
export { connectSwitch, endTransfer, tearDownSwitch } from './switch-box.ts';
export {
  dmaIssuePendingAll,
  issuePending,
  terminateAll,
  transferInterrupt,
  transferStatus,
  vchanSynchronize,
  vchanTxPrep,
  vchanTxSubmit,
} from './virt-dma.ts';
