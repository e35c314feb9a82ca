/**
 * What drivers do, and trees say, that the DMA engine layer does not forbid itself, or that it only warns of; and what Linux 6.12 makes
 * of it. Rules of ../semantics dmaengine.md sections 5 to 10.
 */
export const DMA_MISUSE_RESULTS = {
  'released twice':
    'WARN_ONCE in dma_release_channel(), and the engine counts one private use less, which another client has',
  'transfer on a released channel': 'nothing checks it: the channel may be with another client by now',
  'submitted after release':
    'the descriptor was freed with the channel: tx_submit() puts freed memory on the list of submitted ones',
  'descriptor that is gone':
    'tx_submit() moves freed or already submitted memory to the list of submitted ones',
  'synchronized in a callback': 'it waits for the tasklet that it runs in, for ever',
  'sleeps in a callback': 'a tasklet may not sleep: BUG: scheduling while atomic',
  'unbound with a channel': 'the channel stays taken until it is released, and nobody is left to do that',
  'unbound in mid-transfer':
    'the engine goes on with memory that the driver has freed, and calls back a driver that is gone',
  'engine unregistered in use':
    'clients keep channels without a device; without device_release the memory of the engine is freed under them',
  'engine unregistered in mid-transfer':
    'the transfer goes on or stays away as the hardware likes, and the channel has no device any more',
  'dependencies not run':
    'the driver of the engine does not call dma_run_dependencies(): operations that wait for this one are never submitted',
  'synchronized while transfers are pending':
    'dmaengine_synchronize() waits for callbacks that are due, not for transfers: what runs may go on behind it',
  'issued to a suspended engine': 'the engine is off: the transfer does not happen, and no interrupt comes',
  'engine suspended in mid-transfer': 'what the engine has not moved is lost, and no interrupt comes',
  'switch torn down too early':
    "the engine's interrupt says that data left memory, not that the device has them: those on their way are cut off",
  'dmas without dma-names':
    'dma_request_chan() ends in -ENODEV, and the kernel says that dma-names is missing',
  'name without an entry in dmas': 'dma_request_chan() ends in -ENODEV',
  'entry of dmas that cannot be read':
    'dma_request_chan() of this and all later entries ends in -ENODEV, and the kernel says which cells it misses',
  'channel that the engine lacks': 'the translation returns NULL, and dma_request_chan() ends in -ENODEV',
} as const;
export type DmaMisuse = keyof typeof DMA_MISUSE_RESULTS;
export const DMA_MISUSES = Object.keys(DMA_MISUSE_RESULTS) as readonly DmaMisuse[];
