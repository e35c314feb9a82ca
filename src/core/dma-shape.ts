/** The shape of the DMA engine layer, typed against dma-engine.ts as world-shape.ts is against World, and what must hold in it. */
import {
  DMA_CALLBACKS,
  DMA_CAPABILITIES,
  DMA_CHANNEL_STATES,
  DMA_OPTIONAL_CALLBACKS,
  type DmaChannel,
  type DmaEngine,
  type DmaLayer,
  type DmaLinkPolicy,
  type DmaMutex,
  type DmaNode,
  type DmaPolicy,
  type DmaSlaveLink,
  type DmaSlaveMap,
  type DmaSwitch,
  type DmaTranslation,
  hasTableRow,
  type OfDmaController,
} from './dma-engine.ts';
import { DMA_DESCRIPTOR_STATES, type DmaDescriptor, type VirtualChannel } from './dma-transfer.ts';
import type { DataPath } from './plain-data.ts';
import {
  count,
  flag,
  id,
  idOrNone,
  ids,
  int,
  list,
  MOST,
  maybe,
  none,
  object,
  oneOf,
  tagged,
  text,
  whole,
} from './shape.ts';
import type { World } from './world.ts';

/** A callback of the layer. */
export const dmaCallback = oneOf(...DMA_CALLBACKS);

const capabilities = whole(0, 2 ** DMA_CAPABILITIES.length - 1);
const signed = whole(-MOST, MOST);

const engine = object<DmaEngine>({
  device: id,
  number: idOrNone,
  capabilities,
  lacking: capabilities,
  txStatus: flag,
  issuePending: flag,
  runsDependencies: flag,
  callbacks: list(oneOf(...DMA_OPTIONAL_CALLBACKS)),
  map: list(object<DmaSlaveMap>({ client: text, name: text, parameter: int })),
  numaNode: idOrNone,
  channels: ids,
  channelCount: signed,
  privateCount: signed,
  references: count,
  registered: flag,
  takenOff: flag,
});

const cookie = whole(0, 2 ** 31 - 1);

const virtual = object<VirtualChannel>({
  allocated: ids,
  submitted: ids,
  issued: ids,
  completed: ids,
  terminated: ids,
  running: idOrNone,
  cyclic: idOrNone,
  taskletScheduled: flag,
  paused: flag,
  cookie,
  completedCookie: cookie,
});

const descriptor = object<DmaDescriptor>({
  channel: id,
  client: idOrNone,
  cyclic: flag,
  state: oneOf(...DMA_DESCRIPTOR_STATES),
  cookie,
  next: idOrNone,
  parent: idOrNone,
  acknowledged: flag,
  done: flag,
  counted: flag,
  takes: signed,
  arrives: count,
  ends: signed,
  arrived: signed,
});

const channel = object<DmaChannel>({
  engine: id,
  number: idOrNone,
  device: idOrNone,
  state: oneOf(...DMA_CHANNEL_STATES),
  clientCount: count,
  tableCount: count,
  slave: idOrNone,
  name: maybe(text),
  router: idOrNone,
  link: idOrNone,
  box: idOrNone,
  virtual,
});

const node = object<DmaNode>({
  path: text,
  device: idOrNone,
  node: idOrNone,
  cells: idOrNone,
  names: maybe(list(text)),
  dmas: maybe(list(int)),
});

type Translation<K extends DmaTranslation['kind']> = Extract<DmaTranslation, { kind: K }>;

const controller = object<OfDmaController>({
  node: id,
  translation: tagged<DmaTranslation, 'kind'>('kind', {
    simple: object<Translation<'simple'>>({ kind: oneOf('simple'), capabilities }),
    chan_id: object<Translation<'chan_id'>>({ kind: oneOf('chan_id'), engine: id }),
    router: object<Translation<'router'>>({ kind: oneOf('router'), device: id, target: id }),
  }),
});

const mutex = object<DmaMutex>({ held: flag, queue: none<number>('a task that waits for a mutex') });

const policy = object<DmaPolicy>({
  link: object<DmaLinkPolicy>({
    target: oneOf('none', 'engine', 'channel'),
    made: oneOf('at request', 'at creation'),
    flags: count,
    rpmActive: flag,
  }),
  power: oneOf('driver', 'channel', 'descriptor', 'prepare'),
  irqSafe: flag,
});

