/** The steps about DMA engines and channels, for the table of kernel-calls.ts. */

const DEVICE = { device: 'device' } as const;
const HANDLE = { handle: 'handle' } as const;

export const DMA_CALLS = {
  dma_async_device_register: {
    arguments: {
      ...DEVICE,
      channels: 'count',
      capabilities: 'dma capabilities',
      callbacks: 'dma callbacks',
      map: 'dma map',
    },
    command: 'dmadev {device} chans={channels} caps={capabilities} {callbacks} {map}',
    help: 'The device, which has its driver, becomes a DMA engine.',
  },
  dma_async_device_unregister: {
    arguments: DEVICE,
    command: 'rmdmadev {device}',
    help: 'It is one no more; clients keep the channels that they have.',
  },
  set_dmas: {
    arguments: { ...DEVICE, dmas: 'dma entries' },
    command: 'dmas {device} {dmas}',
    help: 'What dmas and dma-names of the node of the device say.',
  },
  set_dma_cells: {
    arguments: { ...DEVICE, cells: 'count' },
    command: 'dmacells {device} {cells}',
    help: '#dma-cells of the node of the device.',
  },
  of_dma_controller_register: {
    arguments: { ...DEVICE, translation: 'dma translation' },
    command: 'dmaof {device} {translation}',
    help: 'The node of the device gives channels from now on: by a filter (simple) or by chan_id.',
  },
  of_dma_controller_free: { arguments: DEVICE, command: 'rmdmaof {device}', help: 'It gives none any more.' },
  of_dma_router_register: {
    arguments: { ...DEVICE, target: 'device' },
    command: 'dmarouter {device} {target}',
    help: 'The node of the device gives channels of another controller.',
  },
  dma_request_chan: {
    arguments: { ...DEVICE, ...HANDLE, name: 'word' },
    command: 'dmareq {device} {handle} {name}',
    help: 'Asks for a channel by name: 0, and the channel is known by the handle, or an error.',
  },
  dma_request_chan_by_mask: {
    arguments: { ...HANDLE, capabilities: 'dma capabilities' },
    command: 'dmareq_mask {handle} caps={capabilities}',
    help: 'Asks for a channel with these capabilities: 0 or an error.',
  },
  dma_request_channel: {
    arguments: { ...DEVICE, ...HANDLE, capabilities: 'dma capabilities' },
    command: 'dmareq_filter {device} {handle} caps={capabilities}',
    help: 'The same with a filter, the callback dma_filter of the device: 1, or 0 for NULL.',
  },
  dma_get_slave_channel: {
    arguments: { ...DEVICE, ...HANDLE, channel: 'count' },
    command: 'dmaslave {device} {handle} {channel}',
    help: 'Takes that channel of the engine: 1, or 0 for NULL.',
  },
  dma_get_any_slave_channel: {
    arguments: { ...DEVICE, ...HANDLE },
    command: 'dmaany {device} {handle}',
    help: 'Takes any channel of the engine: 1, or 0 for NULL.',
  },
  dma_release_channel: {
    arguments: HANDLE,
    command: 'dmarel {handle}',
    help: 'Gives a channel back.',
  },
  dma_find_channel: {
    arguments: { capability: 'dma capability' },
    command: 'dmafind {capability}',
    help: 'Looks for a public channel: 1, or 0 for NULL.',
  },
} as const;

/** The same without arguments. */
export const PLAIN_DMA_CALLS = {
  dmaengine_get: { command: 'dmaget', help: 'One more user of all public DMA channels.' },
  dmaengine_put: { command: 'dmaput', help: 'One user less.' },
} as const;
