/** Moves about DMA engines: which there are, who asks for their channels, what they refuse, and public users. */
import { DMA_CALLBACKS } from '../../src/core/dma-engine.ts';
import type { Draft } from './generate-draft.ts';
import type { Weighted } from './generate-random.ts';
import { addDriverForAll } from './generate-structure.ts';
import { operationWords } from './generate-values.ts';

/** One name in so many is of something that is not there. */
const ABSENT_ONCE_IN = 60;

type Words = readonly (string | number)[];

const HANDLES = ['h0', 'h1', 'h2', 'h3', 'h4'];
const NAMES = ['tx', 'rx', 'x'];

/** Devices with an engine that is registered. */
function engineDevices({ rehearsal }: Draft): string[] {
  const { engines } = rehearsal.world.dma;
  return engines.flatMap(({ registered, device }) => (registered ? rehearsal.nameOf(device) : []));
}

function engineDevice(draft: Draft): string {
  const names = engineDevices(draft);
  return names.length === 0 || draft.chance(ABSENT_ONCE_IN) ? draft.device() : draft.pick(names);
}

function capabilities(draft: Draft): string {
  return draft.weighted([
    [6, 'slave'],
    [6, 'slave,memcpy'],
    [3, 'memcpy'],
    [2, 'memcpy,xor'],
    [1, 'memcpy,xor,pq,interrupt'],
    [3, 'slave,interrupt'],
    [1, 'slave,memcpy,private'],
    [1, 'none'],
  ]);
}

function map(draft: Draft): string[] {
  if (!draft.chance(3)) return [];
  return [`map=${draft.device()}:${draft.pick(NAMES)}:${draft.random.below(3)}`];
}

function engineWords(draft: Draft): string[] {
  return [
    `chans=${draft.weighted([
      [1, 0],
      [4, 1],
      [6, 2],
      [3, 3],
    ])}`,
    `caps=${capabilities(draft)}`,
    ...(draft.chance(6)
      ? [`callbacks=${draft.pick(['none', 'alloc_chan_resources', 'free_chan_resources,device_release'])}`]
      : []),
    ...(draft.chance(6)
      ? ['callbacks=alloc_chan_resources,free_chan_resources,device_release,router_config']
      : []),
    ...(draft.chance(20) ? ['lacks=memcpy'] : []),
    ...(draft.chance(2) ? ['deps'] : []),
    ...map(draft),
    ...map(draft),
    ...(draft.chance(30) ? [draft.pick(['no_tx_status', 'no_issue_pending'])] : []),
  ];
}

/** An engine on a device that has its driver, mostly with its node among the controllers. */
export function addEngine(draft: Draft): void {
  const bound = draft.deviceWith(({ driver }) => driver >= 0);
  const device = bound === undefined || draft.chance(ABSENT_ONCE_IN) ? draft.device() : bound;
  draft.say('dmadev', device, ...engineWords(draft));
  if (!draft.chance(3)) draft.say('dmaof', device, draft.pick(['chan_id', 'chan_id', 'simple']));
}

export function removeEngine(draft: Draft): void {
  draft.say('rmdmadev', draft.chance(8) ? draft.device() : engineDevice(draft));
}

function entry(draft: Draft): string {
  const reference = draft.weighted<string>([
    [12, `${engineDevice(draft)}:${draft.random.below(3)}`],
    [4, `${draft.device()}:${draft.random.below(3)}`],
    [1, `${engineDevice(draft)}`],
    [1, `${engineDevice(draft)}:0:1`],
    [1, '0'],
    [1, '!:1'],
    [1, ''],
  ]);
  return `${draft.chance(20) ? '' : `${draft.pick(NAMES)}=`}${reference}`;
}

/** What the tree says of a client, an engine, or a router. */
export function describeNode(draft: Draft): void {
  const count = draft.random.between(1, 4);
  draft.say(
    ...draft.weighted<Words>([
      [12, ['dmas', draft.device(), ...Array.from({ length: count }, () => entry(draft))]],
      [1, ['dmas', draft.device()]],
      [1, ['dmacells', engineDevice(draft), draft.pick(['0', '1', '2', 'none'])]],
      [4, ['dmaof', engineDevice(draft), draft.pick(['chan_id', 'simple'])]],
      [1, ['dmaof', engineDevice(draft), 'simple', 'caps=memcpy']],
      [2, ['rmdmaof', engineDevice(draft)]],
      [2, ['dmarouter', draft.device(), engineDevice(draft)]],
    ]),
  );
}

function freeHandle(draft: Draft): string {
  const free = HANDLES.filter((handle) => !draft.rehearsal.isHandleHeld(handle));
  return free.length === 0 || draft.chance(ABSENT_ONCE_IN) ? draft.pick(HANDLES) : draft.pick(free);
}

