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
      dependencies: 'dma dependencies',
    },
    command: 'dmadev {device} chans={channels} caps={capabilities} {callbacks} {map} {dependencies}',
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
  prepare_transfer: {
    arguments: {
      ...HANDLE,
      descriptor: 'handle',
      client: 'client',
      cyclic: 'cyclic',
      takes: 'takes',
      arrives: 'arrives',
    },
    command: 'dmaprep {handle} {descriptor} {client} {cyclic} {takes} {arrives}',
    help: 'A descriptor of a transfer on the channel, with the callback dma_complete of the client. With takes it ends by itself.',
  },
  dmaengine_submit: {
    arguments: { descriptor: 'handle' },
    command: 'dmasubmit {descriptor}',
    help: 'Queues a transfer and starts nothing: the cookie.',
  },
  async_tx_submit: {
    arguments: { descriptor: 'handle', depend_tx: 'handle' },
    command: 'dmadepend {descriptor} {depend_tx}',
    help: 'The operation is submitted when the other, on any channel, is done; on the same channel at once.',
  },
  dmaengine_prepare: {
    arguments: HANDLE,
    command: 'dmaprepare {handle}',
    help: 'Not in Linux 6.12: the client is about to use the channel. Under the policy prepare the engine is resumed: 0 or an error.',
  },
  dmaengine_unprepare: {
    arguments: HANDLE,
    command: 'dmaunprepare {handle}',
    help: 'It has used it, and the engine is put.',
  },
  connect_switch: {
    arguments: { ...HANDLE, switch: 'word' },
    command: 'dmaswitch {handle} {switch}',
    help: 'The data of the channel go through a switch of that name, which one channel has at a time.',
  },
  tear_down_switch: {
    arguments: HANDLE,
    command: 'dmateardown {handle}',
    help: 'The channel gives its switch away; data that have not arrived are cut off.',
  },
  dma_async_issue_pending: {
    arguments: HANDLE,
    command: 'dmaissue {handle}',
    help: 'Gives all that was submitted to the hardware.',
  },
  transfer_interrupt: {
    arguments: HANDLE,
    command: 'dmairq {handle}',
    help: 'The hardware is done with what it has, or with a period of it: 1, or 0 where it has nothing.',
  },
  dma_async_is_tx_complete: {
    arguments: { ...HANDLE, cookie: 'count' },
    command: 'dmastatus {handle} {cookie}',
    help: '0 complete, 1 in progress, 2 paused, 3 error.',
  },
  dmaengine_terminate_async: {
    arguments: HANDLE,
    command: 'dmaterm {handle}',
    help: 'Ends all transfers of the channel without their callbacks.',
  },
  dmaengine_synchronize: {
    arguments: HANDLE,
    command: 'dmasync {handle}',
    help: 'Behind it no callback runs.',
  },
  dmaengine_pause: { arguments: HANDLE, command: 'dmapause {handle}', help: 'Pauses the channel.' },
  dmaengine_resume: { arguments: HANDLE, command: 'dmaresume {handle}', help: 'Lets it go on.' },
  dma_find_channel: {
    arguments: { capability: 'dma capability' },
    command: 'dmafind {capability}',
    help: 'Looks for a public channel: 1, or 0 for NULL.',
  },
} as const;

/** The same without arguments. */
export const PLAIN_DMA_CALLS = {
  dmaengine_get: { command: 'dmaget', help: 'One more user of all public DMA channels.' },
  dma_issue_pending_all: {
    command: 'dmaissueall',
    help: 'Issues what is pending on all public channels in use.',
  },
  dmaengine_put: { command: 'dmaput', help: 'One user less.' },
} as const;
