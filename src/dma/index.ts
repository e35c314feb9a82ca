/** DMA engines and their clients: channels, and the links that requests for them create. */
export { boardWithDmaSuppliers, bootBoardWithDma } from './board-channels.ts';
export { type EngineDriver, type EngineSleepPhase, engineDriverOf } from './engine-drivers.ts';
export {
  DMA_LINK_POLICIES,
  DMA_LINK_POLICY_NAMES,
  type DmaLinkPolicy,
  type DmaLinkPolicyName,
  dmaLinkPolicyText,
  readDmaLinkPolicy,
} from './link-policy.ts';
export {
  type DmaLinkEnds,
  type DmaLinkResult,
  dmaReleaseLink,
  dmaRequestLink,
  pmRuntimeActive,
} from './request-link.ts';