/** A device that the tree or a map says something of. */
function client(draft: Draft): string {
  const { nodes } = draft.rehearsal.world.dma;
  const described = nodes.filter(({ dmas }) => dmas !== undefined);
  const alive = described.filter(({ device }) => draft.rehearsal.world.devices[device]!.registered);
  return alive.length === 0 || draft.chance(4)
    ? draft.device()
    : draft.rehearsal.nameOf(draft.pick(alive).device);
}

function requestWords(draft: Draft): Words {
  const handle = freeHandle(draft);
  const caps = `caps=${capabilities(draft)}`;
  return draft.weighted<Words>([
    [10, ['dmareq', client(draft), handle, draft.pick(NAMES)]],
    [3, ['dmaany', engineDevice(draft), handle]],
    [3, ['dmaslave', engineDevice(draft), handle, draft.random.below(3)]],
    [3, ['dmareq_mask', handle, caps]],
    [3, ['dmareq_filter', draft.device(), handle, caps]],
  ]);
}

export function request(draft: Draft): void {
  draft.say(...requestWords(draft));
}

function releaseWords(draft: Draft): Words {
  const held = HANDLES.filter((handle) => draft.rehearsal.isHandleHeld(handle));
  return ['dmarel', held.length === 0 || draft.chance(20) ? draft.pick(HANDLES) : draft.pick(held)];
}

export function release(draft: Draft): void {
  draft.say(...releaseWords(draft));
}

function publicWords(draft: Draft): Words {
  const users = draft.rehearsal.world.dma.publicUsers;
  return draft.weighted<Words>([
    [users > 2 ? 1 : 4, ['dmaget']],
    [users > 0 ? 5 : 1, ['dmaput']],
    [2, ['dmafind', draft.pick(['memcpy', 'xor', 'pq', 'async_tx', 'slave'])]],
  ]);
}

export function publicUse(draft: Draft): void {
  draft.say(...publicWords(draft));
}

function nested(draft: Draft): string {
  const device = draft.device();
  return draft
    .weighted<() => Words>([
      [4, () => ['state']],
      [4, () => operationWords(draft, draft.pick(['get_sync', 'put_sync', 'get', 'put', 'resume']), device)],
      [1, () => requestWords(draft)],
      [1, () => releaseWords(draft)],
      [1, () => publicWords(draft)],
      [1, () => ['dmas', device, entry(draft)]],
    ])()
    .filter((word) => word !== '')
    .join(' ');
}

/** What engines, routers and filters answer and do; and what drivers do about DMA in their probe. */
export function scriptDma(draft: Draft): void {
  const isFilter = draft.chance(3);
  const callback = isFilter ? 'dma_filter' : draft.pick(DMA_CALLBACKS);
  const device = isFilter ? draft.device() : engineDevice(draft);
  // An -ENODEV for public users would cost the engine its number for as long as the kernel lives.
  const values = isFilter ? ['1*', '0,1', '1,0*', '0'] : ['-12', '-5', '0,-12', '-22,0', '3'];
  draft.say(
    ...draft.weighted<Words>([
      [8, ['ret', device, callback, draft.pick(values)]],
      [3, ['on', device, callback, nested(draft)]],
      [1, ['off', device, callback]],
      [1, ['delay', device, callback, draft.pick([0, 1, 3])]],
      [2, ['on', draft.device(), draft.pick(['probe', 'remove']), nested(draft)]],
    ]),
  );
}

const DESCRIPTORS = ['a', 'b', 'c', 'd'];

function transferWords(draft: Draft): Words {
  const held = HANDLES.filter((handle) => draft.rehearsal.isHandleHeld(handle));
  const handle = held.length === 0 || draft.chance(20) ? draft.pick(HANDLES) : draft.pick(held);
  const options = [
    ...(draft.chance(4) ? [] : [`client=${draft.device()}`]),
    ...(draft.chance(6) ? ['cyclic'] : []),
  ];
  return draft.weighted<Words>([
    [6, ['dmaprep', handle, draft.pick(DESCRIPTORS), ...options]],
    [6, ['dmasubmit', draft.pick(DESCRIPTORS)]],
    [4, ['dmadepend', draft.pick(DESCRIPTORS), draft.pick(DESCRIPTORS)]],
    [5, ['dmaissue', handle]],
    [6, ['dmairq', handle]],
    [2, ['dmastatus', handle, draft.random.between(0, 6)]],
    [1, ['dmaterm', handle]],
    [1, ['dmasync', handle]],
    [1, [draft.pick(['dmapause', 'dmaresume']), handle]],
    [1, ['dmaissueall']],
  ]);
}

/** Some of the life of a transfer. */
export function transfer(draft: Draft): void {
  for (let count = draft.random.between(2, 6); count > 0; count--) draft.say(...transferWords(draft));
}