export const dmaLayer = object<DmaLayer>({
  engines: list(engine),
  channels: list(channel),
  descriptors: list(descriptor),
  // Whoever is in the middle of a tasklet is a task, and no part of a World at rest.
  runningTasklet: whole(-1, -1),
  policy,
  boxes: list(object<DmaSwitch>({ name: text, owner: idOrNone })),
  list: ids,
  numbers: list(count),
  publicUsers: count,
  table: list(list(idOrNone)),
  processors: list(idOrNone),
  asyncOperations: capabilities,
  nodes: list(node),
  controllers: list(controller),
  requests: count,
  slaveLinks: list(object<DmaSlaveLink>({ folder: id, name: text })),
  warned: list(text),
  mutexes: object<DmaLayer['mutexes']>({ dma_list_mutex: mutex, of_dma_lock: mutex }),
});

/** The first thing about DMA that does not hold, undefined where all does. */
export function dmaInconsistency({ dma, devices, board }: World) {
  const wrong = (path: DataPath, what: string) => ({ path: ['dma', ...path], what });
  const outside = (some: readonly number[], length: number) => some.some((each) => each >= length);
  for (const [index, { device, channels }] of dma.engines.entries()) {
    const path = ['engines', index];
    if (outside([device], devices.length)) return wrong(path, 'there is no such device');
    if (channels.some((each) => dma.channels[each]?.engine !== index))
      return wrong(path, 'a channel does not belong to it');
  }
  for (const [index, each] of dma.channels.entries()) {
    if (!dma.engines[each.engine]?.channels.includes(index))
      return wrong(['channels', index], 'its engine does not have it');
    if (outside([each.device, each.slave, each.router], devices.length))
      return wrong(['channels', index], 'there is no such device');
    if (outside([each.box], dma.boxes.length)) return wrong(['channels', index], 'there is no such switch');
    const { allocated, submitted, issued, completed, terminated, running, cyclic } = each.virtual;
    const lists = [...allocated, ...submitted, ...issued, ...completed, ...terminated, running, cyclic];
    if (lists.some((one) => one >= 0 && dma.descriptors[one]?.channel !== index))
      return wrong(['channels', index], 'a descriptor does not belong to it');
    if (each.device < 0 && each.state !== 'unregistered')
      return wrong(['channels', index], 'it has no device');
  }
  for (const [index, each] of dma.descriptors.entries()) {
    if (outside([each.channel], dma.channels.length) || outside([each.client], devices.length))
      return wrong(['descriptors', index], 'there is no such channel or client');
    if (outside([each.next, each.parent], dma.descriptors.length))
      return wrong(['descriptors', index], 'there is no such operation');
  }
  for (const [index, { device, node: at }] of dma.nodes.entries()) {
    if (outside([device], devices.length) || outside([at], board.nodes.length))
      return wrong(['nodes', index], 'there is no such device or node');
  }
  for (const [index, { node: at, translation }] of dma.controllers.entries()) {
    const target = translation.kind === 'router' ? translation.target : at;
    const router = translation.kind === 'router' ? translation.device : -1;
    const of = translation.kind === 'chan_id' ? translation.engine : -1;
    if (outside([at, target], dma.nodes.length) || outside([of], dma.engines.length))
      return wrong(['controllers', index], 'there is no such node or engine');
    if (outside([router], devices.length)) return wrong(['controllers', index], 'there is no such router');
  }
  const rows = DMA_CAPABILITIES.map((name) => (hasTableRow(name) ? dma.processors.length : 0));
  if (dma.table.length !== rows.length || dma.table.some((row, index) => row.length !== rows[index]))
    return wrong(['table'], 'it does not fit to capabilities and processors');
  if (outside(dma.table.flat(), dma.channels.length)) return wrong(['table'], 'there is no such channel');
  if (
    outside(
      dma.boxes.map(({ owner }) => owner),
      dma.channels.length,
    )
  )
    return wrong(['boxes'], 'there is no such channel');
  if (outside(dma.list, dma.engines.length)) return wrong(['list'], 'there is no such engine');
  return undefined;
}