/** A transfer in progress on a channel that is paused. */
function pausedTransfer(draft: Draft): void {
  const handle = freeHandle(draft);
  draft.say('dmaany', engineDevice(draft), handle);
  for (const descriptor of draft.random.some(DESCRIPTORS, 2)) {
    draft.say('dmaprep', handle, descriptor, draft.chance(2) ? 'cyclic' : '');
    draft.say('dmasubmit', descriptor);
  }
  draft.say('dmaissue', handle);
  draft.say('dmapause', handle);
  for (const cookie of [2, 3]) draft.say('dmastatus', handle, cookie);
  if (draft.chance(2)) draft.say('dmairq', handle);
  draft.say('dmaresume', handle);
}

/** Operations that wait for one another, on one channel or on two. */
function dependentTransfers(draft: Draft): void {
  const held = HANDLES.filter((handle) => draft.rehearsal.isHandleHeld(handle));
  if (held.length === 0) draft.say('dmaany', engineDevice(draft), freeHandle(draft));
  const handles = held.length === 0 ? HANDLES : held;
  const used = draft.random.some(DESCRIPTORS, draft.random.between(2, 4));
  const channels = used.map(() => draft.pick(handles));
  for (const [index, descriptor] of used.entries()) {
    draft.say(
      'dmaprep',
      channels[index]!,
      descriptor,
      ...(draft.chance(2) ? [] : [`client=${draft.device()}`]),
    );
    if (index === 0) draft.say('dmasubmit', descriptor);
    else draft.say('dmadepend', descriptor, draft.chance(4) ? draft.pick(used) : used[index - 1]!);
    if (draft.chance(4)) draft.say('dmaissue', channels[index]!);
  }
  draft.say('dmaissue', channels[0]!);
  for (let count = draft.random.between(1, 5); count > 0; count--)
    draft.say(draft.chance(4) ? 'dmaissue' : 'dmairq', draft.pick(channels));
}

/** A request through a router, which or whose engine may refuse. */
function routedRequest(draft: Draft): void {
  const [router, client] = [draft.device(), draft.device()];
  const engine = engineDevice(draft);
  draft.say('dmarouter', router, engine);
  draft.say('dmaof', engine, 'chan_id');
  draft.say('dmas', client, `tx=${router}:${draft.random.below(2)}`);
  if (draft.chance(2)) draft.say('ret', engine, 'router_config', draft.pick([-22, -22, -5]));
  if (draft.chance(4)) draft.say('ret', router, 'route_allocate', -12);
  draft.say('dmareq', client, freeHandle(draft), 'tx');
}

/** What a callback of a transfer does, in a tasklet. */
export function scriptTransfer(draft: Draft): void {
  const words = draft.weighted<() => Words>([
    [6, () => transferWords(draft)],
    [2, () => operationWords(draft, draft.pick(['get', 'put', 'get_sync', 'resume']), engineDevice(draft))],
    [1, () => ['state']],
    [1, () => ['settle']],
  ])();
  const command = words.filter((word) => word !== '').join(' ');
  draft.say('on', draft.device(), 'dma_complete', command);
}

/** Links to engines and to the devices of channels. */
export function linkToChannel(draft: Draft): void {
  const { dma } = draft.rehearsal.world;
  const channels = dma.channels.filter(({ device, state }) => device >= 0 && state !== 'unregistered');
  const registered = channels.filter(({ engine }) => dma.engines[engine]!.registered);
  const supplier =
    registered.length === 0 ? engineDevice(draft) : draft.rehearsal.nameOf(draft.pick(registered).device);
  const flags = draft.pick([
    'pm_runtime',
    'stateless,pm_runtime',
    'autoremove_consumer',
    'pm_runtime,autoremove_consumer',
    'stateless,pm_runtime,rpm_active',
    'pm_runtime,rpm_active',
    'stateless,autoremove_consumer',
    'autoremove_supplier',
  ]);
  draft.say(
    ...draft.weighted<Words>([
      [6, ['link', draft.device(), supplier, flags]],
      [1, ['rmlink', draft.device(), supplier]],
      [1, operationWords(draft, draft.pick(['enable', 'get_sync', 'put_sync', 'disable']), supplier)],
    ]),
  );
}

/** Engines before clients. */
export function beginDma(draft: Draft): void {
  addDriverForAll(draft);
  for (let count = draft.random.between(1, 2); count > 0; count--) addEngine(draft);
  describeNode(draft);
  describeNode(draft);
}

export const DMA_MOVES: Weighted<(draft: Draft) => void> = [
  [3, addEngine],
  [2, removeEngine],
  [5, describeNode],
  [12, request],
  [7, release],
  [5, publicUse],
  [5, scriptDma],
  [3, linkToChannel],
  [8, transfer],
  [2, pausedTransfer],
  [4, dependentTransfers],
  [4, routedRequest],
  [2, scriptTransfer],
];
